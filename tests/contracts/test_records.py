import pytest

from functions.core.runtime.records import ContentionError, Key, Write, digest_of, fold_all

KEY, OTHER = Key("A#1", "A"), Key("A#2", "A")


def test_a_new_record_is_written_once(stores):
    assert stores.records.write(Write(KEY, {"digest": "1", "n": 5}, expected=None))
    assert not stores.records.write(Write(KEY, {"digest": "2", "n": 6}, expected=None))
    assert stores.records.load([KEY, OTHER]) == {KEY: {**KEY._asdict(), "digest": "1", "n": 5}}


def test_a_record_that_changed_since_it_was_read_is_left_alone(stores):
    stores.records.write(Write(KEY, {"digest": "1"}, expected=None))
    stores.records.write(Write(KEY, {"digest": "2"}, expected="1"))
    assert not stores.records.write(Write(KEY, {"digest": "3"}, expected="1"))


def test_other_attributes_survive_a_write(stores):
    stores.records.write(Write(KEY, {"digest": "1", "kept": ["a"], "n": 1}, expected=None))
    stores.records.write(Write(KEY, {"digest": "2", "n": 2}, expected="1"))
    assert stores.records.load([KEY])[KEY]["kept"] == ["a"]


def test_values_come_back_as_they_went_in(stores):
    values = {
        "t": "ü\U0001f600",
        "n": 10**15,
        "none": None,
        "b": True,
        "l": [1, "x"],
        "m": {"k": 2},
    }
    stores.records.write(Write(KEY, {"digest": "1", **values}, expected=None))
    item = stores.records.load([KEY], consistent=True)[KEY]
    assert {name: item[name] for name in values} == values
    assert isinstance(item["n"], int)


def test_more_records_than_one_batch_holds_are_loaded(stores):
    keys = [Key(f"A#{i}", "A") for i in range(230)]
    for key in keys:
        stores.records.write(Write(key, {"digest": "1"}, expected=None))
    assert stores.records.load(keys).keys() == set(keys)


def count_up(item):
    n = (item or {}).get("n", 0) + 1
    return {"n": n, "digest": digest_of(n)}


def test_a_fold_that_lost_the_race_is_computed_again_on_what_won(stores):
    """Another writer comes between reading and writing, three times over."""
    rivals = iter(range(3))

    def disturbed(item):
        if next(rivals, None) is not None:
            before = stores.records.load([KEY], consistent=True).get(KEY)
            won = Write(KEY, count_up(before), (before or {}).get("digest"))
            assert stores.records.write(won)
        return count_up(item)

    fold_all(stores.records, {KEY: disturbed})
    assert stores.records.load([KEY])[KEY]["n"] == 4


def test_endless_contention_is_an_error_that_is_tried_again_later(stores):
    stores.records.write(Write(KEY, {"digest": "1"}, expected=None))
    stores.records.write = lambda write: False
    with pytest.raises(ContentionError) as caught:
        fold_all(stores.records, {KEY: count_up})
    assert caught.value.retryable
