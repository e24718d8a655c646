"""What can be asked of the API: the one list that its routes are made from."""

from functions.audit_api import proving, searching
from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.operation import ScopedOperation

READ = "amana/audit:read"

OPERATIONS = (
    ScopedOperation(
        method="GET",
        path="/v1/audit/entries",
        id="searchAuditEntries",
        scope=READ,
        action=Action.AUDIT_SEARCHED,
        run=searching.search,
        parameters=searching.PARAMETERS,
    ),
    ScopedOperation(
        method="GET",
        path="/v1/audit/entries/{entry_id}/proof",
        id="getAuditProof",
        scope=READ,
        action=Action.AUDIT_PROVED,
        run=proving.prove,
        parameters=(proving.ENTRY_ID,),
    ),
)
