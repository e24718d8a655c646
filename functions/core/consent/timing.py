"""Quiet hours and frequency caps. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from functions.core.consent.rules import Rule


class Clock:
    """The wall clock of a time zone, such as Europe/Berlin."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def at(self, ms: int) -> datetime:
        return datetime.fromtimestamp(ms / 1000, self._zone)

    def told(self, ms: int) -> str:
        return self.at(ms).isoformat(timespec="minutes")


def quiet_until(rule: Rule, clock: Clock, now_ms: int) -> str | None:
    """When the quiet hours end that it is now in; None outside of them.

    `quiet_from` is the first hour that is quiet, `quiet_until` the first that is not.
    """
    first, end = rule.quiet_from, rule.quiet_until
    if first is None or end is None or first == end:
        return None
    now = clock.at(now_ms)
    is_quiet = first <= now.hour < end if first < end else now.hour >= first or now.hour < end
    if not is_quiet:
        return None
    ends = now.replace(hour=end, minute=0, second=0, microsecond=0, fold=0)
    if ends <= now:
        ends += timedelta(days=1)  # on the wall clock, whatever daylight saving does in between
    return ends.isoformat(timespec="minutes")


def capped(rule: Rule, sent: Mapping[str, int], message_id: str, now_ms: int) -> int | None:
    """When the next message may go (epoch ms); None when one may go now.

    A message that is tried again is no other message.
    """
    if rule.cap_messages is None:
        return None
    others = [at for name, at in sent.items() if name != message_id and at > now_ms - rule.cap_ms]
    if len(others) < rule.cap_messages:
        return None
    return sorted(others)[-rule.cap_messages] + rule.cap_ms
