"""One WSGI application: Graph's paths and the control paths."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Map, RuleFactory
from werkzeug.wrappers import Request, Response

from sandbox.errors import ControlError, GraphError
from sandbox.ids import Ids
from sandbox.web.responses import Endpoint, graph_refusal, json_response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_CONTROL = "/sandbox/"


class VersionConverter(BaseConverter):
    """v26.0 and the like; nothing else starts a path of Graph."""

    regex = r"v\d+\.\d+"


class App:
    def __init__(self, rules: Iterable[RuleFactory], ids: Ids) -> None:
        self._urls = Map(rules, converters={"version": VersionConverter})
        self._ids = ids

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        with Request(environ) as request:
            return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            rule, values = self._urls.bind_to_environ(request.environ).match()
            return cast("Endpoint", rule)(request, **values)
        except GraphError as error:
            return graph_refusal(error, self._ids.trace())
        except ControlError as error:
            return json_response({"error": str(error)}, 400)
        except HTTPException as error:
            if request.path.startswith(_CONTROL):
                return json_response({"error": error.description}, error.code or 500)
            unknown = GraphError(2500, message=f"Unknown path components: {request.path}")
            return graph_refusal(unknown, self._ids.trace())
