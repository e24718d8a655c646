"""Requests and holds in memory, as the demo sees them; a test overrides what shall go wrong."""

import json

from cli.http import Answer


def answer(code, /, **body):
    return Answer(status=code, text=json.dumps(body))


class FakeOffice:
    """The desk and the second person in one. `forgotten`: who cannot be found any more."""

    def __init__(self):
        self.requests = {}
        self.held = set()
        self.forgotten = set()

    def hears(self, message):
        if message.get("text") == "Delete my data":
            self.filed(message["from"])

    def filed(self, contact_id):
        request_id = f"q_{len(self.requests)}"
        told = {"id": request_id, "contact_id": contact_id, "state": "pending"}
        self.requests[request_id] = {**told, "due_on": "2026-12-29"}
        return self.requests[request_id]

    def post(self, path, body, *, key):
        if path == "/v1/holds":
            self.held.add(body["contact_id"])
            return answer(202)
        named = path.rpartition("/")[0].rpartition("/")[2]
        if path.endswith("/decision") and named in self.requests:
            self.carried_out(self.requests[named])
        return answer(201, **(self.filed(body["contact_id"]) if "right" in body else {}))

    def get(self, path):
        request_id = path.removeprefix("/v1/rights/requests").removeprefix("/")
        if request_id:
            return answer(200, **self.requests.get(request_id, {}))
        return answer(200, items=list(self.requests.values()))

    def carried_out(self, request):
        request["state"] = "complete"
        request["outcome"] = "erased"
        if request["contact_id"] in self.held:
            request["outcome"] = "restricted_under_hold"
        else:
            self.forgotten.add(request["contact_id"])
