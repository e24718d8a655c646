"""Third persons are taken out of what is structured; each becomes "third person 1", 2 and so on.

What somebody wrote in words of their own stays as it is: it is the person's own correspondence, and
no machine can tell whom it names.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Json = dict[str, Any]
# what stands in place of a field's value; None: nothing is to be changed at that place
Leaf = Callable[[str, Any], Any]

# fields of Meta's that hold an id, a number or a name of somebody, in all spellings
_SOMEBODY = frozenset(
    {
        "from",
        "to",
        "wa_id",
        "user_id",
        "parent_user_id",
        "from_user_id",
        "from_parent_user_id",
        "to_user_id",
        "to_parent_user_id",
        "recipient_id",
        "recipient_user_id",
        "recipient_participant_id",
        "participant_recipient_id",
        "parent_recipient_user_id",
        "recipient_parent_user_id",
        "participant",
        "participant_id",
        "phone",
        "phone_number",
        "username",
        "author",
        "sender",
        "customer",
        "who",
    }
)
_LISTS = frozenset({"participants", "mentions", "mentioned_ids", "group_participants"})
_CARDS = "contacts"
_WAMID = "wamid."
# of the business, under whatever name: they are no person
_OURS = frozenset({"display_phone_number", "phone_number_id"})


class Redactor:
    """`mine`: ids, numbers and names of the person who asks. Keeps its count over all calls."""

    def __init__(self, mine: Iterable[str]) -> None:
        self._mine = {_plain(each) for each in mine if each}
        self._others: dict[str, str] = {}
        self._messages: dict[str, str] = {}

    @property
    def count(self) -> int:
        return len(set(self._others.values()))

    def is_mine(self, value: str) -> bool:
        return _plain(value) in self._mine

    def conversation(self, view: Mapping[str, Any]) -> Json:
        """What is between the person and the business: ids in it are theirs, or the business's.

        Only contact cards and lists of members can name anybody else.
        """
        return self._object(view, self._members)

    def group(self, view: Mapping[str, Any]) -> Json:
        """A message in a group: whoever is not the person is somebody else."""
        return self._object(view, self._everybody)

    def label(self, *names: str) -> str:
        """The same for everything that is known of one person."""
        known = [_plain(name) for name in names if name]
        found = next((self._others[n] for n in known if n in self._others), None)
        label = found or f"third person {self.count + 1}"
        self._others.update(dict.fromkeys(known or [label], label))
        return label

    def _walked(self, value: Any, leaf: Leaf) -> Any:
        if isinstance(value, Mapping):
            return self._object(value, leaf)
        if isinstance(value, list):
            return [self._walked(part, leaf) for part in value]
        return value

    def _object(self, value: Mapping[str, Any], leaf: Leaf) -> Json:
        return {name: self._field(name, part, leaf) for name, part in value.items()}

    def _field(self, name: str, value: Any, leaf: Leaf) -> Any:
        if name == _CARDS and isinstance(value, list):
            return [self._card(card) for card in value]
        if name not in _OURS:
            changed = leaf(name, value)
            if changed is not None:
                return changed
        return self._walked(value, leaf)

    def _members(self, name: str, value: Any) -> Any:
        if name in _LISTS and isinstance(value, list):
            return [self._member(each) for each in value]
        return None

    def _everybody(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(_WAMID):
            return None if name == "text" else self._message(value)
        if name in _SOMEBODY and isinstance(value, str) and value:
            return value if self.is_mine(value) else self.label(value)
        return self._members(name, value)

    def _message(self, wamid: str) -> str:
        """The number of who sent it is written into it."""
        return self._messages.setdefault(wamid, f"message {len(self._messages) + 1}")

    def _member(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if self.is_mine(value) else self.label(value)
        return self._walked(value, self._everybody)

    def _card(self, card: Any) -> Any:
        """All of somebody else's card goes; the person's own stays."""
        if not isinstance(card, Mapping):
            return "redacted"
        reached, called = _reached(card), _called(card)
        if any(self.is_mine(each) for each in reached):
            return dict(card)
        return {"name": {"formatted_name": self.label(*reached, *called)}, "redacted": True}


def _reached(card: Mapping[str, Any]) -> list[str]:
    phones = card.get("phones")
    parts = phones if isinstance(phones, list) else []
    told = [part.get(n) for part in parts if isinstance(part, Mapping) for n in ("wa_id", "phone")]
    return _texts(*told, card.get("wa_id"), card.get("user_id"))


def _called(card: Mapping[str, Any]) -> list[str]:
    name = card.get("name")
    return _texts(name.get("formatted_name")) if isinstance(name, Mapping) else []


def _texts(*values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str) and value]


def _plain(text: str) -> str:
    """Numbers are written with and without `+`, spaces and dashes; user names with `@`."""
    bare = text.strip().lstrip("@")
    digits = "".join(c for c in bare if c.isdigit())
    is_number = digits and all(c in "+-(). " for c in bare if not c.isdigit())
    return digits if is_number else bare.casefold()
