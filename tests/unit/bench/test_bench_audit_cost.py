"""What the audit log is billed for: every request of the real handler, and the outbox's writes."""

import pytest

from bench import audit_cost


def requests(size, batches):
    ledger, entries = audit_cost._sequenced(size, batches)
    assert entries == size * batches
    return {price: amount for (_, price), amount in ledger.units.items()}


def test_a_batch_is_signed_once_and_moves_head_and_checkpoint_once():
    told = requests(100, 3)
    assert told["kms.asymmetric_request"] == 3
    # head, bundle, tile and checkpoint; the third batch fills a tile, and begins others
    assert told["s3.put"] == 3 * 4 + 3
    assert told["lambda.request"] == 6


def test_larger_batches_cost_less():
    assert requests(10, 2)["s3.put"] / 20 > 5 * requests(100, 2)["s3.put"] / 200


def test_the_outbox_is_billed_by_kilobytes_twice_in_a_transaction():
    told = audit_cost._outbox()
    write, kept = 0.625, told["alone"] - 0.625
    assert 0 < kept < 0.2
    assert told["transaction"] == pytest.approx(2 * write + kept)
    assert told["webhook"] < told["alone"]
    assert told["webhook"] < told["the usual mix"] < told["transaction"]
