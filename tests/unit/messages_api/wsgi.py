"""The Lambda handler as a WSGI application, for clients that speak HTTP."""

import base64
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from functions.messages_api import handler
from tests.unit.messages_api.api import Context, event


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """As API Gateway does it: every body base64-encoded, the last of repeated parameters."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    request = event(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        query=query or None,
        headers=headers,
        body=base64.b64encode(body).decode() if body else None,
        base64=bool(body),
    )
    told = handler.handler(request, Context())  # type: ignore[arg-type] # only the id is read
    answered = [(n, v) for n, values in told["multiValueHeaders"].items() for v in values]
    start_response(f"{told['statusCode']} Answered", answered)
    return [told["body"].encode()]
