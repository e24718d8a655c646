"""What the workflow of a request asks for: plan, collect each part, assemble. Any may run twice."""

from functions.core.rights.access.assembling import Assembling, Made
from functions.core.rights.access.collecting import Parts
from functions.core.rights.access.planning import Planning
from functions.core.rights.errors import UnknownRequestError
from functions.core.rights.model import Request
from functions.core.rights.requests import DynamoRequests
from functions.core.rights.subjects import Subjects

GIVEN = "given"
# what a request names itself; everything that can be fetched stands in the index
_DOCUMENTS = 20


class Steps:
    def __init__(
        self,
        *,
        requests: DynamoRequests,
        subjects: Subjects,
        planning: Planning,
        parts: Parts,
        assembling: Assembling,
    ) -> None:
        self._requests = requests
        self._subjects = subjects
        self._planning = planning
        self._parts = parts
        self._assembling = assembling

    def plan(self, request_id: str) -> list[str]:
        request = self._request(request_id)
        return list(self._planning.plan(request, self._subjects.of(request.contact_id)).parts)

    def collect(self, request_id: str, part: str) -> int:
        """How many lines the part has."""
        request = self._request(request_id)
        subject = self._subjects.of(request.contact_id)
        return 0 if subject is None else self._parts.collect(request, subject, part)

    def assemble(self, request_id: str) -> Made:
        request = self._request(request_id)
        made = self._assembling.assemble(request, self._subjects.of(request.contact_id))
        result = {
            "index": made.index,
            "counts": dict(made.counts),
            "files": len(made.files),
            "complete": made.completeness["complete"],
            "gaps": made.completeness["gaps"],
        }
        files = [vars(file) for file in made.files[:_DOCUMENTS]]
        self._requests.note(request_id, outcome=GIVEN, result=result, files=files)
        return made

    def _request(self, request_id: str) -> Request:
        request = self._requests.load(request_id)
        if request is None:
            raise UnknownRequestError("no such request")
        return request
