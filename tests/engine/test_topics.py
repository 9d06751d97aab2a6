"""The topic model learns and reads as scikit-learn would."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.engine.said_after import Example
from bot.engine.softmax import learn_weights, score
from bot.engine.topic_model import TopicModel
from bot.engine.topics import put_danger_first

EXAMPLES = {
    "coverage_general": ["is xxtherapy covered", "does my plan cover xxtherapy", "is it covered", "¿está cubierto?"],
    "facility_search": [
        "find a hospital",
        "which hospital is near me",
        "hospital near xxzipcode",
        "find a hospital near",
    ],
    "greeting": ["hello", "hello there", "good morning", "hi hello"],
}
TEXTS = [
    "is xxtherapy covered",
    "Is it COVERED??  is it covered",
    "hospitl nearr me",
    "¿esta cubierto?",
    "hello, find a hospital",
    "words that nobody has ever seen: qqq",
    "",
    "?",
    "hello " * 300,
]


# What a text means, as the sentence model would say it: some direction of 384.
WIDTH = 384


def meaning_of(text: str) -> numpy.ndarray:
    direction = numpy.random.default_rng(len(text)).normal(size=WIDTH)
    return numpy.asarray(direction / numpy.linalg.norm(direction), numpy.float32)


def trained(*topics: str, often: int = 1) -> TopicModel:
    model = TopicModel(regularisation=30.0)
    pairs = [(text, topic) for topic in topics for text in EXAMPLES[topic]] * often
    examples = [Example(text, topic, topic if at % 2 else None) for at, (text, topic) in enumerate(pairs)]
    model.fit(examples, numpy.array([meaning_of(example.text) for example in examples]))
    return model


@pytest.mark.parametrize("topics", [tuple(EXAMPLES), ("greeting", "facility_search")])
@pytest.mark.parametrize("after", [None, "facility_search", "greeting"])
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_a_text_is_ranked_as_its_row_is_in_training(text: str, after: str | None, topics: tuple[str, ...]) -> None:
    model = trained(*topics)
    meaning = numpy.round(meaning_of(text), 4)
    described = [vectorizer.transform([text]) for vectorizer in model._vectorizers]
    pieces = scipy.sparse.hstack([*described, model._said_after.describe([Example(text, "", after)])]).tocsr()
    [scores] = score(pieces, meaning[None, :], model._weights)
    shares = numpy.exp(model._sharpness * scores)
    theirs = dict(zip(model._topics, shares / shares.sum(), strict=True))
    ours = model.rank(text, meaning, after)
    assert {topic for topic, _ in ours} == set(topics)
    assert all(abs(theirs[topic] - confidence) < 1e-5 for topic, confidence in ours)
    assert [confidence for _, confidence in ours] == sorted((c for _, c in ours), reverse=True)


def test_what_is_learned_is_what_scikit_learn_learns() -> None:
    pairs = [(text, topic) for topic in EXAMPLES for text in EXAMPLES[topic]] + [("hi there", "greeting")]
    pieces = TfidfVectorizer().fit_transform([text for text, _ in pairs])
    meanings = numpy.array([meaning_of(text) for text, _ in pairs])
    topics = numpy.unique([topic for _, topic in pairs], return_inverse=True)[1]
    ours = score(pieces, meanings, learn_weights(pieces, meanings, topics, regularisation=3.0, steps=200))
    theirs = LogisticRegression(C=3.0, class_weight="balanced", max_iter=1000, tol=1e-8)
    theirs.fit(scipy.sparse.hstack([pieces, scipy.sparse.csr_matrix(meanings)]), topics)
    expected = theirs.decision_function(scipy.sparse.hstack([pieces, scipy.sparse.csr_matrix(meanings)]))
    assert numpy.allclose(ours - ours.mean(axis=1, keepdims=True), expected, atol=1e-2)


def test_the_same_words_are_read_by_what_was_answered_before() -> None:
    """And after a topic that no example was said after, as a first message."""
    model = TopicModel(regularisation=30.0)
    said = {"coverage_general": "coverage_general", "facility_search": "facility_search"}
    examples = [Example("how long is it", topic, after) for after, topic in said.items()] * 5
    examples += [Example(text, topic) for topic in said for text in EXAMPLES[topic]]
    model.fit(examples, numpy.array([meaning_of(example.text) for example in examples]))
    text, meaning = "and how long is it", meaning_of("how long is it")
    assert {after: model.rank(text, meaning, after)[0][0] for after in said} == said
    assert model.rank(text, meaning, "greeting") == model.rank(text, meaning)


@pytest.mark.parametrize("topics", [tuple(EXAMPLES), ("greeting", "facility_search")])
def test_a_stored_model_ranks_as_it_did(topics: tuple[str, ...], tmp_path: Path) -> None:
    model = trained(*topics)
    model.save(tmp_path)
    opened = TopicModel.open(tmp_path)
    for text in TEXTS:
        assert opened.rank(text, meaning_of(text)) == model.rank(text, meaning_of(text))
        assert all(type(confidence) is float for _, confidence in opened.rank(text, meaning_of(text)))
    assert numpy.load(tmp_path / "weights.npz", allow_pickle=False)["weights"].shape[0] > 20


def test_one_topic_is_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="two topics"):
        trained("greeting")


def test_a_model_that_is_sure_of_what_it_was_taught_is_stretched_to_how_often_it_is_right() -> None:
    sure = trained(*EXAMPLES, often=5)
    assert sure._sharpness > 1
    assert trained(*EXAMPLES)._sharpness == 1


def test_a_danger_that_is_likely_enough_is_asked_about_whatever_is_likelier() -> None:
    [first, second, third] = put_danger_first([("complaint", 0.65), ("crisis", 0.3), ("deny", 0.05)])
    assert first == ("crisis", 0.6)
    assert (second[0], third[0]) == ("complaint", "deny")
    assert first[1] + second[1] + third[1] == pytest.approx(1.0)
    assert first[1] - second[1] > 0.03


@pytest.mark.parametrize(
    "ranked", [[("complaint", 0.9), ("crisis", 0.1)], [("emergency", 0.9), ("crisis", 0.1)], [("deny", 1.0)]]
)
def test_another_ranking_stays_as_it_is(ranked: list[tuple[str, float]]) -> None:
    assert put_danger_first(ranked) == ranked
