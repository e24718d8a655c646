"""What can be asked of the page behind a link. Anyone may: the link, and then the code, decide."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.requests import Request
from functions.disclosure import opening


@dataclass(frozen=True, kw_only=True)
class PublicOperation:
    method: str
    path: str
    id: str
    action: StrEnum
    run: Callable[[Request], Reply]
    status: int = 200
    scope: str | None = None
    # a code is sent, a guess is counted: nothing of it shares a transaction with its entry
    begins: bool = True
    # whatever a browser, a proxy or a messenger adds to it is passed over
    lenient: bool = True

    def serve(self, request: Request) -> Reply:
        return self.run(request)


OPERATIONS = (
    PublicOperation(
        method="GET",
        path="/v1/rights/disclosures/{token}",
        id="openDisclosure",
        action=Action.LINK_OPENED,
        run=opening.look,
    ),
    PublicOperation(
        method="POST",
        path="/v1/rights/disclosures/{token}",
        id="useDisclosure",
        action=Action.LINK_CONFIRMED,
        run=opening.use,
    ),
)
