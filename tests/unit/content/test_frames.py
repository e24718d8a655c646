"""A sealed stream: readable from any frame, and every way to rearrange frames is noticed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.content.binding import Binding
from functions.core.content.envelope import ContentKey
from functions.core.content.errors import CiphertextRefusedError
from functions.core.content.frames import (
    FRAME,
    HEADER_BYTES,
    SEALED_FRAME,
    FrameOpener,
    FrameSealer,
    frame_count,
    plain_size,
    sealed_range,
)

HERE = Binding("media", "media/f_a", "content")
KEY = ContentKey("n1~0", 1, bytes(range(32)))
SIZES = [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 17]


def sealed(content: bytes, step: int = 10_000) -> bytes:
    sealer = FrameSealer(KEY, HERE)
    pieces = [content[i : i + step] for i in range(0, len(content), step)]
    return sealer.header + b"".join(map(sealer.update, pieces)) + sealer.finish()


def opened(data: bytes, step: int = 70_001, binding: Binding = HERE) -> bytes:
    opener = FrameOpener(KEY, binding, data[:HEADER_BYTES])
    rest = data[HEADER_BYTES:]
    return b"".join(opener.stream(rest[i : i + step] for i in range(0, len(rest), step)))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(SIZES), st.integers(1, 200_000), st.integers(1, 200_000))
def test_a_stream_comes_out_as_it_went_in_however_it_is_cut(size, written, read):
    content = bytes(i % 251 for i in range(size))
    step = max(written, size // 50 + 1)
    assert opened(sealed(content, step), max(read, size // 50 + 1)) == content


@pytest.mark.parametrize("size", SIZES)
def test_sizes_follow_from_each_other(size):
    data = sealed(bytes(size))
    assert plain_size(len(data)) == size
    assert frame_count(len(data)) == max(1, -(-size // FRAME))


def test_any_frame_is_read_on_its_own():
    content = bytes(i % 251 for i in range(3 * FRAME + 17))
    data = sealed(content)
    opener = FrameOpener(KEY, HERE, data[:HEADER_BYTES])
    for index in range(frame_count(len(data))):
        first, last = sealed_range(index, index)
        frame = opener.open(index, data[first : last + 1], last=index == frame_count(len(data)) - 1)
        assert frame == content[index * FRAME : (index + 1) * FRAME]


def frames_of(data: bytes) -> list[bytes]:
    rest = data[HEADER_BYTES:]
    return [rest[i : i + SEALED_FRAME] for i in range(0, len(rest), SEALED_FRAME)]


@pytest.mark.parametrize(
    "rearrange",
    [
        lambda frames: frames[:-1],  # cut off
        lambda frames: [frames[1], frames[0], *frames[2:]],
        lambda frames: [frames[0], *frames],
        lambda frames: [*frames, frames[-1]],
        lambda frames: frames[1:],
        lambda frames: [*frames[:-1], frames[-1][:-1]],
        lambda frames: [],
    ],
)
def test_frames_cannot_be_rearranged(rearrange):
    data = sealed(bytes(2 * FRAME + 5))
    with pytest.raises(CiphertextRefusedError):
        opened(data[:HEADER_BYTES] + b"".join(rearrange(frames_of(data))))


def test_frames_of_another_stream_of_the_same_key_are_refused():
    one, other = sealed(bytes(FRAME + 1)), sealed(bytes(FRAME + 1))
    mixed = one[:HEADER_BYTES] + frames_of(one)[0] + frames_of(other)[1]
    with pytest.raises(CiphertextRefusedError):
        opened(mixed)


def test_an_object_moved_to_another_name_is_refused():
    with pytest.raises(CiphertextRefusedError):
        opened(sealed(b"hello"), binding=Binding("media", "media/f_b", "content"))


@given(st.binary(max_size=HEADER_BYTES + 20))
def test_anything_else_is_refused(data):
    with pytest.raises(CiphertextRefusedError):
        opened(data)
