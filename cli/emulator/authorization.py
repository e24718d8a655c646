"""What the emulator's IAM does not know, or knows otherwise than AWS.

Condition keys, so that policies naming them decide: without these a policy that demands a lock of
every object would refuse every object, one that opens a key for one use only would open it for
none, and one that keeps a function to items of its own would keep it to nothing. The name of a
role, which on AWS is the same in each of its sessions. The rights for batches of messages, which
on AWS are those for single messages. And the root user, whom the emulator lets do anything and AWS
holds to what a bucket's policy denies.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Context = dict[str, Any]

# headers of a put whose value is the condition key's
_AS_THEY_ARE = {
    "x-amz-object-lock-mode": "s3:object-lock-mode",
    "x-amz-object-lock-retain-until-date": "s3:object-lock-retain-until-date",
    "if-none-match": "s3:if-none-match",
    "if-match": "s3:if-match",
}
# members of a call to KMS, likewise
_OF_KMS = {"SigningAlgorithm": "kms:SigningAlgorithm", "MessageType": "kms:MessageType"}
# partition keys have one name in all tables
_PARTITION = "pk"
_LEADING = "dynamodb:LeadingKeys"
_PARTS = "amana:parts-of-transaction"
_SESSION = re.compile(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.+")
_REMAINING = "s3:object-lock-remaining-retention-days"


def knowing_locks(
    known: Callable[..., Context], now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Callable[..., Context]:
    """`known` is the emulator's list of keys for a request of S3; the result is a longer one."""

    def context(
        action: str,
        query: Mapping[str, Any] | None,
        path: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Context:
        found = known(action, query, path, headers)
        return found | _of_put(headers or {}, now()) if action == "s3:PutObject" else found

    return context


def knowing_bodies(known: Callable[..., Context]) -> Callable[..., Context]:
    """`known` is the emulator's list of keys that come from a request's body."""

    def context(service: str, action: str, body: bytes, params: Mapping[str, Any]) -> Context:
        found = known(service, action, body, params)
        more = {"kms": _of_kms, "dynamodb": _of_dynamodb}.get(service)
        return found | more(json.loads(body or b"{}")) if more else found

    return context


def naming_roles(known: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """`known` gives the value of a condition key; a session of a role is told as the role."""

    def resolved(key: str, context: Any) -> Any:
        found = known(key, context)
        session = _SESSION.fullmatch(str(found)) if key.lower() == "aws:principalarn" else None
        return f"arn:aws:iam::{session[1]}:role/{session[2]}" if session else found

    return resolved


def as_single_messages(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """`enforce`, asking `sqs:SendMessage` of who sends a batch: AWS knows no right of its own."""

    def enforced(access_key_id: str, iam_action: str, *args: Any, **kwargs: Any) -> Any:
        action = iam_action.removesuffix("Batch") if iam_action.startswith("sqs:") else iam_action
        return enforce(access_key_id, action, *args, **kwargs)

    return enforced


def telling_items_apart(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """`enforce`, where one of a transaction's parts is asked about, with that part's keys alone.

    As on AWS, where each part needs the right of its own action on its own table.
    """

    def enforced(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Context | None = None,
    ) -> Any:
        context = dict(service_context or {})
        if parts := context.pop(_PARTS, None):
            name = (iam_action.rpartition(":")[2], resource_arn.rpartition(":table/")[2])
            context[_LEADING] = parts.get(name, context[_LEADING])
        return enforce(
            access_key_id,
            iam_action,
            service,
            region,
            resource_arn=resource_arn,
            service_context=context,
        )

    return enforced


def answering_tasks(
    enforce: Callable[..., Any], machines: Callable[[], Iterable[str]]
) -> Callable[..., Any]:
    """`enforce`, asking of who answers a task whether they may answer those of a state machine.

    On AWS the right is one on the machine whose task it is; the emulator asks for it on everything.
    `machines`: ARNs of all there are; of which one a token is, it does not tell.
    """

    def enforced(
        access_key_id: str, iam_action: str, *args: Any, resource_arn: str = "*", **kwargs: Any
    ) -> Any:
        places = [resource_arn]
        if iam_action.startswith("states:SendTask"):
            places = [*machines()] or places
        refusals = [
            enforce(access_key_id, iam_action, *args, resource_arn=place, **kwargs)
            for place in places
        ]
        return None if None in refusals else refusals[0]

    return enforced


def holding_root(
    enforce: Callable[..., Any], root: str, policy_denies: Callable[[str, str, Context], Any]
) -> Callable[..., Any]:
    """`enforce`, also refusing the root user what the policy of an object's bucket denies to all.

    `root`: its access key. `policy_denies`: of an action on an object in a context: the refusal,
    or None. Settings of a bucket stay open to root, who stands in for CloudFormation here.
    """

    def enforced(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Context | None = None,
    ) -> Any:
        if access_key_id == root and service == "s3" and "/" in resource_arn:
            context = {name.lower(): value for name, value in (service_context or {}).items()}
            refusal = policy_denies(iam_action, resource_arn, context)
            if refusal is not None:
                return refusal
        return enforce(
            access_key_id,
            iam_action,
            service,
            region,
            resource_arn=resource_arn,
            service_context=service_context,
        )

    return enforced


def _of_put(headers: Mapping[str, str], now: datetime) -> Context:
    found: Context = {key: headers[name] for name, key in _AS_THEY_ARE.items() if name in headers}
    if until := found.get("s3:object-lock-retain-until-date"):
        found[_REMAINING] = str((datetime.fromisoformat(until) - now).days)
    return found


def _of_kms(call: Mapping[str, Any]) -> Context:
    pairs = call.get("EncryptionContext", {})
    found = {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
    return found | {key: call[name] for name, key in _OF_KMS.items() if name in call}


def _of_dynamodb(call: Mapping[str, Any]) -> Context:
    """Partition keys of what one call writes or reads by its key; of a transaction, by its parts.

    Its parts stand under a name of our own, for `telling_items_apart`.
    """
    parts: dict[tuple[str, str], list[str]] = {}
    for item in call.get("TransactItems", []):
        for verb, part in item.items():
            keys = parts.setdefault((f"{verb}Item", part["TableName"]), [])
            keys += _partitions(part)
    if parts:
        return {_LEADING: [key for keys in parts.values() for key in keys], _PARTS: parts}
    keys = _partitions(call)
    return {_LEADING: keys} if keys else {}


def _partitions(part: Mapping[str, Any]) -> list[str]:
    item = part.get("Key") or part.get("Item") or {}
    return [item[_PARTITION]["S"]] if _PARTITION in item else []
