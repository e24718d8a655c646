"""A sealed field opens where it was sealed, under the key it was sealed with, and nowhere else."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.content.binding import Binding
from functions.core.content.envelope import ContentKey, version_of
from functions.core.content.errors import CiphertextRefusedError

HERE = Binding("conversations", "MESSAGE#w_a|MESSAGE", "facts.f.raw")
KEY = ContentKey("n1~0", 1, bytes(range(32)))

texts = st.text(min_size=1, max_size=8)
bindings = st.builds(Binding, texts, texts, texts)


@given(st.binary(max_size=3000), bindings)
def test_what_was_sealed_opens_in_its_place(content, binding):
    assert KEY.open(binding, KEY.seal(binding, content)) == content


@given(st.binary(max_size=300))
def test_sealing_again_gives_the_same_bytes(content):
    again = ContentKey("n1~0", 1, bytes(range(32)))
    assert KEY.seal(HERE, content) == again.seal(HERE, content)


@given(bindings, bindings)
def test_no_two_places_share_their_associated_data(one, other):
    assert (one == other) == (one.associated_data("n~0", 1) == other.associated_data("n~0", 1))


@pytest.mark.parametrize(
    "elsewhere",
    [
        Binding("archive", HERE.record, HERE.field),
        Binding(HERE.store, "MESSAGE#w_b|MESSAGE", HERE.field),
        Binding(HERE.store, HERE.record, "facts.g.raw"),
    ],
)
def test_moved_to_another_table_record_or_field_is_refused(elsewhere):
    with pytest.raises(CiphertextRefusedError):
        KEY.open(elsewhere, KEY.seal(HERE, b"hello"))


@pytest.mark.parametrize(
    "other",
    [
        ContentKey("n2~0", 1, bytes(range(32))),  # another contact, were the secret the same
        ContentKey("n1~0", 2, bytes(range(32))),
        ContentKey("n1~0", 1, os.urandom(32)),
    ],
)
def test_under_another_contact_version_or_key_is_refused(other):
    with pytest.raises(CiphertextRefusedError):
        other.open(HERE, KEY.seal(HERE, b"hello"))


@given(st.binary(min_size=1, max_size=200), st.data())
def test_every_changed_bit_is_noticed(content, data):
    envelope = bytearray(KEY.seal(HERE, content))
    bit = data.draw(st.integers(0, len(envelope) * 8 - 1))
    envelope[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CiphertextRefusedError):
        KEY.open(HERE, bytes(envelope))


@given(st.binary(max_size=100))
def test_anything_else_is_refused_and_not_a_traceback(envelope):
    with pytest.raises(CiphertextRefusedError):
        KEY.open(HERE, envelope)


def test_a_ciphertext_says_under_which_version_it_was_sealed():
    assert version_of(ContentKey("n1~0", 259, bytes(32)).seal(HERE, b"")) == 259


def test_different_contents_never_share_a_nonce():
    nonces = {KEY.seal(HERE, str(number).encode())[35:47] for number in range(2000)}
    assert len(nonces) == 2000


def test_nothing_of_the_content_is_left_to_see():
    assert b"canary" not in KEY.seal(HERE, b"canary " * 40)
    assert len(KEY.seal(HERE, b"canary " * 40)) < 280
