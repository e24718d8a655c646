"""Who a request or a hold is about: a person, everything under which their data lies. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from functions.core.contacts.model import Node, Person, content_key_id


@dataclass(frozen=True, kw_only=True)
class Subject:
    """`nodes`: their aliases and everything linked to these."""

    person: Person
    nodes: Mapping[str, Node]

    @property
    def contact_id(self) -> str:
        return self.person.contact_id

    @property
    def aliases(self) -> tuple[str, ...]:
        """Ids of every node that was ever theirs."""
        return tuple(sorted({span.node for span in self.person.spans}))

    def owns(self, node: str, at_ms: float) -> bool:
        """Whether what happened at that alias then is theirs, and not another owner's."""
        return any(span.node == node and span.holds(at_ms) for span in self.person.spans)

    @property
    def keys(self) -> tuple[str, ...]:
        """Content keys of theirs, as `generation` counts owners of an alias."""
        began = {(span.node, span.after_ms) for span in self.person.spans}
        return tuple(
            sorted(content_key_id(n, 0 if after == -inf else int(after) + 1) for n, after in began)
        )

    def shares(self, node: str) -> bool:
        """Whether somebody else had this alias before or has it since."""
        return any(
            span.node == node and (span.after_ms > -inf or span.until_ms < inf)
            for span in self.person.spans
        )
