"""DynamoDB requests turned into units: what they read, and items before and after a write."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench import units
from bench.infrastructure import Infrastructure
from bench.units import Item

Params = Mapping[str, Any]
Reader = Callable[[str, Mapping[str, Any]], Item]  # (table, key) -> item, {} when there is none


@dataclass(frozen=True)
class Charge:
    kind: str  # read or write
    record: str
    where: str  # table, or the name of an index
    units: float


@dataclass(frozen=True)
class Touched:
    """One item that a request may change, as it was before."""

    table: str
    key: Mapping[str, Any]
    before: Item
    transaction: bool


def touched(
    operation: str, params: Params, infrastructure: Infrastructure, read: Reader
) -> list[Touched]:
    """To be asked before the request is sent."""
    actions = list(_actions(operation, params))
    found = []
    for action in actions:
        table = action["TableName"]
        names = infrastructure.table_keys(table)
        key = action.get("Key") or {name: action["Item"][name] for name in names}
        found.append(Touched(table, key, read(table, key), operation == "TransactWriteItems"))
    return found


def _actions(operation: str, params: Params) -> Iterator[Mapping[str, Any]]:
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield params
    if operation == "TransactWriteItems":
        for action in params["TransactItems"]:
            yield from action.values()


def writes(found: list[Touched], infrastructure: Infrastructure, read: Reader) -> list[Charge]:
    """To be asked when the answer is there; refused conditions are charged like writes."""
    charges = []
    for item in found:
        after = read(item.table, item.key)
        sizes = (units.item_bytes(item.before), units.item_bytes(after))
        record = record_of(item.key)
        amount = units.write_units(*sizes, transaction=item.transaction)
        charges.append(Charge("write", record, "table", amount))
        for index in infrastructure.indexes(item.table):
            amount = index.write_units(item.before, after)
            if amount:
                charges.append(Charge("write", record, index.name, amount))
    return charges


def reads(operation: str, params: Params, answer: Params) -> list[Charge]:
    if operation == "GetItem":
        items = [answer["Item"]] if "Item" in answer else []
        return [_read([params["Key"]], items, consistent=bool(params.get("ConsistentRead")))]
    if operation == "BatchGetItem":
        return [
            charge
            for table, asked in params["RequestItems"].items()
            for charge in _batch(asked, answer["Responses"].get(table, []))
        ]
    if operation == "Query":
        sizes = [units.item_bytes(item) for item in answer["Items"]]
        amount = units.query_units(sizes, consistent=bool(params.get("ConsistentRead")))
        return [Charge("read", "", params.get("IndexName", "table"), amount)]
    return []


def _batch(asked: Params, items: list[Item]) -> Iterator[Charge]:
    by_record: dict[str, tuple[list[Item], list[Item]]] = {}
    for key in asked["Keys"]:
        by_record.setdefault(record_of(key), ([], []))[0].append(key)
    for item in items:
        by_record[record_of(item)][1].append(item)
    for keys, found in by_record.values():
        yield _read(keys, found, consistent=bool(asked.get("ConsistentRead")))


def _read(keys: list[Item], found: list[Item], *, consistent: bool) -> Charge:
    missing = [0] * (len(keys) - len(found))
    sizes = [units.item_bytes(item) for item in found] + missing
    return Charge(
        "read", record_of(keys[0]), "table", units.read_units(sizes, consistent=consistent)
    )


def record_of(key: Mapping[str, Any]) -> str:
    """`THREAD` of `THREAD#…`: what kind of record it is."""
    return str(key["pk"]["S"]).partition("#")[0]
