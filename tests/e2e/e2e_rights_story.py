"""Everything that can be done to requests, holds and retention, once: for the trail of the log."""

from e2e_consent import ask
from e2e_rights import (
    OVER,
    SECOND,
    decided,
    done,
    filed,
    held,
    office,
    person,
    post,
    request,
    verified,
    waits_for,
)

from cli.http import call
from cli.local.clients import client_of

BYTES = {"Accept": "application/octet-stream"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def tell(platform):
    desk = office(platform)
    second = client_of(platform.facts, "ApproverClientId", *SECOND)
    _, contact_id = person(platform, desk, "trail")
    platform.settle()
    _access(platform, desk, second, contact_id)
    _restriction(platform, desk, contact_id)
    corrected = {"corrections": {"name": "Trail"}}
    done(platform, desk, second, contact_id, "rectification", **corrected)
    _hold(platform, desk, second, contact_id)
    assert done(platform, desk, second, contact_id, "erasure")["outcome"] == "erased"
    _retention(platform, desk)


def _access(platform, desk, second, contact_id):
    request_id = filed(platform, desk, contact_id, "access")
    path = f"/v1/rights/requests/{request_id}"
    platform.eventually(
        lambda: request(platform, desk, request_id)["identity"]["codes_sent"] == 1, seconds=90
    )
    for _ in range(5):
        ask(platform, desk, "POST", f"{path}/identity", {"code": "00000000"})
    waits_for(platform, desk, request_id, "requires_input")
    for deed, body in (("pause", {"reason": "A passport"}), ("resume", {})):
        assert ask(platform, desk, "POST", f"{path}/{deed}", body).status == 200, deed
    late = {"reason": "There is much of it"}
    assert ask(platform, desk, "POST", f"{path}/extend", late).status == 200
    verified(platform, desk, request_id)
    decided(platform, second, request_id, decision="approve")
    waits_for(platform, desk, request_id, *OVER, seconds=180)
    file = ask(platform, desk, "GET", f"{path}/files").body["items"][0]
    headers = {**desk.authorization, **BYTES, "Amana-Ticket": file["ticket"]}
    url = f"{platform.facts.api_url}{path}/files/{file['name']}"
    assert call("GET", url, headers=headers).status == 200
    token = ask(platform, desk, "POST", f"{path}/links", {}).body["url"].rpartition("/")[2]
    page = f"{platform.facts.api_url}/v1/rights/disclosures/{token}"
    assert call("GET", page).status == 200
    assert call("POST", page, body=b"action=send", headers=FORM).status == 200
    assert call("POST", page, body=b"action=open&code=00000000", headers=FORM).status == 403


def _restriction(platform, desk, contact_id):
    request_id = filed(platform, desk, contact_id, "restriction")
    path = f"/v1/rights/requests/{request_id}/cancel"
    assert ask(platform, desk, "POST", path, {"reason": "Not any more"}).status == 200


def _hold(platform, desk, second, contact_id):
    path = f"/v1/holds/{held(platform, desk, contact_id)}"

    def stands(state):
        return ask(platform, desk, "GET", path).body["status"] == state

    platform.eventually(lambda: stands("active"), seconds=180)
    assert ask(platform, desk, "POST", f"{path}/lift-request", {}).status == 200
    assert ask(platform, second, "POST", f"{path}/lift", {}).status == 202
    platform.eventually(lambda: stands("lifted"), seconds=180)


def _retention(platform, desk):
    assert ask(platform, desk, "GET", "/v1/retention/rules").status == 200
    answer = post(platform, desk, "/v1/retention/runs", {"dry_run": False})
    assert answer.status == 202, answer.text
    path = f"/v1/retention/runs/{answer.body['id']}"

    def over():
        return ask(platform, desk, "GET", path).body["status"] not in ("running", "asked")

    platform.eventually(over, seconds=180)
    assert ask(platform, desk, "GET", path).body["status"] == "done"
