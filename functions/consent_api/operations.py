"""What can be asked of the API: the one list that its routes are made from."""

from functions.consent_api import contacts, importing, posting, proving, showing, withdrawing
from functions.consent_api.scopes import READ, WRITE
from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter

CONTACT = Parameter(
    name="contact_id",
    where="path",
    pattern=r"[bgnp][a-z2-7]{20}~[0-9]{1,13}",
    reason="",
    required=True,
)
_CONSENTS = "/v1/contacts/{contact_id}/consents"

OPERATIONS = (
    ScopedOperation(
        method="POST",
        path="/v1/contacts/search",
        id="searchContact",
        scope=READ,
        action=Action.CONTACT_SEARCHED,
        run=contacts.search,
        parameters=(),
    ),
    ScopedOperation(
        method="POST",
        path="/v1/contacts",
        id="registerContact",
        scope=WRITE,
        action=Action.CONTACT_REGISTERED,
        begins=True,
        run=contacts.register,
        parameters=(),
        status=201,
    ),
    ScopedOperation(
        method="POST",
        path=_CONSENTS,
        id="postConsent",
        scope=WRITE,
        action=Action.CONSENT_POSTED,
        run=posting.post,
        parameters=(CONTACT, IDEMPOTENCY_KEY),
        status=201,
    ),
    ScopedOperation(
        method="GET",
        path=_CONSENTS,
        id="getConsents",
        scope=READ,
        action=Action.CONSENT_READ,
        run=showing.state,
        parameters=(CONTACT,),
    ),
    ScopedOperation(
        method="GET",
        path=f"{_CONSENTS}/history",
        id="getConsentHistory",
        scope=READ,
        action=Action.CONSENT_READ,
        run=showing.history,
        parameters=(CONTACT, showing.CURSOR, showing.LIMIT),
    ),
    ScopedOperation(
        method="GET",
        path=f"{_CONSENTS}/{{purpose}}/receipt",
        id="getConsentReceipt",
        scope=READ,
        action=Action.CONSENT_RECEIPT_READ,
        run=proving.receipt_of,
        parameters=(CONTACT, withdrawing.PURPOSE),
    ),
    ScopedOperation(
        method="DELETE",
        path=f"{_CONSENTS}/{{purpose}}",
        id="withdrawConsent",
        scope=WRITE,
        action=Action.CONSENT_WITHDRAWN,
        lenient=True,
        run=withdrawing.withdraw,
        parameters=(CONTACT, withdrawing.PURPOSE, withdrawing.KEY),
    ),
    ScopedOperation(
        method="DELETE",
        path=_CONSENTS,
        id="withdrawConsents",
        scope=WRITE,
        action=Action.CONSENT_WITHDRAWN,
        lenient=True,
        run=withdrawing.withdraw_all,
        parameters=(CONTACT, withdrawing.KEY),
    ),
    ScopedOperation(
        method="PUT",
        path="/v1/contacts/{contact_id}/restriction",
        id="restrictContact",
        scope=WRITE,
        action=Action.RECORD_RESTRICTED,
        begins=True,
        run=contacts.restrict,
        parameters=(CONTACT,),
    ),
    ScopedOperation(
        method="DELETE",
        path="/v1/contacts/{contact_id}/restriction",
        id="liftRestriction",
        scope=WRITE,
        action=Action.RECORD_RESTRICTED,
        begins=True,
        run=contacts.lift,
        parameters=(CONTACT,),
    ),
    *importing.OPERATIONS,
)
