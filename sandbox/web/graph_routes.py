"""Graph's paths: bearer token, version and phone number first, as Meta checks them."""

import hmac
import json
import threading
from collections.abc import Iterator

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from sandbox.errors import GraphError
from sandbox.graph.media import DOWNLOAD_PATH, Media
from sandbox.graph.media_faults import Download
from sandbox.graph.service import Graph, Reply
from sandbox.web.responses import ConnectionCutError, json_response
from sandbox.wire import Json


class GraphRoutes:
    def __init__(
        self, graph: Graph, access_token: str, numbers: dict[str, str], stopping: threading.Event
    ) -> None:
        self._graph = graph
        self._token = access_token
        self._numbers = numbers
        self._stopping = stopping

    def rules(self) -> list[Rule]:
        return [
            Rule(
                "/<version:version>/<object_id>/messages", methods=["POST"], endpoint=self.messages
            ),
            Rule("/<version:version>/<object_id>/media", methods=["POST"], endpoint=self.upload),
            Rule("/<version:version>/<object_id>", methods=["GET"], endpoint=self.read),
            Rule("/<version:version>/<object_id>", methods=["DELETE"], endpoint=self.delete),
            Rule(DOWNLOAD_PATH, methods=["GET"], endpoint=self.download),
        ]

    def messages(self, request: Request, version: str, object_id: str) -> Response:
        self._admit(request, version)
        self._graph.check_phone_number(object_id)
        return self._reply(self._graph.messages(object_id, _payload(request)))

    def upload(self, request: Request, version: str, object_id: str) -> Response:
        self._admit(request, version)
        self._graph.check_phone_number(object_id)
        return self._reply(
            self._graph.upload(object_id, request.form, self._file(request, object_id))
        )

    def read(self, request: Request, version: str, object_id: str) -> Response:
        """Media, or what is known of a phone number."""
        self._admit(request, version)
        if object_id in self._numbers:
            number = self._numbers[object_id]
            return json_response(
                {
                    "id": object_id,
                    "display_phone_number": number,
                    "verified_name": "Sandbox",
                    "quality_rating": "GREEN",
                }
            )
        owner = request.args.get("phone_number_id")
        return self._reply(self._graph.media_fields(object_id, owner, request.host_url))

    def delete(self, request: Request, version: str, object_id: str) -> Response:
        self._admit(request, version)
        owner = request.args.get("phone_number_id")
        return json_response(self._graph.delete_media(object_id, owner))

    def download(self, request: Request) -> Response:
        """The token counts here too; an expired link is a plain 404, as at Meta."""
        self._check_token(request)
        found = self._graph.download(request.args)
        if found is None:
            return Response("Not found", 404)
        if isinstance(found, Reply):
            return self._reply(found)
        response = Response(self._sent(found), content_type=found.media.mime_type)
        response.content_length = len(found.media.data)
        return response

    def _sent(self, download: Download) -> Iterator[bytes]:
        for piece in download.pieces():
            self._stopping.wait(download.pause_seconds)
            yield piece
        if download.cut_after is not None:
            raise ConnectionCutError

    def _admit(self, request: Request, version: str) -> None:
        self._check_token(request)
        self._graph.check_version(version)

    def _check_token(self, request: Request) -> None:
        authorization = request.headers.get("Authorization", "")
        token = authorization.removeprefix("Bearer ") or request.args.get("access_token", "")
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise GraphError(190, message="Invalid OAuth access token - Cannot parse access token")

    def _file(self, request: Request, phone_number_id: str) -> Media | None:
        file = request.files.get("file")
        if file is None:
            return None
        mime_type = file.mimetype or request.form.get("type", "")
        return self._graph.new_media(phone_number_id, mime_type, file.read())

    def _reply(self, reply: Reply) -> Response:
        self._stopping.wait(reply.delay_seconds)
        if reply.cut:
            self._stopping.wait(reply.hold_seconds)
            raise ConnectionCutError
        if reply.body is None:
            return Response("Service Unavailable", reply.status, mimetype="text/html")
        return json_response(reply.body, reply.status)


def _payload(request: Request) -> Json:
    """Graph takes what it cannot read for a request without parameters."""
    try:
        payload = json.loads(request.get_data())
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}
