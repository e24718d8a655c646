"""Every place that keeps something, `policies/stores.toml`, against what is deployed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from functions.core.retention.kinds import DataKind
from functions.core.rights.handlers import HANDLERS
from infra.processes import ROOT
from infra.regimes.checks import refuse_keys
from infra.regimes.errors import PolicyError
from infra.regimes.lines import Document, read
from infra.regimes.model import RetentionClass

FILE = ROOT / "policies" / "stores.toml"

ENDS = (
    *("workflow", "lifecycle", "ttl", "lock", "queue", "log"),
    *("epoch", "history", "stays"),
)
# nothing in it is about a person
_NOBODYS = "none"
# what CloudFormation calls them
TYPES = {
    "table": "AWS::DynamoDB::Table",
    "bucket": "AWS::S3::Bucket",
    "queue": "AWS::SQS::Queue",
    "log": "AWS::Logs::LogGroup",
    "history": "AWS::StepFunctions::StateMachine",
    "secret": "AWS::SecretsManager::Secret",
    "pool": "AWS::Cognito::UserPool",
    "vault": "AWS::Backup::BackupVault",
}
_STORE = {"name": str, "kind": str, "end": str, "rights": str, "why?": str}
# CDK's eight digits after an id
_HASH = 8


@dataclass(frozen=True, kw_only=True)
class Store:
    """`prefix` None: all of it, where things of this type are not told apart by names."""

    type: str
    name: str
    prefix: str | None
    kind: DataKind
    end: str
    rights: str
    place: str


def stores(path: Path = FILE) -> tuple[Store, ...]:
    document = read(path)
    refuse_keys(document, document.values, {f"{type_}?": list for type_ in TYPES}, ())
    return tuple(
        _store(document, type_, number, values)
        for type_ in TYPES
        for number, values in enumerate(document.values.get(type_, []))
    )


def _store(document: Document, type_: str, number: int, values: dict[str, Any]) -> Store:
    named = {key: value for key, value in values.items() if key != "prefix"}
    refuse_keys(document, named, _STORE, (type_, number))
    for key, known in (("kind", list(DataKind)), ("end", ENDS), ("rights", [*HANDLERS, _NOBODYS])):
        if values[key] not in known:
            complaint = f"{key} must be one of {', '.join(known)}"
            raise document.error(complaint, type_, number, key)
    if (values["rights"] == _NOBODYS) != ("why" in values):
        complaint = 'why says what stands behind rights = "none", and only that'
        raise document.error(complaint, type_, number, "rights")
    return Store(
        type=type_,
        name=values["name"],
        prefix=values.get("prefix"),
        kind=DataKind(values["kind"]),
        end=values["end"],
        rights=values["rights"],
        place=document.at(type_, number),
    )


def deployed(templates: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Type and name of every store in these templates."""
    types = {name: type_ for type_, name in TYPES.items()}
    return {
        (types[body["Type"]], readable(id_))
        for template in templates
        for id_, body in template.get("Resources", {}).items()
        if body["Type"] in types
    }


def readable(logical_id: str) -> str:
    """As it was called, without what CDK appends."""
    return logical_id[:-_HASH]


def refuse_strangers(known: Iterable[Store], found: Iterable[tuple[str, str]]) -> None:
    """Stores that nobody said anything about, and statements about what does not exist."""
    told, there = list(known), list(found)
    for type_, name in sorted(there):
        if not any(_matches(each, type_, name) for each in told):
            raise PolicyError(
                f"{FILE.relative_to(ROOT)}: {type_} {name} is missing: say what kind of data it "
                "keeps, what ends it, and who gives it out or erases it"
            )
    for each in told:
        if not any(_matches(each, *one) for one in there):
            raise PolicyError(f"{each.place}: there is no {each.type} {each.name}")


def refuse_unenforced(known: Iterable[Store], classes: Iterable[RetentionClass]) -> None:
    """Periods of kinds of data that no store keeps: nothing would come of them."""
    kept = {each.kind for each in known}
    for each in classes:
        for kind in each.kinds:
            if kind not in kept:
                raise PolicyError(f"{each.place}: {each.id} is about {kind}, which no store keeps")


def _matches(store: Store, type_: str, name: str) -> bool:
    return store.type == type_ and fnmatchcase(name, store.name)
