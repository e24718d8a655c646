"""What systems and staff of the business do with a request, once it is filed."""

from collections.abc import Mapping

from functions.core.audit.model import Actor
from functions.core.rights.changing import Changes
from functions.core.rights.codes import Codes, Verdict
from functions.core.rights.deadlines import Clock, Due, due
from functions.core.rights.deadlines import Terms as RightTerms
from functions.core.rights.effects import Effects
from functions.core.rights.errors import (
    CodeLockedError,
    NotNowError,
    SamePersonError,
    TooLateError,
    TooManyCodesError,
    WrongCodeError,
)
from functions.core.rights.model import Deed, Request, Right, State
from functions.core.rights.policy import number
from functions.core.runtime import log

Terms = Mapping[Right, RightTerms]


class Handling:
    """`by`: who does it; `call`: the request to the API that it is part of."""

    def __init__(
        self, *, changes: Changes, codes: Codes, effects: Effects, terms: Terms, clock: Clock
    ) -> None:
        self._changes = changes
        self._codes = codes
        self._effects = effects
        self._terms = terms
        self._clock = clock

    def due(self, request: Request) -> Due:
        return due(request, self._terms[request.right], self._clock, now_ms=self._changes.now_ms())

    def prove(self, request_id: str, code: str, *, by: Actor, call: str) -> Request:
        """With the code that was sent to the number. WrongCodeError: it is not that one."""
        request = self._changes.load(request_id)
        if request.state is not State.IDENTITY_UNVERIFIED:
            raise NotNowError(Deed.VERIFIED.value, request.state.value)
        match self._codes.check(request_id, code):
            case Verdict.RIGHT:
                return self._verified(request, "code", by, call)
            case Verdict.LOCKED:
                self._changes.do(request, Deed.LOCKED, by=by, call=call, step_up="locked")
                log.metric("RightsLocked")
                self._changes.wake(request_id)
                raise CodeLockedError("too many wrong codes: staff must verify who it is")
        raise WrongCodeError("the code is wrong, or has run out")

    def ask_for_code(self, request_id: str, *, by: Actor, call: str) -> Request:
        request = self._changes.load(request_id)
        if request.codes >= number("code", "most"):
            raise TooManyCodesError("no more codes are sent for this request")
        done = self._changes.do(request, Deed.CODE_ASKED, by=by, call=call, code_asked=True)
        self._changes.wake(request_id)
        return done

    def attest(self, request_id: str, means: str, *, by: Actor, call: str) -> Request:
        """Staff know who it is, by these means."""
        return self._verified(self._changes.load(request_id), means, by, call)

    def approve(self, request_id: str, *, by: Actor, call: str) -> Request:
        request = self._changes.load(request_id)
        self._check_second(request, by)
        return self._decided(request, Deed.APPROVED, by, call, "")

    def deny(self, request_id: str, reason: str, *, by: Actor, call: str) -> Request:
        """What took effect when it was filed is lifted; the person is told why."""
        request = self._changes.load(request_id)
        self._check_second(request, by)
        return self._decided(request, Deed.DENIED, by, call, reason)

    def pause(self, request_id: str, reason: str, *, by: Actor, call: str) -> Request:
        """Something is needed from the person: until it is there the clock stands still."""
        return self._done(request_id, Deed.PAUSED, by, call, reason)

    def resume(self, request_id: str, *, by: Actor, call: str) -> Request:
        """Also what ended in an error: it is tried again."""
        request = self._changes.load(request_id)
        done = self._changes.do(request, Deed.RESUMED, by=by, call=call)
        if done.state is State.APPROVED:
            self._changes.machine.start(done.id, done.attempt)
        else:
            self._changes.wake(request_id)
        return done

    def extend(self, request_id: str, reason: str, *, by: Actor, call: str) -> Request:
        """Once, while the person can still be told in time. TooLateError: no longer."""
        request = self._changes.load(request_id)
        if not self._terms[request.right].extension.count:
            raise TooLateError("the law that applies here knows no extension")
        if request.extended_ms is not None:
            raise NotNowError(Deed.EXTENDED.value, "extended")
        now_ms = self._changes.now_ms()
        if now_ms >= self.due(request).first_ms:
            raise TooLateError("the person could not be told in time any more")
        done = self._changes.do(
            request, Deed.EXTENDED, by=by, call=call, reason=reason, extended_ms=now_ms
        )
        self._changes.wake(request_id)
        return done

    def cancel(self, request_id: str, reason: str, *, by: Actor, call: str) -> Request:
        """The person does not want it any more."""
        done = self._done(request_id, Deed.CANCELED, by, call, reason)
        self._effects.lift(done)
        return done

    def _check_second(self, request: Request, by: Actor) -> None:
        if by.id in (request.filed_by, request.verified_by):
            raise SamePersonError("who filed or verified a request cannot decide on it")

    def _verified(self, request: Request, how: str, by: Actor, call: str) -> Request:
        done = self._changes.do(
            request,
            Deed.VERIFIED,
            by=by,
            call=call,
            verified_ms=self._changes.now_ms(),
            verified_how=how,
            verified_by=by.id,
        )
        self._changes.wake(request.id)
        return done

    def _decided(self, request: Request, deed: Deed, by: Actor, call: str, reason: str) -> Request:
        done = self._changes.do(
            request,
            deed,
            by=by,
            call=call,
            reason=reason,
            decided_ms=self._changes.now_ms(),
            decided_by=by.id,
        )
        if deed is Deed.DENIED:
            self._effects.lift(done)
        self._changes.wake(request.id)
        return done

    def _done(self, request_id: str, deed: Deed, by: Actor, call: str, reason: str) -> Request:
        done = self._changes.do(
            self._changes.load(request_id), deed, by=by, call=call, reason=reason
        )
        self._changes.wake(request_id)
        return done
