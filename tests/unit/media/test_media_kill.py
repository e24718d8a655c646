"""The function dies before and after every single call it makes, and is started again.

Whatever happens, one object is stored and referenced, nothing is served that was not checked, and
nothing in clear is left in the scan bucket.
"""

from concurrent.futures import ThreadPoolExecutor

import media_files as files
import pytest

from functions.core.media.model import State, object_name
from functions.core.media.scanning import Verdict
from tests.fakes.media_desk import FACT, SCAN_BUCKET, Desk, medium_id
from tests.fakes.reaper import Killed, Reaper

PHOTO = files.png_of(150_000)
ID = medium_id("1234")
UPLOAD = f"f_{'u' * 26}"


def received(**options):
    desk = Desk(**options)
    desk.told({"image": {"id": "1234", "mime_type": "image/png"}})
    desk.meta.has("1234", PHOTO)
    return desk, FACT


def uploaded(**options):
    import hashlib

    desk = Desk(**options)
    digest = hashlib.sha256(PHOTO).hexdigest()
    message = desk.uploaded(UPLOAD, PHOTO, type="image", mime="image/png", sha256=digest)
    return desk, message


def calls_of_a_whole_run(prepare, **options):
    desk, message = prepare(**options)
    reaper = Reaper()
    desk.open_with(reaper.around)
    desk.run(message)
    return reaper.calls


def killed(prepare, at, *, after, **options):
    desk, message = prepare(**options)
    desk.open_with(Reaper(at=at, after=after).around)
    with pytest.raises(Killed):
        desk.run(message)
    desk.open_with(lambda _name, part: part)
    return desk, message


@pytest.mark.parametrize("after", [False, True])
def test_a_fetch_that_dies_anywhere_ends_in_one_sealed_object(after):
    labels = calls_of_a_whole_run(received)
    assert {"store.claim", "store.change", "meta.describe", "objects.writing.commit"} <= set(labels)
    for at, label in enumerate(labels):
        desk, message = killed(received, at, after=after)
        (outcome,) = desk.run_until_settled(message)
        assert outcome.state is State.STORED, label
        assert list(desk.objects.objects) == [object_name(ID)], label
        assert desk.objects.writes == [object_name(ID)], label
        assert desk.item(ID)["object"] == object_name(ID), label
        assert desk.content(ID) == PHOTO, label


@pytest.mark.parametrize("after", [False, True])
def test_an_upload_that_dies_anywhere_is_published_and_its_parts_removed(after):
    labels = calls_of_a_whole_run(uploaded)
    assert {"meta.upload", "transit.pieces", "transit.delete"} <= set(labels)
    for at, label in enumerate(labels):
        desk, message = killed(uploaded, at, after=after)
        (outcome,) = desk.run_until_settled(message)
        assert outcome.state is State.READY, label
        assert desk.content(UPLOAD) == PHOTO, label
        assert desk.transit.objects == {}, label
        assert desk.objects.writes == [object_name(UPLOAD)], label
        given = desk.item(UPLOAD)["media_id"]
        assert desk.meta.uploads[int(given) - 9001].data == PHOTO, label


@pytest.mark.parametrize("after", [False, True])
def test_a_scan_that_dies_anywhere_is_offered_again_and_leaves_no_copy(after):
    for at, label in enumerate(calls_of_a_whole_run(received, scan=True)):
        desk, message = killed(received, at, after=after, scan=True)
        while desk.run(message)[0].state is not State.SCANNING:
            desk.clock.now += 70_000
        assert desk.copies.objects == {ID: PHOTO}, label
        desk.run(Verdict(SCAN_BUCKET, ID, "NO_THREATS_FOUND"))
        assert desk.item(ID)["state"] == "stored", label
        assert desk.copies.objects == {}, label


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("status", ["NO_THREATS_FOUND", "THREATS_FOUND"])
def test_a_verdict_that_dies_anywhere_is_heard_when_it_comes_again(after, status):
    desk, message = received(scan=True)
    desk.run(message)
    verdict = Verdict(SCAN_BUCKET, ID, status)
    for at in range(3):
        desk, message = received(scan=True)
        desk.run(message)
        desk.open_with(Reaper(at=at, after=after).around)
        try:
            desk.run(verdict)
        except Killed:
            desk.open_with(lambda _name, part: part)
            desk.run(verdict)
        expected = "stored" if status == "NO_THREATS_FOUND" else "quarantined"
        assert desk.item(ID)["state"] == expected
        assert desk.copies.objects == {}


@pytest.mark.parametrize("prepare", [received, uploaded])
def test_many_at_once_store_one_object(prepare):
    for _ in range(10):
        desk, message = prepare()
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _, d=desk, m=message: d.run(m), range(6)))
        desk.run_until_settled(message)
        media_id = ID if prepare is received else UPLOAD
        assert desk.objects.writes == [object_name(media_id)]
        assert desk.content(media_id) == PHOTO
        assert desk.item(media_id)["attempts"] == 1


def test_dying_twice_in_a_row_still_ends_well():
    labels = calls_of_a_whole_run(received)
    for first in range(0, len(labels), 2):
        for second in range(0, len(labels), 3):
            desk, message = received()
            for at in (first, second):
                desk.open_with(Reaper(at=at, after=True).around)
                try:
                    desk.run(message)
                except Killed:
                    desk.clock.now += 70_000
            desk.open_with(lambda _name, part: part)
            desk.run_until_settled(message)
            assert desk.content(ID) == PHOTO
            assert desk.objects.writes == [object_name(ID)]
