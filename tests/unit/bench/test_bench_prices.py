"""Prices and assumptions are data with a source: every one complete, every one used."""

import datetime as dt
import re
from pathlib import Path

import pytest

from bench.assumptions import all_of_them, assumed
from bench.ledger import Ledger, dollars
from functions.core.runtime.policies import load

BENCH = Path(__file__).parents[3] / "bench"
SOURCES = "\n".join(path.read_text() for path in BENCH.glob("*.py"))


def entries(document):
    return {
        f"{group}.{name}": entry
        for group, found in document.items()
        for name, entry in found.items()
    }


@pytest.mark.parametrize(("name", "entry"), entries(load("prices")).items())
def test_a_price_has_a_unit_one_region_a_source_and_a_date(name, entry):
    assert entry["value"] > 0
    assert entry["unit"]
    assert entry["region"] == "us-east-1"
    assert entry["source"].startswith("https://aws.amazon.com/")
    assert isinstance(entry["read"], dt.date)


@pytest.mark.parametrize(("name", "entry"), entries(all_of_them()).items())
def test_an_assumption_says_why_and_is_used(name, entry):
    assert entry["value"] > 0
    assert entry["unit"]
    assert entry["why"]
    group, one = name.split(".")
    used = re.search(rf'assumed\(\s*"{group}", (kind|"{one}")', SOURCES)
    assert used, f"{name} is not used"


def test_every_price_that_is_billed_exists():
    billed = set(
        re.findall(r'"((?:dynamodb|sqs|s3|logs|lambda|xray|kms|waf|cognito)\.\w+)"', SOURCES)
    )
    assert billed <= entries(load("prices")).keys()


def test_dollars_are_units_times_price():
    assert dollars("apigateway.rest_request", 1_000_000) == pytest.approx(3.5)


def test_ledgers_add_up_and_can_be_shared_out():
    one, other = Ledger(), Ledger()
    one.bill("webhook", "waf.request", 2)
    one.called("webhook", "sqs SendMessage")
    other.bill("webhook", "waf.request", 1)
    other.bill("inbound", "lambda.request", 5)
    total = (one + other).weighted(1 / 2)
    assert total.units == {("webhook", "waf.request"): 1.5, ("inbound", "lambda.request"): 2.5}
    assert total.calls == {("webhook", "sqs SendMessage"): 0.5}
    assert total.dollars == pytest.approx(1.5 * 0.6e-6 + 2.5 * 0.2e-6)


def test_an_unknown_assumption_is_an_error():
    with pytest.raises(KeyError):
        assumed("lambda", "luck")
