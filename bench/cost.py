"""(c) What AWS bills for a message, in requests, units and dollars."""

from typing import Any

from bench import fixed, runner, scenarios, starts, world
from bench.assumptions import all_of_them, assumed
from bench.infrastructure import Infrastructure
from bench.ledger import Ledger, dollars
from bench.results import Number, Section
from bench.scenarios import Outcome
from functions.core.runtime.policies import load

_FUNCTIONS = ["webhook", "inbound", "messages_api", "sender", "archiver", "epoch"]
_MESSAGES = 10
_MILLION = 1_000_000
_AIM_INBOUND, _AIM_OUTBOUND = 15.0, 40.0
_AIM_GATE = 4.0
_PER_MILLION = "$ a million"
# weekly copies, kept as long as point-in-time recovery reaches back: 35 days
_COPIES = 5


def measure(infrastructure: Infrastructure) -> Section:
    imports = starts.seconds_to_import(_FUNCTIONS)
    with world.running(infrastructure) as running:
        run = scenarios.Scenarios(running, runner.Runner(running, imports), messages=_MESSAGES)
        outcomes = {
            "inbound: known person": run.inbound(new=False, batch=1),
            "inbound: first message": run.inbound(new=True, batch=1),
            "inbound: known person, batches of 10": run.inbound(new=False, batch=10),
            "outbound: text": run.outbound(scenarios.text_message),
            "outbound: template": run.outbound(scenarios.template_message),
            "outbound: text, batches of 10": run.outbound(scenarios.text_message, batch=10),
        }
        epoch = run.turned_epoch()
    share = assumed("mix", "new_people")
    mixed = outcomes["inbound: known person"].ledger.weighted(1 - share)
    mixed += outcomes["inbound: first message"].ledger.weighted(share)
    outbound = max(
        (outcomes["outbound: text"], outcomes["outbound: template"]), key=lambda o: o.ledger.dollars
    ).ledger
    gate = max(_gate(outcomes[name].ledger) for name in ("outbound: text", "outbound: template"))
    months = fixed.monthly(infrastructure)
    return Section(
        key="cost",
        title="(c) AWS, us-east-1: requests, units and dollars for a message",
        numbers=[
            *_headline("inbound", mixed, _AIM_INBOUND),
            *_headline("outbound", outbound, _AIM_OUTBOUND),
            _number("outbound: the gate's units", gate, "a message", target=_AIM_GATE),
            *(_per_million(name, outcome.ledger) for name, outcome in outcomes.items()),
            *(_kept(name, outcome) for name, outcome in outcomes.items() if "batch" not in name),
            _number("a new epoch", epoch.dollars * _MILLION, "$ a million people"),
            _number("a month before the first message", sum(m.dollars for m in months), "$"),
        ],
        notes=_notes(infrastructure),
        details={
            "inbound": _as_json(mixed),
            "outbound": _as_json(outbound),
            "milliseconds": {name: o.milliseconds for name, o in outcomes.items()},
            "monthly": [vars(m) | {"dollars": m.dollars} for m in months],
            "prices": load("prices"),
            "assumptions": all_of_them(),
        },
    )


def _headline(name: str, ledger: Ledger, aim: float) -> list[Number]:
    sealing = _of(ledger, "kms.request") + _keys_table(ledger)
    archiving = ledger.of("archiver").dollars * _MILLION
    return [
        _number(name, ledger.dollars * _MILLION, _PER_MILLION, target=aim),
        _number(f"{name}: content keys' part", sealing, _PER_MILLION),
        _number(f"{name}: the archiver's part", archiving, _PER_MILLION),
        _number(f"{name}: X-Ray's part", _of(ledger, "xray.trace"), _PER_MILLION),
        _number(f"{name}: doubt about indexes", _transaction_entries(ledger), _PER_MILLION),
        _number(f"{name}: AWS requests", sum(ledger.calls.values()), "a message"),
    ]


def _per_million(name: str, ledger: Ledger) -> Number:
    return _number(name, ledger.dollars * _MILLION, _PER_MILLION)


def _kept(name: str, outcome: Outcome) -> Number:
    a_gb = dollars("dynamodb.storage", 1) + dollars("dynamodb.point_in_time_recovery", 1)
    a_gb += dollars("dynamodb.backup", 1) * _COPIES
    monthly = outcome.stored_bytes * _MILLION / 2**30 * a_gb
    monthly += dollars("s3.storage", outcome.archived_bytes * _MILLION / 2**30)
    return _number(f"{name}, kept", monthly, "$ a million, month")


def _of(ledger: Ledger, wanted: str) -> float:
    found = (amount for (_, price), amount in ledger.units.items() if price == wanted)
    return dollars(wanted, sum(found)) * _MILLION


def _keys_table(ledger: Ledger) -> float:
    records = ("KEY", "EPOCH")
    found = [(key[1], n) for key, n in ledger.details.items() if key[3] in records]
    return sum(dollars(f"dynamodb.{kind}_unit", n) for kind, n in found) * _MILLION


def _gate(ledger: Ledger) -> float:
    """Read and write units of the sender for consent and for who the person is.

    The last was read before consent was asked for as well, for all that is no template. What Meta
    says of templates is read once a minute, not for a message.
    """
    records = ("CONSENT", "NODE")
    return sum(n for key, n in ledger.details.items() if key[0] == "sender" and key[3] in records)


def _transaction_entries(ledger: Ledger) -> float:
    entries = sum(
        amount
        for (_, _, operation, _, where), amount in ledger.details.items()
        if operation == "TransactWriteItems" and where != "table"
    )
    return dollars("dynamodb.write_unit", entries) * _MILLION


def _number(name: str, value: float, unit: str, *, target: float | None = None) -> Number:
    return Number(name=name, value=value, unit=unit, target=target)


def _as_json(ledger: Ledger) -> dict[str, Any]:
    return {
        "money": [
            {
                "function": function,
                "price": price,
                "units_a_message": amount,
                "dollars_a_million": dollars(price, amount) * _MILLION,
            }
            for (function, price), amount in sorted(ledger.units.items())
        ],
        "requests": [[*key, amount] for key, amount in sorted(ledger.calls.items())],
        "dynamodb": [[*key, amount] for key, amount in sorted(ledger.details.items())],
    }


def _notes(infrastructure: Infrastructure) -> list[str]:
    new, cold = assumed("mix", "new_people"), assumed("lambda", "cold_share")
    inbound, outbound = (runner.traced_share(n, infrastructure) for n in (1, 4))
    return [
        f"inbound: {new:.0%} first messages, one webhook each.",
        "outbound: the dearer of text and template; three statuses, a webhook each.",
        "Batch size of the inbound queue is 1 where nothing else is said: the worst case.",
        f"{_MESSAGES} messages of each kind went through the real functions, with moto as AWS.",
        "First price tier of us-east-1; free tiers are not deducted.",
        f"Lambda: processor time measured here, doubled; assumed waiting; {cold:.0%} cold starts.",
        f"X-Ray, by the rule of the stage: {inbound:.0%} of inbound messages traced, and",
        f"{outbound:.0%} of the four requests of outbound ones.",
        "Doubt about indexes: more, should AWS double their entries in transactions.",
        "Kept: storage with point-in-time recovery and five weekly copies, and the archive.",
        "Content keys: of people not seen for five minutes; roots, transit keys: in the month.",
        f"Archiver: a shard's window holds {_MESSAGES} messages. Lambda reads streams for free.",
        "KMS is in the month: SQS keeps a data key for a day, DynamoDB for five minutes.",
        "Secrets are read on cold starts (above) and every five minutes (in the month).",
    ]
