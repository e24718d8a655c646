"""Under which key content is sealed: that of the alias, while one person owns it."""

from collections.abc import Iterable

from functions.core.contacts.model import NODE_PREFIX, Node, content_key_id, generation
from functions.core.contacts.service import Directory


class ContentKeys:
    """For one delivery; `known`: nodes as they are now stored."""

    def __init__(self, directory: Directory, known: Iterable[Node]) -> None:
        self._directory = directory
        self._known = {node.id: node for node in known}

    def key_of(self, node_id: str, at_ms: int) -> str:
        nodes = self._known
        if node_id not in nodes or self._needs_neighbours(nodes[node_id]):
            nodes.update(self._directory.nodes([node_id]))
        return content_key_id(node_id, generation(nodes, node_id, at_ms))

    def _needs_neighbours(self, node: Node) -> bool:
        """Whether two accounts on one number are one person's is written at the accounts."""
        accounts = [other for other in node.links if other.startswith(NODE_PREFIX["bsuid"])]
        is_number = node.id.startswith(NODE_PREFIX["number"])
        return is_number and len(accounts) > 1 and any(a not in self._known for a in accounts)
