"""Topics and entities are counted as the READMEs say, and the scorecard keeps its first run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.understanding.asking import Heard, Walk
from tests.understanding.confusion import draw_confusion
from tests.understanding.dialogue_scores import score_dialogues
from tests.understanding.entity_scores import Found, score_entities, score_message_entities
from tests.understanding.figures import ByText, Run, describe_latency, list_changes, read_run
from tests.understanding.scorecard import record
from tests.understanding.sets import Dialogue, LabelledEntities, LabelledMessage, Turn
from tests.understanding.topic_scores import NO_TOPIC, Share, score_topics


def hear(*topics: str, outcome: str = "answer", **entities: tuple[str, ...]) -> Heard:
    return Heard(({"text": "", "outcome": outcome},), topics, "en", entities, None, "assistant", 20.0)


def message(topic: str, text: str = "a b c d", *also: str, **entities: list[str]) -> LabelledMessage:
    return LabelledMessage("one", text, topic, also, "web", "plain", entities)


def row(wanted: dict[str, Any], **more: dict[str, list[str]]) -> LabelledEntities:
    return LabelledEntities("one", "", wanted, more.get("may", {}), more.get("open", {}))


TURN = Turn("how much", False, {"topic": "cost"}, False, {})
MESSAGES = [
    message("cost"),
    message("cost", "trained on"),
    message("deny", "a b c d", "cost"),
    message("crisis"),
    message("out_of_scope"),
    message("out_of_scope"),
    message("out_of_scope_far"),
]
HEARD = [
    hear("cost"), hear("cost"), hear("cost"), hear(), hear("cost"), hear(outcome="clarify"), hear("gibberish"),
]  # fmt: skip


def test_topics_are_counted_by_the_first_reading() -> None:
    scores = score_topics(MESSAGES, HEARD, frozenset({"trained on"}))
    assert (scores.in_scope, scores.not_trained_on, scores.everything) == (Share(3, 4), Share(2, 3), Share(3, 7))
    assert scores.taken["out_of_scope"] == Share(1, 2)
    assert scores.answered["out_of_scope"] == Share(1, 2)
    assert scores.taken["out_of_scope_far"] == Share(0, 1)
    assert ("crisis", NO_TOPIC, 1) in scores.confused
    assert scores.slices["length"] == {"1 to 3 words": Share(1, 1), "4 to 8 words": Share(2, 6)}


def test_a_value_beside_the_wanted_and_the_allowed_is_wrong() -> None:
    found = hear("cost", therapy=("zolgensma", "itvisma", "hemgenix"), plan=("caresource",))
    scores = score_entities(
        [row({"therapy": ["zolgensma"], "payer": ["caresource"]}, may={"therapy": ["itvisma"]})], [found]
    )
    assert scores["therapy"] == Found(right=1, wrong=1)
    assert scores["payer"] == Found(right=1)


def test_a_value_that_is_a_list_is_any_one_of_them() -> None:
    rows = [row({"age": [["4 years", "48 months"]]})] * 2
    scores = score_entities(rows, [hear("cost", age=("48 months",)), hear("cost")])
    assert scores["age"] == Found(right=1, missed=1)


def test_of_what_is_left_open_all_or_nothing_is_right() -> None:
    rows = [row({}, open={"condition": ["hemophilia_a", "hemophilia_b"]})]
    assert score_entities(rows, [hear("cost")])["condition"] == Found()
    assert score_entities(rows, [hear("cost", condition=("hemophilia",))])["condition"] == Found()
    assert score_entities(rows, [hear("cost", condition=("hemophilia_a", "hemophilia_b"))])["condition"] == Found()
    assert score_entities(rows, [hear("cost", condition=("hemophilia_a",))])["condition"] == Found(wrong=1)


def test_an_age_or_a_phone_that_is_not_shown_is_missed() -> None:
    rows = [row({"phone": ["+12155550101"], "age": ["26 months"]})] * 2
    scores = score_entities(rows, [hear("cost"), hear("cost", phone=("2155550101",), age=("26 months", "2 years"))])
    assert scores["phone"] == Found(right=1, missed=1)
    assert scores["age"] == Found(right=1, wrong=1, missed=1)


def test_what_the_first_run_could_not_judge_counts_as_missed_in_the_second_figure() -> None:
    assert Found(right=1, not_judged=2).f1 == 1
    assert Found(right=1, not_judged=2).f1_unshown_missed == 0.5


def test_a_word_that_leaves_the_type_open_may_be_read_as_all_its_candidates() -> None:
    both, one = ("hemophilia_a", "hemophilia_b"), ("hemophilia_a",)
    assert score_message_entities([message("cost")], [hear("cost", condition=both)])["condition"] == Found()
    assert score_message_entities([message("cost")], [hear("cost", condition=one)])["condition"] == Found(wrong=1)


def test_the_member_self_found_where_none_is_labelled_counts_neither_way() -> None:
    rows = [message("cost"), message("cost", for_whom=["child"]), message("gibberish", therapy=["zolgensma"])]
    scores = score_message_entities(rows, [hear("cost", for_whom=("self",)), hear("cost", for_whom=("self",)), hear()])
    assert scores["for_whom"] == Found(wrong=1, missed=1)
    assert scores["therapy"] == Found()


def test_latency_is_told_in_percentiles() -> None:
    assert describe_latency([float(number) for number in range(101)])["p95"] == 95.0


def test_the_first_run_stays_and_every_run_is_in_the_history(tmp_path: Path) -> None:
    first, better = make_run("2026-01-01", HEARD), make_run("2026-01-02", [*HEARD[:3], hear("crisis"), *HEARD[4:]])
    record(first, tmp_path)
    text = record(better, tmp_path)
    kept = json.loads((tmp_path / "scorecard.json").read_text(encoding="utf-8"))
    assert read_run(kept["first"]) == first
    assert read_run(kept["latest"]) == better
    assert [line["measured_at"] for line in kept["history"]] == ["2026-01-01", "2026-01-02"]
    assert "| Topic accuracy in scope | 0.750 | 1.000 | at least 0.92 |" in text
    assert text == (tmp_path / "scorecard.md").read_text(encoding="utf-8")
    assert kept["history"][1]["changes"]["messages"] == {"won": ["crisis"], "lost": []}
    assert "| +1 -0 |" in text
    assert (tmp_path / "confusion.svg").read_text(encoding="utf-8") == draw_confusion(
        better.topics.readings, "Topics, 2026-01-02 (abc)"
    )


def test_a_run_of_before_the_ids_were_kept_tells_no_changes() -> None:
    run = make_run("2026-01-01", HEARD)
    assert list_changes(replace(run, right={}), run) == {}


def test_the_picture_has_every_reading_and_right_ones_apart() -> None:
    picture = ElementTree.fromstring(draw_confusion([("cost", "cost", 8), ("cost", "deny", 2)], "Topics"))  # noqa: S314
    shown = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert [shown.count(each) for each in ("cost", "deny", "8", "2")] == [2, 1, 1, 1]
    colors = {each.get("fill") for each in picture.iter("{http://www.w3.org/2000/svg}rect")} - {"#fff", None}
    assert len(colors) == 2


def make_run(day: str, heard: list[Heard]) -> Run:
    return Run(
        measured_at=day,
        commit="abc",
        texts_trained_on=1,
        topics=score_topics(MESSAGES, heard, frozenset()),
        entities=score_entities([row({"therapy": ["zolgensma"]})], [hear("cost")]),
        message_entities=score_message_entities(MESSAGES, heard),
        dialogues=score_dialogues([Walk(Dialogue("one", "sms", {}, {}, (TURN,)), [(TURN, heard[0], [])])]),
        latency=describe_latency([20.0]),
        refused_messages=0,
        by_text=ByText(Share(1, 2), {"passed": 1}),
        right={"messages": ["crisis"] if heard[3].topics == ("crisis",) else []},
    )
