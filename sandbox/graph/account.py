"""Everything Graph remembers: gone with DELETE /sandbox/state."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.clock import timestamp
from sandbox.config import SandboxConfig
from sandbox.graph.media import Media, MediaStore
from sandbox.graph.people import People, Person
from sandbox.graph.templates import Templates
from sandbox.graph.throttle import Throttle
from sandbox.graph.window import Window
from sandbox.limits import Limits
from sandbox.wire import Json


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A message that Graph said yes to."""

    wamid: str
    phone_number_id: str
    person: Person
    at: datetime
    payload: Json
    # service, marketing, utility or authentication
    category: str
    # the window as it was when the message was accepted
    window: Window
    # accepted first, refused later by webhook
    late_error: int | None = None

    def as_json(self) -> Json:
        return {
            "wamid": self.wamid,
            "phone_number_id": self.phone_number_id,
            "to": self.person.phone,
            "recipient": self.person.user_id,
            "at": self.at.isoformat(),
            "timestamp": timestamp(self.at),
            "payload": self.payload,
        }


@dataclass
class Account:
    config: SandboxConfig
    limits: Limits
    people: People
    media: MediaStore
    templates: Templates = field(default_factory=Templates)
    throttle: Throttle = field(default_factory=Throttle)
    accepted: list[Accepted] = field(default_factory=list)
    # mark-as-read and typing requests, in order
    reads: list[Json] = field(default_factory=list)
    # message ids each phone number has received
    received: dict[str, set[str]] = field(default_factory=dict)
    _windows: dict[tuple[str, int], Window] = field(default_factory=dict)

    @classmethod
    def opened(cls, config: SandboxConfig) -> "Account":
        people = People(config.waba_id, user_ids=config.user_ids)
        for traits in config.people:
            people.describe(traits)
        limits = Limits.published().changed(config.limits)
        return cls(config, limits, people, MediaStore(config.app_secret))

    def window(self, phone_number_id: str, person: Person) -> Window:
        return self._windows.get((phone_number_id, person.number), Window())

    def set_window(self, phone_number_id: str, person: Person, window: Window) -> None:
        self._windows[phone_number_id, person.number] = window

    def note_inbound(
        self, phone_number_id: str, person: Person, wamid: str, at: datetime, *, entry_point: bool
    ) -> None:
        """A person wrote: their message can be marked as read, and the window opens."""
        self.received.setdefault(phone_number_id, set()).add(wamid)
        window = self.window(phone_number_id, person)
        self.set_window(phone_number_id, person, window.after_inbound(at, entry_point=entry_point))

    def keep_media(self, media: Media) -> Media:
        self.media.put(media)
        return media
