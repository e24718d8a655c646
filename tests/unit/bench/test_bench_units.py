"""The accountant against the examples in AWS's own documentation."""

import pytest

from bench import units

KB = 1024
RECENT = units.Index("recent", ("shard", "at"), ("pk", "sk"))


def text(size, name="a"):
    """An item of exactly so many bytes."""
    return {name: {"S": "x" * (size - len(name))}}


@pytest.mark.parametrize(
    ("size", "consistent", "expected"),
    [
        (4 * KB, True, 1),
        (4 * KB, False, 0.5),
        (8 * KB, True, 2),
        (8 * KB, False, 1),
        (8 * KB + 1, True, 3),
        (0, False, 0.5),
    ],
)
def test_a_read_is_billed_in_steps_of_4_kb(size, consistent, expected):
    assert units.read_units([size], consistent=consistent) == expected


def test_items_of_a_batch_are_rounded_one_by_one():
    # AWS: items of 1.5 KB and 6.5 KB are read as 12 KB, not as 8 KB
    assert units.read_units([1536, 6656], consistent=True) == 3


def test_items_of_a_query_are_added_up_before_rounding():
    # AWS: a page of 40.8 KB is read as 44 KB
    assert units.query_units([1020] * 41, consistent=True) == 11
    assert units.query_units([], consistent=False) == 0.5


@pytest.mark.parametrize(
    ("size", "transaction", "expected"),
    [(KB, False, 1), (2 * KB, False, 2), (3 * KB, False, 3), (3 * KB, True, 6), (0, True, 2)],
)
def test_a_write_is_billed_in_steps_of_1_kb_and_twice_in_a_transaction(size, transaction, expected):
    assert units.write_units(0, size, transaction=transaction) == expected


def test_an_update_is_billed_by_the_larger_of_both_images():
    assert units.write_units(5 * KB, 1 * KB) == units.write_units(1 * KB, 5 * KB) == 5


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "ü"}, 2),
        ({"N": "1"}, 2),
        ({"N": "1790000000000"}, 3),
        ({"N": "-12345"}, 5),
        ({"N": "0"}, 1),
        ({"B": b"abc"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"S": "c"}]}, 3 + 2 + 3),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
        ({"SS": ["ab", "c"]}, 3),
    ],
)
def test_an_attribute_is_measured_by_its_type(value, size):
    assert units.item_bytes({"name": value}) == 4 + size


def entry(at, **others):
    item = {"pk": "p", "sk": "s", "shard": "1", "at": at, **others}
    return {name: {"S": value} for name, value in item.items() if value is not None}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, entry("1"), 1),
        (entry("1"), entry("2"), 2),
        (entry("1"), entry(None), 1),
        (entry("1"), entry("1", more="x" * 5000), 0),
        (entry(None), entry(None, more="x"), 0),
    ],
    ids=["enters", "moves", "leaves", "stays", "was never in"],
)
def test_an_index_is_billed_by_what_happens_to_its_entry(before, after, expected):
    assert RECENT.write_units(before, after) == expected


def test_a_message_is_billed_in_steps_of_64_kib_with_its_attributes():
    # AWS: an API action with 256 KB of payload is billed as four requests
    assert units.sqs_requests(256 * KB) == 4
    assert units.sqs_requests(0) == 1
    attributes = {"encoding": {"DataType": "String", "StringValue": "text"}}
    assert units.message_bytes("é", attributes) == 2 + 8 + 6 + 4
    assert units.batch_requests([30 * KB, 30 * KB, 10 * KB]) == 2


def test_the_first_request_of_every_second_is_traced():
    assert units.sampled_share(0.4, reservoir=1, share=0.05) == 1
    assert units.sampled_share(21, reservoir=1, share=0.05) == pytest.approx(2 / 21)


def test_sizes_of_whole_items_add_up():
    assert units.item_bytes(text(100)) == 100
