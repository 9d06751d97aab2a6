"""The lint lets plain answers through and stops gaps, determinations and doses."""

from __future__ import annotations

import pytest

from bot.safety.lint import Fault, find_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        (" \n", Fault.EMPTY),
        ("Hello {name}", Fault.UNFILLED),
        ("Your plan is None.", Fault.PRINTED_NONE),
        ("None", Fault.PRINTED_NONE),
        ("You are covered.", Fault.DETERMINATION),
        ("Good news: you\u2019re covered for this.", Fault.DETERMINATION),
        ("You qualify for Zolgensma.", Fault.DETERMINATION),
        ("You are eligible for this therapy.", Fault.DETERMINATION),
        ("You have been approved!", Fault.DETERMINATION),
        ("It is not far. You are approved.", Fault.DETERMINATION),
        ("Your request is approved.", Fault.DETERMINATION),
        ("When you ask, you are covered.", Fault.DETERMINATION),
        ("Only your plan decides, and you are approved.", Fault.DETERMINATION),
        ("You are a candidate for Zolgensma.", Fault.DETERMINATION),
        ("You're a good candidate for CAR-T.", Fault.DETERMINATION),
        ("You meet the criteria.", Fault.DETERMINATION),
        ("You already meet all of the plan's criteria.", Fault.DETERMINATION),
        ("you will be covered", Fault.DETERMINATION),
        ("you will be approved", Fault.DETERMINATION),
        ("You'll be approved.", Fault.DETERMINATION),
        ("Your care is covered.", Fault.DETERMINATION),
        ("Zolgensma is covered.", Fault.DETERMINATION),
        ("Zolgensma is covered for you.", Fault.DETERMINATION),
        ("Zolgensma is covered by your plan.", Fault.DETERMINATION),
        ("Usted está cubierto.", Fault.DETERMINATION),
        ("Usted está aprobado.", Fault.DETERMINATION),
        ("Usted está aprobada para Zolgensma.", Fault.DETERMINATION),
        ("Usted califica para la terapia.", Fault.DETERMINATION),
        ("Su solicitud está aprobada.", Fault.DETERMINATION),
        ("Su tratamiento fue aprobado.", Fault.DETERMINATION),
        ("If you ask, your request is approved.", Fault.DETERMINATION),
        ("When you ask you are covered.", Fault.DETERMINATION),
        ("It depends on your plan, but you qualify.", Fault.DETERMINATION),
        ("Your child's treatment is covered.", Fault.DETERMINATION),
        ("Not to worry: you are covered.", Fault.DETERMINATION),
        ("You are fully covered.", Fault.DETERMINATION),
        ("Good news, Zolgensma is covered!", Fault.DETERMINATION),
        ("Because you asked, you are eligible.", Fault.DETERMINATION),
        ("If that is so, then you are covered.", Fault.DETERMINATION),
        ("After approval you are covered.", Fault.DETERMINATION),
        ("When approved you are covered.", Fault.DETERMINATION),
        ("Your plan is sure that you are covered.", Fault.DETERMINATION),
        ("take 20 mg", Fault.DOSING),
        ("Take two tablets a day.", Fault.DOSING),
        ("You can take 20 mg twice a day.", Fault.DOSING),
        ("Tome 20 mg.", Fault.DOSING),
    ],
)
def test_what_may_not_be_shown_is_stopped(text: str, fault: Fault) -> None:
    assert find_fault(text) is fault


@pytest.mark.parametrize(
    "text",
    [
        "Your plan decides whether you are covered.",
        "Only your care team can say if you qualify.",
        "This does not mean that you are approved.",
        "I can't tell you that you are eligible.",
        "None of these hospitals is near you.",
        "Gene therapies are covered under the medical benefit when the plan's rules are met.",
        "Are you covered by another plan?",
        "Nobody is signed in right now.",
        "Once you are approved, the center sets a date.",
        "When your request is approved, you get a letter.",
        "Ask your plan if Zolgensma is covered.",
        "Zolgensma is approved by the FDA for children under 2.",
        "Active coverage does not mean that a therapy is covered.",
        "Your plan decides if you meet the criteria.",
        "No one here can say that you will be covered.",
        "Some therapies are covered under the medical benefit.",
        "Su plan decide si usted está cubierto.",
        "Nobody can say yet that your care is covered.",
        "Bring 2 forms of ID.",
        "It takes 20 minutes.",
        "Zolgensma is given once.",
    ],
)
def test_careful_words_pass(text: str) -> None:
    assert find_fault(text) is None
