"""Graph's endpoints without HTTP: what they answer, and what a fault makes of the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sandbox.errors import GraphError
from sandbox.faults import GRAPH_KINDS, Fault
from sandbox.graph.account import Accepted
from sandbox.graph.fields import Fields, refuse
from sandbox.graph.media import Media, check_upload, unsupported_object
from sandbox.graph.media_faults import (
    DOWNLOAD_KINDS,
    FIELD_KINDS,
    Download,
    grown,
    spoilt_download,
    spoilt_fields,
)
from sandbox.graph.people import Person, digits
from sandbox.graph.sending import Call, answer, mark_as_read, send
from sandbox.state import State
from sandbox.webhooks.bodies import wrap
from sandbox.webhooks.inbound import metadata
from sandbox.webhooks.statuses import statuses
from sandbox.wire import Json


@dataclass(frozen=True)
class Reply:
    """What goes back; `body` is None when nothing a client of Graph can read does."""

    status: int
    body: Json | None
    delay_seconds: float = 0
    # close the connection without an answer, after holding it
    cut: bool = False
    hold_seconds: float = 0


class Graph:
    def __init__(self, state: State) -> None:
        self._state = state

    def messages(self, phone_number_id: str, payload: Json) -> Reply:
        state = self._state
        with state.lock:
            call = Call(state.account, state.ids, state.clock.now(), phone_number_id)
            if "status" in payload:
                return self._under_faults(
                    "read", phone_number_id, None, lambda: mark_as_read(call, payload)
                )
            return self._under_faults(
                "messages",
                phone_number_id,
                self._addressee(payload),
                lambda: self._send(call, payload),
            )

    def upload(self, phone_number_id: str, form: Mapping[str, str], file: Media | None) -> Reply:
        with self._state.lock:
            return self._under_faults(
                "media", phone_number_id, None, lambda: self._keep(form, file)
            )

    def media_fields(self, media_id: str, phone_number_id: str | None, base_url: str) -> Reply:
        with self._state.lock:
            return self._under_faults(
                "media_fields",
                self._owner(media_id),
                None,
                lambda: self._fields(media_id, phone_number_id, base_url),
            )

    def delete_media(self, media_id: str, phone_number_id: str | None) -> Json:
        state = self._state
        with state.lock:
            state.account.media.get(media_id, state.clock.now(), phone_number_id)
            state.account.media.delete(media_id)
        return {"success": True}

    def download(self, query: Mapping[str, str]) -> Download | Reply | None:
        """The file; a `Reply` when a fault answers instead; None for a link that leads nowhere."""
        state, media_id = self._state, query.get("mid", "")
        with state.lock:
            media = state.account.media.download(
                media_id, query.get("ext", ""), query.get("hash", ""), state.clock.now()
            )
            if media is None:
                return None
            number = media.phone_number_id
            if state.faults.any(set(GRAPH_KINDS), None, number, "download"):
                return self._under_faults("download", number, None, dict)
            fault = state.faults.take(set(DOWNLOAD_KINDS), None, number, "download")
            return spoilt_download(media, fault)

    def new_media(self, phone_number_id: str, mime_type: str, data: bytes) -> Media:
        state = self._state
        days = state.account.limits.number("media", "uploaded_days")
        return Media(
            id=state.ids.media(),
            phone_number_id=phone_number_id,
            mime_type=mime_type,
            data=data,
            expires_at=state.clock.now() + timedelta(days=days),
            uploaded=True,
        )

    def check_phone_number(self, phone_number_id: str) -> None:
        if phone_number_id not in self._state.config.phone_number_ids:
            raise unsupported_object("post", phone_number_id)

    def check_version(self, version: str) -> None:
        oldest = self._state.account.limits.count("graph", "oldest_version")
        if float(version.removeprefix("v")) < oldest:
            raise GraphError(
                2635,
                message="(#2635) You are calling a deprecated version of the API. "
                f"Please update to the latest version: v{oldest}.0 or newer.",
            )

    def _under_faults(
        self, on: str, phone_number_id: str, person: Person | None, act: Callable[[], Json]
    ) -> Reply:
        fault = self._state.faults.take(set(GRAPH_KINDS), person, phone_number_id, on)
        if fault is None:
            return self._reply(act)
        if fault.kind == "error":
            return self._refusal(_graph_error(fault), fault.delay_seconds)
        if fault.kind == "unavailable":
            return Reply(int(fault.options.get("status", 503)), None, fault.delay_seconds)
        cut = fault.kind.startswith("timeout")
        hold = float(fault.options.get("hold_seconds", 0))
        if fault.kind == "timeout_before_accept":
            return Reply(0, None, fault.delay_seconds, cut, hold)
        reply = self._reply(act)
        if cut and reply.status != 200:  # noqa: PLR2004  # HTTP 200 is what Graph accepts with
            self._state.faults.give_back(fault)
            return reply
        return Reply(reply.status, reply.body, fault.delay_seconds, cut, hold)

    def _reply(self, act: Callable[[], Json]) -> Reply:
        try:
            return Reply(200, act())
        except GraphError as error:
            return self._refusal(error)

    def _refusal(self, error: GraphError, delay_seconds: float = 0) -> Reply:
        return Reply(error.status, error.body(self._state.ids.trace()), delay_seconds)

    def _send(self, call: Call, payload: Json) -> Json:
        accepted = send(call, payload)
        self._publish_statuses(accepted)
        return answer(accepted)

    def _publish_statuses(self, accepted: Accepted) -> None:
        state, number = self._state, accepted.phone_number_id
        steps = accepted.person.statuses
        due = statuses(
            accepted,
            state.config.statuses if steps is None else steps,
            state.config.status_delays_seconds,
            metadata(state.account, number),
            state.account.limits,
        )
        bodies = [(wrap(state.config.waba_id, status.value), status.at) for status in due]
        state.publisher.publish(bodies, accepted.person, number, "statuses")

    def _fields(self, media_id: str, phone_number_id: str | None, base_url: str) -> Json:
        state = self._state
        now, account = state.clock.now(), state.account
        media = account.media.get(media_id, now, phone_number_id)
        fault = state.faults.take(set(FIELD_KINDS), None, media.phone_number_id, "media_fields")
        media = account.keep_media(grown(media, fault))
        fields = {
            "messaging_product": "whatsapp",
            "url": account.media.url(media, now, base_url, account.limits),
            "mime_type": media.mime_type,
            "sha256": media.sha256_hex,
            "file_size": len(media.data),
            "id": media.id,
        }
        return spoilt_fields(fields, fault)

    def _owner(self, media_id: str) -> str:
        media = self._state.account.media.find(media_id, self._state.clock.now())
        return "" if media is None else media.phone_number_id

    def _keep(self, form: Mapping[str, str], file: Media | None) -> Json:
        Fields(dict(form)).choice("messaging_product", {"whatsapp"})
        if file is None:
            raise refuse("The parameter file is required.")
        check_upload(file.mime_type, file.data, self._state.account.limits)
        self._state.account.media.put(file)
        return {"id": file.id}

    def _addressee(self, payload: Json) -> Person | None:
        """Whom a payload means, for faults; nobody is created for it."""
        for name in (payload.get("to"), payload.get("recipient")):
            if name:
                return self._state.account.people.find(str(name)) or Person(
                    phone=digits(str(name)), user_id=str(name)
                )
        return None


def _graph_error(fault: Fault) -> GraphError:
    options = fault.options
    return GraphError(options["code"], options.get("details"), status=options.get("status"))
