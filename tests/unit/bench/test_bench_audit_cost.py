"""What the audit log costs is counted by the real functions, and stays what is promised."""

import pytest

from bench import audit_cost


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_cost, "_INVOCATIONS", dict.fromkeys(audit_cost._BATCHES, 3))
        return {number.name: number for number in audit_cost.measure().numbers}


def test_an_entry_is_one_write_unit_and_two_within_a_transaction(found):
    assert found["outbox: alone in an item"].value == pytest.approx(0.625)
    assert found["outbox: within a transaction"].value == pytest.approx(1.25)


def test_entries_of_one_item_share_what_it_costs(found):
    large = found["outbox: eleven in an item, a large webhook's"].value
    assert large < found["outbox: alone in an item"].value


def test_a_full_batch_asks_s3_and_kms_less_than_twenty_times(found):
    asked = found["batches of 1000: requests to S3 and KMS"].value / 1000
    # at least head, its move, a bundle, a tile, the signature, the checkpoint and its move
    assert 7 < asked < 20


def test_smaller_batches_are_dearer(found):
    each = [
        found[f"batches of {n}: requests, Lambda, logs"].value for n in sorted(audit_cost._BATCHES)
    ]
    assert each == sorted(each, reverse=True)


def test_a_million_entries_cost_what_is_promised(found):
    promised = [number for number in found.values() if number.target is not None]
    assert promised
    assert all(number.met for number in promised)
