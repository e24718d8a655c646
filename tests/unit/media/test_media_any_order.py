"""Whatever goes wrong, in whatever order: in the end there is one object, whole and sealed."""

import hashlib
from contextlib import suppress

import media_files as files
from hypothesis import given
from hypothesis import strategies as st

from functions.core.media.errors import LaterError, UrlExpiredError
from functions.core.media.model import Reason, State, object_name
from functions.core.media.serving import Wanted, _range
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.media_desk import FACT, SCAN_BUCKET, Desk, medium_id
from tests.fakes.reaper import Killed, Reaper

PHOTO = files.png_of(70_000)
ID = medium_id("1234")

PASSING = [
    LaterError(Reason.GRAPH_UNAVAILABLE),
    LaterError(Reason.CHANNEL_STOPPED, stopped=True),
    StoreUnavailableError("S3"),
]
FAILURES = st.one_of(
    st.tuples(st.sampled_from(["describe", "download", "piece"]), st.sampled_from(PASSING)),
    st.tuples(st.just("download"), st.just(UrlExpiredError(Reason.GRAPH_UNAVAILABLE))),
)
STEPS = st.one_of(
    st.tuples(st.just("fails"), FAILURES),
    st.tuples(st.just("dies"), st.tuples(st.integers(0, 25), st.booleans())),
    st.tuples(st.just("waits"), st.integers(0, 200_000)),
    st.tuples(st.just("runs"), st.none()),
    st.tuples(
        st.just("verdict"), st.sampled_from(["NO_THREATS_FOUND", "THREATS_FOUND", "UNSUPPORTED"])
    ),
)


def play(desk, step, detail):
    if step == "fails":
        method, error = detail
        desk.meta.script.setdefault(method, []).append(error)
    elif step == "dies":
        at, after = detail
        desk.open_with(Reaper(at=at, after=after).around)
        with suppress(Killed):
            desk.run()
        desk.open_with(lambda _name, part: part)
    elif step == "waits":
        desk.clock.now += detail
    elif step == "verdict":
        from functions.core.media.scanning import Verdict

        desk.run(Verdict(SCAN_BUCKET, ID, detail))
    else:
        desk.run()


@given(st.lists(STEPS, max_size=12))
def test_a_fetch_ends_well(steps):
    desk = Desk()
    desk.told({"image": {"id": "1234", "mime_type": "image/png"}})
    desk.meta.has("1234", PHOTO)
    for step, detail in steps:
        play(desk, step, detail)
    (outcome,) = desk.run_until_settled(FACT, limit=60)
    assert outcome.state is State.STORED
    assert desk.objects.writes == [object_name(ID)]
    assert desk.content(ID) == PHOTO


@given(st.lists(STEPS, max_size=12))
def test_nothing_is_served_before_a_verdict_said_so(steps):
    desk = Desk(scan=True)
    desk.told({"image": {"id": "1234", "mime_type": "image/png"}})
    desk.meta.has("1234", PHOTO)
    heard = None
    for step, detail in steps:
        before = (desk.media.load(ID) or {}).get("state")
        play(desk, step, detail)
        if step == "verdict" and before == "scanning":
            heard = detail
        state = (desk.media.load(ID) or {}).get("state")
        if state == "stored":
            assert heard == "NO_THREATS_FOUND"
        if heard is not None:
            assert state == ("stored" if heard == "NO_THREATS_FOUND" else "quarantined")
            assert desk.copies.objects == {}


@given(st.binary(min_size=1, max_size=300_000), st.data())
def test_any_cut_into_ranges_makes_the_file_again(data, draw):
    desk, data = Desk(), files.PDF + data
    digest = hashlib.sha256(data).hexdigest()
    message = desk.uploaded(
        f"f_{'u' * 26}", data, type="document", mime="application/pdf", sha256=digest
    )
    desk.run(message)
    item, size, made = desk.item(message.id), len(data), b""
    while len(made) < size:
        wanted = Wanted(len(made), draw.draw(st.integers(len(made), size + 5)))
        first, last = _range(wanted, size, 100_000)
        assert (first, last - first < 100_000) == (len(made), True)
        made += desk.keeper.opened_range(
            item["object"], item["key"], first=first, last=last, size=size
        )
    assert made == data
