"""What the API offers: who answers it, and with which scope it may be asked."""

from dataclasses import dataclass

READ, SEND, DUTY = "messages:read", "messages:send", "messages:legal-duty"
MEDIA_READ, MEDIA_WRITE = "media:read", "media:write"
EXPORT = "archive:export"
AUDIT = "audit:read"
CONSENTS_READ, CONSENTS_WRITE = "consents:read", "consents:write"
RIGHTS_READ, RIGHTS_WRITE = "rights:read", "rights:write"
HOLDS_READ, HOLDS_WRITE = "holds:read", "holds:write"
RETENTION_READ, RETENTION_RUN = "retention:read", "retention:run"
APPROVE, LIFT = "rights:approve", "holds:lift"

SCOPES = {
    SEND: "Send messages",
    READ: "Read",
    MEDIA_READ: "Fetch media",
    MEDIA_WRITE: "Upload media",
    EXPORT: "Export from the archive",
    AUDIT: "Read the audit log",
    CONSENTS_READ: "Find contacts, and read their consents",
    CONSENTS_WRITE: "Register contacts, record and withdraw consents, restrict processing",
    RIGHTS_READ: "Read requests of people about their data",
    RIGHTS_WRITE: "File requests of people, and confirm who they are",
    HOLDS_READ: "Read legal holds",
    HOLDS_WRITE: "Place legal holds, and ask for one to be lifted",
    RETENTION_READ: "Read what is kept how long, and what was deleted",
    RETENTION_RUN: "Start a run of retention",
}

# of clients of their own, by the name of the output that tells their id
APART = {
    # what it sends passes whatever people have agreed to
    "LegalDutyClientId": {DUTY: "Send what a law demands"},
    # the second person, where two are needed
    "ApproverClientId": {
        APPROVE: "Decide on requests of people about their data",
        LIFT: "Lift a legal hold that somebody else asked to be lifted",
    },
}
BESIDE = {"LegalDutyClientId": (SEND,), "ApproverClientId": (RIGHTS_READ, HOLDS_READ)}


@dataclass(frozen=True, kw_only=True)
class Route:
    # the folder in functions/
    function: str
    method: str
    path: str
    # None: anyone may call it
    scope: str | None
    # without these the call does not reach the function
    headers: tuple[str, ...] = ()


def _routes(function: str, *routes: tuple[str, str, str | None, tuple[str, ...]]) -> list[Route]:
    return [
        Route(function=function, method=method, path=path, scope=scope, headers=headers)
        for method, path, scope, headers in routes
    ]


_KEY, _TICKET = ("Idempotency-Key",), ("Amana-Ticket",)

ROUTES = (
    *_routes(
        "messages_api",
        ("POST", "v1/messages", SEND, _KEY),
        ("POST", "v1/gate/check", SEND, ()),
        ("GET", "v1/messages/{id}", READ, ()),
        ("GET", "v1/conversations", READ, ()),
        ("GET", "v1/conversations/{id}/messages", READ, ()),
        ("GET", "v1/accounts/{waba_id}/updates", READ, ()),
        ("GET", "v1/openapi.json", None, ()),
    ),
    *_routes(
        "media_api",
        ("POST", "v1/media", MEDIA_WRITE, _KEY),
        ("PUT", "v1/media/{id}/parts/{number}", MEDIA_WRITE, ()),
        ("POST", "v1/media/{id}/complete", MEDIA_WRITE, ()),
        ("GET", "v1/media/{id}", MEDIA_READ, ()),
        ("GET", "v1/media/{id}/content", MEDIA_READ, _TICKET),
    ),
    *_routes(
        "archive_api",
        ("POST", "v1/archive/exports", EXPORT, _KEY),
        ("GET", "v1/archive/exports/{id}", EXPORT, ()),
        ("GET", "v1/archive/exports/{id}/files/{name}", EXPORT, _TICKET),
    ),
    *_routes(
        "audit_api",
        ("GET", "v1/audit/entries", AUDIT, ()),
        ("GET", "v1/audit/entries/{id}/proof", AUDIT, ()),
    ),
    *_routes(
        "consent_api",
        ("POST", "v1/contacts/search", CONSENTS_READ, ()),
        ("POST", "v1/contacts", CONSENTS_WRITE, ()),
        ("POST", "v1/contacts/{id}/consents", CONSENTS_WRITE, _KEY),
        ("GET", "v1/contacts/{id}/consents", CONSENTS_READ, ()),
        # no header is needed: a withdrawal is never refused for its form
        ("DELETE", "v1/contacts/{id}/consents", CONSENTS_WRITE, ()),
        ("GET", "v1/contacts/{id}/consents/history", CONSENTS_READ, ()),
        ("DELETE", "v1/contacts/{id}/consents/{purpose}", CONSENTS_WRITE, ()),
        ("GET", "v1/contacts/{id}/consents/{purpose}/receipt", CONSENTS_READ, ()),
        ("POST", "v1/consents/imports", CONSENTS_WRITE, _KEY),
        ("GET", "v1/consents/imports/{id}", CONSENTS_READ, ()),
        ("PUT", "v1/consents/imports/{id}/parts/{number}", CONSENTS_WRITE, ()),
        ("POST", "v1/consents/imports/{id}/start", CONSENTS_WRITE, ()),
        ("GET", "v1/consents/imports/{id}/report", CONSENTS_READ, ()),
        ("PUT", "v1/contacts/{id}/restriction", CONSENTS_WRITE, ()),
        ("DELETE", "v1/contacts/{id}/restriction", CONSENTS_WRITE, ()),
    ),
    *_routes(
        "rights_api",
        ("POST", "v1/rights/requests", RIGHTS_WRITE, _KEY),
        ("GET", "v1/rights/requests", RIGHTS_READ, ()),
        ("GET", "v1/rights/requests/{id}", RIGHTS_READ, ()),
        ("POST", "v1/rights/requests/{id}/identity", RIGHTS_WRITE, ()),
        ("POST", "v1/rights/requests/{id}/decision", APPROVE, ()),
        ("POST", "v1/rights/requests/{id}/pause", RIGHTS_WRITE, ()),
        ("POST", "v1/rights/requests/{id}/resume", RIGHTS_WRITE, ()),
        ("POST", "v1/rights/requests/{id}/extend", RIGHTS_WRITE, ()),
        ("POST", "v1/rights/requests/{id}/cancel", RIGHTS_WRITE, ()),
        ("GET", "v1/rights/requests/{id}/files", RIGHTS_READ, ()),
        ("GET", "v1/rights/requests/{id}/files/{name}", RIGHTS_READ, _TICKET),
        ("POST", "v1/rights/requests/{id}/links", RIGHTS_WRITE, ()),
    ),
    *_routes(
        "disclosure",
        # a link of 256 random bits, and then a code, decide
        ("GET", "v1/rights/disclosures/{token}", None, ()),
        ("POST", "v1/rights/disclosures/{token}", None, ()),
    ),
    *_routes(
        "retention_api",
        ("GET", "v1/retention/rules", RETENTION_READ, ()),
        ("POST", "v1/retention/runs", RETENTION_RUN, _KEY),
        ("GET", "v1/retention/runs", RETENTION_READ, ()),
        ("GET", "v1/retention/runs/{id}", RETENTION_READ, ()),
    ),
    *_routes(
        "holds_api",
        ("POST", "v1/holds", HOLDS_WRITE, _KEY),
        ("GET", "v1/holds", HOLDS_READ, ()),
        ("GET", "v1/holds/{id}", HOLDS_READ, ()),
        ("POST", "v1/holds/{id}/lift-request", HOLDS_WRITE, ()),
        ("POST", "v1/holds/{id}/lift", LIFT, ()),
    ),
)
