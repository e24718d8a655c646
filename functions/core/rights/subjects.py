"""Who a request is about, as is known now."""

from functions.core.contacts.model import person_of
from functions.core.contacts.service import Directory
from functions.core.rights.subject import Subject


class Subjects:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def of(self, contact_id: str) -> Subject | None:
        """None: nobody was ever known by this id. Read consistently: what follows is final."""
        nodes = self._directory.nodes([contact_id.partition("~")[0]], consistent=True)
        person = person_of(nodes, contact_id)
        return None if person is None else Subject(person=person, nodes=nodes)
