"""Rights: somebody asks to be forgotten, and somebody else is needed by a court."""

from typing import Any

from cli.demo import messages
from cli.demo.story import Chapter, Check, Story
from cli.demo.world import World

Json = dict[str, Any]
_OK, _NOT_FOUND, _ACCEPTED = 200, 404, 202
_OVER = {"complete", "denied", "error", "canceled"}
_REQUESTS = "/v1/rights/requests"


class Forgetting:
    """Nour and Emre; `run` keeps one demo's keys apart from another's."""

    def __init__(self, world: World, *, run: str) -> None:
        self.world = world
        self._run = run

    def tell(self) -> Story:
        yield Chapter(title="Nour wants to be forgotten, a court wants Emre to be remembered")
        yield from self._nour_goes()
        yield from self._emre_stays()

    def _nour_goes(self) -> Story:
        phone = messages.invented_phone()
        self.world.meta.write({"from": phone, "text": "Good morning"})
        contact_id = self.world.until(lambda: self.world.contact_with(phone)) or ""
        self.world.meta.write({"from": phone, "text": "Delete my data"})
        request = self.world.until(lambda: self._request_of(contact_id)) or {}
        yield Check(
            announced='she writes "Delete my data": a request is filed, with a deadline',
            found=f"{request.get('state', 'no request')}, due on {request.get('due_on')}",
            ok=request.get("state") in ("identity_unverified", "pending"),
        )
        done = self._approved(request)
        yield Check(
            announced="somebody else than who files requests approves it, and it is carried out",
            found=f"{done.get('state')}: {done.get('outcome')}",
            ok=done.get("outcome") == "erased",
        )
        gone = self.world.conversation_with(phone) is None
        known = self.world.contact_with(phone)
        yield Check(
            announced="her conversation is gone, and nobody has her number any more",
            found="gone" if gone and known is None else "still there",
            ok=gone and known is None,
            refused="what was erased is not found, not even by its number",
        )

    def _emre_stays(self) -> Story:
        phone = messages.invented_phone()
        self.world.meta.write({"from": phone, "text": "I never got my refund."})
        contact_id = self.world.until(lambda: self.world.contact_with(phone)) or ""
        hold = {"contact_id": contact_id, "matter": "7 O 12/26", "authority": "a court's order"}
        placed = self.world.office.post("/v1/holds", hold, key=f"demo-{self._run}-hold")
        asked = {"contact_id": contact_id, "right": "erasure", "source": "staff"}
        filed = self.world.office.post(_REQUESTS, asked, key=f"demo-{self._run}-erasure")
        request = filed.body or {}
        path = f"{_REQUESTS}/{request.get('id')}/identity"
        self.world.office.post(path, {"verified_by": "id_document"}, key="unused")
        done = self._approved(request)
        stays = self.world.conversation_with(phone) is not None
        yield Check(
            announced="Emre is under a legal hold: he is told no, and everything of his stays",
            found=f"{placed.status}, {done.get('outcome')}, {'kept' if stays else 'gone'}",
            ok=placed.status == _ACCEPTED
            and done.get("outcome") == "restricted_under_hold"
            and stays,
            refused="a legal hold stands against it; nothing more is sent to him",
        )

    def _approved(self, request: Json) -> Json:
        request_id = request.get("id")
        self.world.until(lambda: self._shown(request_id).get("state") == "pending" or None)
        path = f"{_REQUESTS}/{request_id}/decision"
        self.world.second.post(path, {"decision": "approve"}, key="unused")

        def over() -> Json | None:
            shown = self._shown(request_id)
            return shown if shown.get("state") in _OVER else None

        return self.world.until(over) or self._shown(request_id)

    def _shown(self, request_id: Any) -> Json:
        shown: Json = self.world.office.get(f"{_REQUESTS}/{request_id}").body or {}
        return shown

    def _request_of(self, contact_id: str) -> Json | None:
        found = self.world.office.get(_REQUESTS).body or {}
        for each in found.get("items", []):
            if each["contact_id"] == contact_id:
                request: Json = each
                return request
        return None
