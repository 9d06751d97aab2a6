"""What happens to two members and two coaches, from the first request for a coach to STOP?"""

from __future__ import annotations

from dataclasses import dataclass

from tests.crash.people import CoachAtDesk, Phone, WebMember, until
from tests.crash.world import World

# What the members say while a coach has the conversation: never the assistant's to answer.
COACHED_WORDS = {"Would my daughter have to stay in hospital?", "My doctor gave me a letter", "That it was approved"}


@dataclass
class Cast:
    """Who took part."""

    web: WebMember
    phone: Phone
    texting_id: str
    dana: CoachAtDesk
    luis: CoachAtDesk


async def tell_story(world: World) -> Cast:
    """The whole story; whoever gets no answer tries again, as they would."""
    dana, luis = await world.coach("dana"), await world.coach("luis")
    web, phone = world.web_member(), world.phone()

    await web.open()
    asked = await web.say("I want to talk to a nurse")
    assert asked["state"]["holder"] == "waiting"
    await phone.text("COACH")
    await world.settle()
    texting_id = await world.conversation_of()
    assert [item["conversation_id"] for item in await dana.queue()] == [web.id, texting_id]
    assert (await web.say("What is gene therapy?"))["replies"]

    await dana.claim(web.id)
    await dana.write(web.id, "Hello, this is Dana. What would you like to know?")
    assert (await web.say("Would my daughter have to stay in hospital?"))["replies"] == []
    await dana.note(web.id, "Asks about her daughter.")
    await dana.write(web.id, "For some days, mostly.")

    await luis.claim(texting_id)
    await luis.write(texting_id, "Hello, this is Luis.")
    await phone.text("My doctor gave me a letter")
    await world.settle()
    await luis.sign_out()

    async def waits_again() -> bool:
        return await world.holder(texting_id) == "waiting"

    await until(waits_again, "what Luis held is back in the queue")
    await dana.claim(texting_id)
    await dana.write(texting_id, "Luis had to go. What does the letter say?")
    await phone.text("That it was approved")
    await world.settle()

    await dana.give_back(web.id)
    assert (await web.say("How long does the approval take?"))["replies"]
    await dana.give_back(texting_id)
    await phone.text("What is gene therapy?")
    await world.settle()

    await dana.go_off_duty()

    async def nobody_is_there() -> bool:
        return not (await dana.call("GET", "queue"))["on_duty"]

    # Luis, too, where his sign-out did not come to its end.
    await until(nobody_is_there, "nobody is on duty")
    promised = await web.ask_for_coach()
    windows = promised["messages"][-1]["quick_replies"]
    await web.choose(windows[0]["value"])
    assert (await web.say("215 555 0142"))["state"]["holder"] == "assistant"
    await phone.text("STOP")
    await world.settle()
    return Cast(web, phone, texting_id, dana, luis)
