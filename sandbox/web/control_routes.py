"""The control paths under /sandbox/."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from sandbox.control import Control
from sandbox.errors import ControlError
from sandbox.web.responses import json_body, json_object, json_response
from sandbox.wire import Json


def control_rules(control: Control) -> list[Rule]:
    return [
        _rule("GET", "health", lambda _: control.health()),
        _rule("DELETE", "state", lambda _: control.reset()),
        _rule("POST", "inbound", lambda r: control.inbound(json_body(r), r.host_url)),
        _rule("GET", "accepted", lambda r: control.accepted(r.args.get("to"))),
        _rule("GET", "faults", lambda _: control.faults()),
        _rule("POST", "faults", lambda r: control.add_faults(json_body(r))),
        _rule("DELETE", "faults", lambda _: control.clear_faults()),
        _rule("POST", "clock", lambda r: control.clock(json_object(r))),
        _rule("POST", "webhook", lambda r: control.webhook(json_object(r))),
        _rule("GET", "webhooks", lambda _: control.webhooks()),
        _rule("POST", "redeliver", lambda r: control.redeliver(json_object(r))),
        _rule("POST", "settle", lambda r: control.settle(json_object(r))),
        _rule("POST", "people", lambda r: control.people(json_body(r))),
        _rule("GET", "templates", lambda _: control.templates()),
        _rule("POST", "templates", lambda r: control.templates(json_body(r))),
        _rule("POST", "announcements", lambda _: control.announce()),
        _rule("POST", "limits", lambda r: control.limits(json_object(r))),
    ]


def _rule(method: str, name: str, act: Callable[[Request], Json]) -> Rule:
    def endpoint(request: Request, **_: Any) -> Response:
        try:
            return json_response(act(request))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ControlError(f"the body does not fit, see sandbox/README.md ({error})") from error

    return Rule(f"/sandbox/{name}", methods=[method], endpoint=endpoint)
