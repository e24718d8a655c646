"""Rows of a CSV: the same ones however the file is cut, and a bad row spoils no other."""

import csv
import io
import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.core.consent.imports import planning, policy
from functions.core.consent.imports.table import (
    Limits,
    cells,
    delimiter_of,
    is_blank,
    rows,
    text_of,
)

LIMITS = Limits(size=60, lines=4)
# what CSV is made of, and letters of more than one byte
TEXTS = st.text(alphabet='a"",;\n\r é\U0001f600', max_size=120)


def pieces_of(data, cuts):
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


def read(data, cuts=(), *, start=0, delimiter=",", limits=LIMITS):
    return list(rows(pieces_of(data, cuts), start=start, delimiter=delimiter, limits=limits))


@given(TEXTS, st.lists(st.integers(0, 500)), st.sampled_from(",;"))
def test_however_a_file_comes_in_pieces_its_rows_are_the_same(text, cuts, delimiter):
    data = text.encode()
    assert read(data, cuts, delimiter=delimiter) == read(data, delimiter=delimiter)


@given(TEXTS)
@example('"a\nb\nc\n"\nd')
@example('a,"\n')
def test_rows_follow_on_each_other_and_leave_nothing_out(text):
    data = text.encode()
    found = read(data)
    assert [row.start for row in found] == [0, *(row.end for row in found)][:-1] or not data
    assert sum(row.end - row.start for row in found) == len(data)
    for row in found:
        assert row.data is None or data[row.start : row.end] == row.data
        assert row.data is None or len(row.data) <= LIMITS.size


@given(TEXTS, st.data())
def test_whoever_begins_and_ends_at_borders_finds_the_rows_between(text, draw):
    data = text.encode()
    found = read(data)
    first = draw.draw(st.integers(0, len(found)))
    last = draw.draw(st.integers(first, len(found)))
    between = found[first:last]
    if between:
        begin, end = between[0].start, between[-1].end
        assert read(data[begin:end], start=begin) == between


@given(st.lists(st.lists(st.text(alphabet='ab"", é\n', max_size=9), min_size=2), min_size=1))
def test_what_a_writer_of_csv_wrote_is_read(told):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(told)
    found = read(out.getvalue().encode(), limits=Limits(10_000, 1000))
    assert [cells(text_of(row.data), ",") for row in found] == told


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'a,"b\nc\nd\n', [(b'a,"b\n', True), (b"c\n", False), (b"d\n", False)]),
        (b'"' + b"x" * 50 + b"\n" + b"y" * 50 + b"\n", [(b'"' + b"x" * 50 + b"\n", True), None]),
        (b"a\n" + b"x" * 100 + b"\nb\n", [(b"a\n", False), (None, False), (b"b\n", False)]),
        (b'5" tall,b\nc\n', [(b'5" tall,b\n', False), (b"c\n", False)]),
        (b'"a\nb\nc\n"d\ne"\n', [(b'"a\nb\nc\n"d\n', False), (b'e"\n', False)]),
        (b'"\n1\n2\n3\n4"\n', [(b'"\n', True), (b"1\n", False), None, None, None]),
    ],
    ids=["never closed", "too long", "too long a line", "in a cell", "four lines", "five lines"],
)
def test_a_bad_row_spoils_no_other(data, expected):
    found = [(row.data, row.is_unclosed) for row in read(data)]
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert wanted is None or row == wanted


def test_a_line_without_an_end_is_never_held_in_memory():
    held = []

    def endless():
        for _ in range(1000):
            yield b"x" * 1000
            held.append(1)

    (row,) = rows(endless(), start=0, delimiter=",", limits=LIMITS)
    assert (row.data, row.end, len(held)) == (None, 1_000_000, 1000)


@pytest.mark.parametrize("blank", [b"", b"\n", b"\r\n", b" , ,\t\n", b",,,"])
def test_rows_of_nothing_but_delimiters_are_blank(blank):
    assert is_blank(blank, ",")
    assert not is_blank(b'""\n', ",")


@pytest.mark.parametrize(("header", "wanted"), [("a;b", ";"), ("a,b", ","), ("a", ","), ("", ",")])
def test_the_header_tells_the_delimiter(header, wanted):
    assert delimiter_of(header) == wanted


@given(
    st.lists(st.sampled_from([b"a,b\n", b'"a\n\n",b\n', b"\n", b'"x,\n', b"y" * 70 + b"\n"])),
    st.integers(1, 5),
    st.lists(st.integers(0, 500)),
)
def test_chunks_hold_every_row_that_is_not_blank_once_under_its_number(parts, most, cuts):
    numbers = {
        ("chunk", "rows"): most,
        ("chunk", "bytes"): 200,
        ("row", "bytes"): 60,
        ("row", "lines"): 4,
    }
    data = b"".join(parts)
    whole = [(n, row) for n, row in enumerate(read(data), 2) if row.data != b"\n"]
    real = policy.number
    policy.number = lambda *path: numbers[path]
    try:
        chunks = list(planning.cut(iter(pieces_of(data, cuts)), start=0, delimiter=","))
    finally:
        policy.number = real
    found = []
    for number, chunk in enumerate(chunks):
        inside = list(enumerate(read(data[chunk.start : chunk.end], start=chunk.start), chunk.row))
        filled = [(n, row) for n, row in inside if row.data != b"\n"]
        assert (chunk.number, chunk.rows) == (number, len(filled))
        assert 0 < chunk.rows <= most
        found += filled
    assert found == whole
