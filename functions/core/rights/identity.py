"""Finding out whether it is the person who asks: by a code, the number itself, or by staff."""

from functions.core.audit.model import Actor
from functions.core.rights.changing import Changes
from functions.core.rights.codes import Codes
from functions.core.rights.model import Deed, Request, Source, State
from functions.core.rights.reaching import Reaching
from functions.core.rights.saying import Saying
from functions.core.rights.stepping import step_up
from functions.core.rights.subjects import Subjects

_SYSTEM = Actor(kind="system", id="rights")
_NUMBER, _UNREACHABLE = "number", "unreachable"


class Identity:
    def __init__(
        self,
        *,
        changes: Changes,
        subjects: Subjects,
        reaching: Reaching,
        codes: Codes,
        saying: Saying,
    ) -> None:
        self._changes = changes
        self._subjects = subjects
        self._reaching = reaching
        self._codes = codes
        self._saying = saying

    def exists(self, request: Request) -> bool:
        return self._subjects.of(request.contact_id) is not None

    def look(self, request: Request) -> Request:
        """The request after what can be done about it now, while nobody is verified."""
        if request.codes and not request.code_asked:
            return request
        subject = self._subjects.of(request.contact_id)
        if subject is None:  # nothing is sent, and nothing looks otherwise
            self._codes.issue(request.id)
            return self._sent(request)
        heard = self._reaching.last(subject, before_ms=request.filed_ms)
        if why := step_up(subject, last_ms=heard.at_ms, now_ms=request.filed_ms):
            return self._stepped_up(request, why)
        if request.source is Source.PERSON:
            return self._by_number(request)
        code = self._codes.issue(request.id)
        if self._saying.code(request, code, phone_number_id=heard.phone_number_id):
            return self._sent(request)
        return self._stepped_up(request, _UNREACHABLE)

    def _sent(self, request: Request) -> Request:
        return self._changes.do(
            request,
            Deed.CODE_SENT,
            by=_SYSTEM,
            only_in=State.IDENTITY_UNVERIFIED,
            codes=request.codes + 1,
            code_asked=False,
        )

    def _stepped_up(self, request: Request, why: str) -> Request:
        return self._changes.do(
            request,
            Deed.STEPPED_UP,
            by=_SYSTEM,
            only_in=State.IDENTITY_UNVERIFIED,
            step_up=why,
            code_asked=False,
        )

    def _by_number(self, request: Request) -> Request:
        return self._changes.do(
            request,
            Deed.VERIFIED,
            by=_SYSTEM,
            only_in=State.IDENTITY_UNVERIFIED,
            verified_ms=self._changes.now_ms(),
            verified_how=_NUMBER,
            verified_by=_SYSTEM.id,
        )
