"""When somebody was last heard of: it outlives the thread or consent that says so."""

from functions.core.contacts.service import node_key
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression


class Signs:
    """`records`: the conversations table. `rehearse`: nothing is written."""

    def __init__(self, records: DynamoRecords, *, rehearse: bool = False) -> None:
        self._records = records
        self._rehearse = rehearse

    def note(self, node: str, at_ms: int) -> None:
        """The time of what is known of an alias is counted from then on, unless from later."""
        if self._rehearse:
            return
        told = due_attributes(DataKind.CONTACT, node, at_ms, by=node)
        expression = Expression()
        expression.condition("retain_at < {}", told["retain_at"])
        expression.set("retain_at", told["retain_at"])
        self._records.update(expression, node_key(node))
