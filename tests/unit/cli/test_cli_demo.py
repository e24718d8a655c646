"""The demo announces, looks, and says so when what it finds is something else."""

import io

import pytest
from cli_fake_office import FakeOffice
from cli_fake_world import FakeWorld, answer
from rich.console import Console

from cli.demo.scenario import Scenario
from cli.demo.screen import Screen, summary
from cli.demo.story import Chapter, Check
from functions.core.audit.verify import Report


def told(world):
    return [part for part in Scenario(world).tell() if isinstance(part, Check)]


def broken(world):
    return [check.announced for check in told(world) if not check.ok]


def test_all_promises_are_kept_when_the_platform_does_as_it_should():
    assert broken(FakeWorld()) == []


def test_every_kind_of_message_and_every_refusal_is_shown():
    story = " ".join(str(part) for part in Scenario(FakeWorld()).tell())

    for word in ("Arabic", "image", "location", "interactive", "reaction", "order", "duplicate"):
        assert word in story
    for word in (
        "card",
        "wrong signature",
        "Idempotency-Key",
        "without a token",
        "stranger",
        "only read",
        "auditor",
    ):
        assert word in story


class LosesMessages(FakeWorld):
    def _store(self, wamid, direction, kind, content):
        if kind != "image":
            super()._store(wamid, direction, kind, content)


class TakesForgeries(FakeWorld):
    def forge(self, body):
        return answer(200)


class SendsTwice(FakeWorld):
    def accepted(self):
        return super().accepted() * 2


class ChangesOnRedelivery(FakeWorld):
    def redeliver(self):
        self.stored[0]["statuses"] = [{"status": "sent"}]
        return 3


class SendsToStrangers(FakeWorld):
    def send(self, message, *, key):
        given = super().send(message, key=key)
        for intent in self.intents.values():
            intent["status"] = "read"
        return given


class NeedsNoToken(FakeWorld):
    def send_without_token(self, message):
        return answer(202)


class KeepsCardNumbers(FakeWorld):
    def kept(self, text):
        return text


class ProvesNothing(FakeWorld):
    def prove(self, message_id):
        return None


class LogsNothing(FakeWorld):
    def audit(self, *, changed=False):
        return Report()


class OverlooksForgeries(FakeWorld):
    def audit(self, *, changed=False):
        return Report(entries=9)


class SendsOffersToAnybody(FakeWorld):
    def against(self, message):
        return None


class HearsNoStop(FakeWorld):
    def _listen(self, message):
        if message.get("interactive"):
            super()._listen(message)


class ProvesNoConsent(FakeWorld):
    def receipt(self, contact_id, purpose):
        return None


class Keeps(FakeOffice):
    def carried_out(self, request):
        super().carried_out(request)
        self.forgotten.clear()


class HearsNobody(FakeOffice):
    def hears(self, message):
        pass


class HeedsNoHold(FakeOffice):
    def post(self, path, body, *, key):
        given = super().post(path, body, key=key)
        self.held.clear()
        return given


class KeepsWhoIsErased(FakeWorld):
    made_office = Keeps


class HearsNoWishToBeForgotten(FakeWorld):
    made_office = HearsNobody


class ErasesWhoIsHeld(FakeWorld):
    made_office = HeedsNoHold


@pytest.mark.parametrize(
    ("world", "promise"),
    [
        (KeepsWhoIsErased, "her conversation is gone"),
        (HearsNoWishToBeForgotten, "Delete my data"),
        (ErasesWhoIsHeld, "under a legal hold"),
        (LosesMessages, "stored"),
        (TakesForgeries, "wrong signature"),
        (SendsTwice, "accepted each answer once"),
        (ChangesOnRedelivery, "duplicate webhooks"),
        (SendsToStrangers, "never wrote"),
        (NeedsNoToken, "without a token"),
        (KeepsCardNumbers, "masked before anything is stored"),
        (SendsOffersToAnybody, "he was never asked"),
        (HearsNoStop, "stop in Arabic"),
        (ProvesNoConsent, "a receipt of his consent"),
        (ProvesNothing, "a proof that holds offline"),
        (LogsNothing, "verifies from its files"),
        (OverlooksForgeries, "one letter was changed"),
    ],
)
def test_a_platform_that_breaks_a_promise_is_found_out(world, promise):
    assert any(promise in announced for announced in broken(world()))


def test_the_screen_shows_the_conversation_and_why_things_were_refused():
    world, page = FakeWorld(), io.StringIO()
    scenario, screen = Scenario(world), Screen(Console(file=page, width=140))
    parts = list(scenario.tell())

    for part in parts:
        screen.show(part)
    screen.timeline(scenario.timeline())
    screen.refusals([part for part in parts if isinstance(part, Check)])

    shown = page.getvalue()
    assert "Layla writes to the business" in shown
    assert "Brandenburg Gate" in shown
    assert "outside the window: use a template" in shown


def test_markup_in_a_message_is_shown_and_not_obeyed():
    page = io.StringIO()
    screen = Screen(Console(file=page, width=140))

    screen.show(Chapter(title="[bold]not bold[/bold]"))

    assert "[bold]not bold[/bold]" in page.getvalue()


def test_long_messages_are_cut():
    assert summary({"content": {"body": "x" * 200}}).endswith("…")
