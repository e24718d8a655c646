"""One thing that can be asked of an API, and the scope it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from functions.core.runtime.http.app import Served
from functions.core.runtime.http.requests import Parameter, Request


@dataclass(frozen=True, kw_only=True)
class ScopedOperation:
    """`run` gets the request and the parameters that were given."""

    method: str
    path: str
    id: str
    scope: str
    action: StrEnum
    run: Callable[[Request, Mapping[str, str]], Served]
    parameters: tuple[Parameter, ...]
    status: int = 200
    begins: bool = False
    # whatever else stands in the query is passed over
    lenient: bool = False

    def serve(self, request: Request) -> Served:
        request.authorize(self.scope)
        return self.run(request, request.values(self.parameters, query=not self.lenient))
