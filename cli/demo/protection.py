"""What nobody gets to see: a card number in a chat."""

from cli.demo import messages
from cli.demo.story import Chapter, Check, Story
from cli.demo.world import World

# one of the numbers that card networks publish for tests
CARD = "4111 1111 1111 1111"


def card_number(world: World) -> Story:
    yield Chapter(title="Somebody sends the number of a card")
    phone = messages.invented_phone()
    world.meta.write({"from": phone, "text": f"My card is {CARD}, valid 11/29"})
    shown = world.until(lambda: _first_text(world, phone)) or ""
    yield Check(
        announced="it is masked before anything is stored",
        found=shown or "the message is not stored",
        ok=CARD[:7] in shown and CARD not in shown,
        refused="of a card number only the first six and the last four digits are kept",
    )
    answer = world.until(lambda: _answer_to(world, phone)) or ""
    yield Check(
        announced="the person is asked not to send any",
        found=answer or "no answer",
        ok="card" in answer,
    )


def _first_text(world: World, phone: str) -> str | None:
    conversation = world.conversation_with(phone)
    said = world.messages(conversation) if conversation else []
    texts = [each["content"].get("text", {}).get("body") for each in said]
    return texts[-1] if texts else None


def _answer_to(world: World, phone: str) -> str | None:
    sent = [each for each in world.meta.accepted() if each["to"] == phone]
    return str(sent[0]["payload"]["text"]["body"]) if sent else None
