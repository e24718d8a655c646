"""What a person writes in the chat about their data becomes a request, and is answered once."""

from collections.abc import Callable, Iterable
from functools import partial

from functions.core.audit.model import Actor
from functions.core.consent.heard import Heard, Words, heard
from functions.core.contacts.service import Directory
from functions.core.conversations.filing import Filed
from functions.core.conversations.model import FactKind, split_thread
from functions.core.rights.filing import Filing, FilingDesk
from functions.core.rights.model import Request, Source, State
from functions.core.rights.replies import RECEIVED
from functions.core.rights.requests import DynamoRequests
from functions.core.rights.saying import Saying
from functions.core.rights.words import Wanted, wanted
from functions.core.runtime import log

_PERSON = Actor(kind="meta", id="person")


class RightsWatch:
    """May look at the same messages again: a request is named after its message."""

    def __init__(
        self,
        *,
        desk: FilingDesk,
        store: DynamoRequests,
        directory: Directory,
        saying: Saying,
        due_on: Callable[[Request], str],
        language: str,
        now_ms: Callable[[], int],
        fresh_ms: int,
    ) -> None:
        """`due_on`: the last day. `fresh_ms`: who wrote longer ago is not answered in the chat."""
        self._desk = desk
        self._store = store
        self._directory = directory
        self._saying = saying
        self._due_on = due_on
        self._understand = partial(wanted, preferred=language)
        self._now_ms = now_ms
        self._fresh_ms = fresh_ms

    def watch(self, filed: Iterable[Filed]) -> None:
        for each in filed:
            node = split_thread(each.fact.thread)[1]
            # of the past nothing is asked, and in a group others would read the answer
            if each.fact.kind is not FactKind.MESSAGE or node.startswith("g"):
                continue
            said = heard(each, node)
            if said is None or not isinstance(said.deed, Words) or not said.deed.typed:
                continue
            if found := self._understand(said.deed.text):
                self._take(said, found)

    def _take(self, said: Heard, found: Wanted) -> None:
        person, _ = self._directory.person_behind(said.node, said.at_ms)
        filed = self._desk.file(
            Filing(
                right=found.right,
                source=Source.PERSON,
                contact_id=person.contact_id,
                by=_PERSON,
                key=f"{said.message_id} {found.right.value}",
                at_ms=said.at_ms,
                language=found.language,
                thread=said.thread,
                node=said.node,
            )
        )
        request = filed.request
        if filed.is_new:
            log.info("request filed", rights_request_id=request.id, right=found.right.value)
            log.metric("RightsFiled", right=found.right.value)
        if self._now_ms() - said.at_ms <= self._fresh_ms:
            self._answer(request)

    def _answer(self, request: Request) -> None:
        if request.state is State.DUPLICATE:
            first = self._store.load(request.duplicate_of) or request
            self._saying.tell(request, "duplicate", due=self._due_on(first))
        else:
            self._saying.tell(request, RECEIVED[request.right], due=self._due_on(request))
