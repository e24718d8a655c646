"""The whole sending side on in-memory stores: accept, drain, statuses, time."""

from typing import Any

from functions.core.audit.model import Actor
from functions.core.media.sendable import SendableMedia
from functions.core.sending.addressing import Addressing
from functions.core.sending.delivery import Delivery, DeliveryRules
from functions.core.sending.drain import Drain, DrainReport
from functions.core.sending.gate import Gate
from functions.core.sending.messages import parse_message
from functions.core.sending.model import WindowRule
from functions.core.sending.outcomes import OutcomeRules
from functions.core.sending.pacing import Pacing, PacingRules
from functions.core.sending.references import References
from functions.core.sending.service import Accepted, Asked, SendingRules, SendingService
from tests.fakes import build
from tests.fakes.consent import Agreed, Heeded, purposes
from tests.fakes.graph import FakeGraph
from tests.fakes.media import MemoryMedia
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import Clock, MemoryChannels, MemoryPace, MemorySending, RecordedWakeUps

HOUR_MS = 3_600_000
PERSON = "15550100001"

RULES = DeliveryRules(
    outcomes=OutcomeRules(
        ambiguous_wait_ms=600_000,
        recheck_ms=60_000,
        base_backoff_ms=2_000,
        max_backoff_ms=900_000,
        max_attempts=4,
        pair_retry_base=4,
        probe_ms=300_000,
    ),
    in_flight_ms=30_000,
)


class Platform:
    """`around` may wrap any part in something that fails or dies."""

    def __init__(
        self,
        around: Any = lambda _name, part: part,
        rules: DeliveryRules = RULES,
        **pacing: int,
    ) -> None:
        self.clock, self.graph, self.channels = Clock(), FakeGraph(), MemoryChannels()
        self.records = MemoryRecords()
        self.store = MemorySending(self.records)
        self.wake_ups = RecordedWakeUps()
        self.media = MemoryMedia()
        self.consents = Agreed()
        self.refusals = Heeded()
        self.templates = MemoryRecords()
        self.directory = build.directory(self.records)
        self.conversations = build.conversations(self.records)
        self._around = around
        self._rules = rules
        self._pacing = {
            "messages_per_second": 80,
            "pair_interval_ms": 6_000,
            "pair_burst": 45,
            "longest_wait_ms": 8_000,
            **pacing,
        }
        self._pace = MemoryPace()
        self.service = self._service()
        self.drain_with(around)

    def drain_with(self, around: Any) -> None:
        """A new sender, as after a restart, with its parts wrapped anew."""
        store = around("store", self.store)
        hours = WindowRule(24 * HOUR_MS, 72 * HOUR_MS, 24 * HOUR_MS)
        delivery = Delivery(
            store=store,
            channels=around("channels", self.channels),
            gate=Gate(
                store=store,
                directory=self.directory,
                rule=hours,
                consents=self.consents,
                purposes=purposes(self.templates),
            ),
            pacing=Pacing(
                store=self._pace,
                rules=PacingRules(**self._pacing),
                now_ms=self.clock.now_ms,
                sleep=self.clock.sleep,
                pick=lambda _: 0,
            ),
            graph=around("graph", self.graph),
            references=References(self.store, SendableMedia(self.media, now_ms=self.clock.now_ms)),
            refusals=around("refusals", self.refusals),
            rules=self._rules,
            now_ms=self.clock.now_ms,
        )
        self._drain = Drain(
            delivery=delivery,
            now_ms=self.clock.now_ms,
            sleep=self.clock.sleep,
            longest_wait_ms=self._pacing["longest_wait_ms"],
        )

    def _service(self) -> SendingService:
        return SendingService(
            store=self.store,
            addressing=Addressing(
                store=self.store,
                records=self.records,
                directory=self.directory,
                pseudonyms=build.PSEUDONYMS,
                phone_number_ids=(build.NUMBER, "106540000000002"),
            ),
            purposes=purposes(self.templates),
            pseudonyms=build.PSEUDONYMS,
            wake_ups=self.wake_ups,
            rules=SendingRules(max_pending=5, wake_grace_ms=60_000, entry_point_hours=72),
            now_ms=self.clock.now_ms,
        )

    def accept(self, key: str = "k1", *, client: str = "c", **message: Any) -> Accepted:
        wanted = {"to": f"+{PERSON}", "type": "text", "text": {"body": "hello"}, **message}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        if wanted["type"] == "template":
            wanted = {"purpose": "utility", **wanted}
        parsed = parse_message(build.body(wanted))
        return self.service.accept(Asked(by=Actor(kind="client", id=client), key=key), parsed)

    def write_in(self, *, sender: str = PERSON, wamid: str = "wamid.in", **extra: Any) -> None:
        """The person writes, now."""
        at = self.clock.now // 1000
        message = build.text_message(wamid, sender=sender, at=at, **extra)
        self.conversations.fold(build.body(build.webhook(build.change(messages=[message]))))

    def status(self, message_id: str, state: str = "sent") -> None:
        status = build.status(
            f"wamid.of.{message_id}",
            state,
            recipient=PERSON,
            at=self.clock.now // 1000,
            biz_opaque_callback_data=message_id,
        )
        self.conversations.fold(build.body(build.webhook(build.change(statuses=[status]))))

    def drain(self, thread: str | None = None) -> DrainReport:
        thread = thread or self.wake_ups.sent[-1]
        return self._drain.run(thread, until_ms=self.clock.now + 10**9)

    def sweep(self) -> None:
        """What the schedule does: wake whatever is due."""
        for thread in self.store.due(self.clock.now, 100):
            self.drain(thread)

    def run_until_settled(self, limit: int = 50) -> None:
        for _ in range(limit):
            self.clock.now += 60_000
            self.sweep()

    def state(self, message_id: str) -> str:
        item = self.store.message(message_id)
        assert item is not None
        return str(item["send_state"])
