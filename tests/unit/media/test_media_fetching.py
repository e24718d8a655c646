"""What people sent is fetched, checked and sealed; what is not what it was said to be is not."""

import base64
import hashlib
import json

import media_files as files
import pytest

from functions.core.content.errors import KeyDestroyedError
from functions.core.media.errors import (
    GoneError,
    LaterError,
    QuarantineError,
    RefusedError,
    UrlExpiredError,
)
from functions.core.media.facts import FactId
from functions.core.media.model import Reason, State, object_name
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes import build
from tests.fakes.media_desk import FACT, KEY, THREAD, Desk, medium_id

PHOTO = files.png_of(200_000)
ID = medium_id("1234")


def in_base64(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def photo(data=PHOTO, **told):
    image = {"id": "1234", "mime_type": "image/png", "sha256": in_base64(data), **told}
    return {"id": "wamid.x", "type": "image", "image": image}


@pytest.fixture
def desk():
    desk = Desk()
    desk.told(photo())
    desk.meta.has("1234", PHOTO)
    return desk


def settled(desk):
    (outcome,) = desk.run()
    return outcome.state, outcome.reason


def test_a_photo_is_stored_sealed_and_opens_as_it_was(desk):
    (outcome,) = desk.run()
    item = desk.item(ID)

    assert (outcome.id, outcome.state, outcome.settled) == (ID, State.STORED, True)
    assert desk.content(ID) == PHOTO
    assert list(desk.objects.objects) == [object_name(ID)]
    assert PHOTO[:64] not in desk.objects.objects[object_name(ID)]
    assert item["bytes"] == len(PHOTO)
    assert item["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert item["tag"] == build.PSEUDONYMS.of("medium content", item["sha256"])


def test_the_record_tells_where_the_photo_belongs(desk):
    desk.run()
    item = desk.item(ID)

    assert item["fetched_ms"] == item["settled_ms"] == desk.clock.now
    assert {n: item[n] for n in ("type", "mime", "direction", "key", "thread", "message_id")} == {
        "type": "image",
        "mime": "image/png",
        "direction": "inbound",
        "key": KEY,
        "thread": THREAD,
        "message_id": FACT.message_id,
    }
    assert (item["attempts"], item["media_id"], item["reason"]) == (1, "1234", "")


def test_a_photo_told_again_is_not_fetched_again(desk):
    desk.run()
    calls = len(desk.meta.calls)
    (outcome,) = desk.run()

    assert (outcome.state, outcome.settled, outcome.later) == (State.STORED, False, None)
    assert len(desk.meta.calls) == calls
    assert desk.objects.writes == [object_name(ID)]


@pytest.mark.parametrize("size", [24, 4095, 4096, 65_535, 65_536, 65_537, 131_072, 200_001])
def test_any_size_opens_as_it_was(size):
    desk, data = Desk(), files.png_of(size)
    desk.told(photo(data))
    desk.meta.has("1234", data)
    assert settled(desk) == (State.STORED, "")
    assert desk.content(ID) == data


def test_every_medium_of_an_update_is_fetched(desk):
    cards = [{"header": {"image": {"id": str(n), "mime_type": "image/png"}}} for n in range(3)]
    ids = desk.told({"cards": cards})
    for n in range(3):
        desk.meta.has(str(n), files.png_of(100 + n))
    outcomes = desk.run()
    assert [outcome.id for outcome in outcomes] == ids
    assert [len(desk.content(each)) for each in ids] == [100, 101, 102]


def test_one_that_cannot_be_had_does_not_stop_the_next():
    desk = Desk()
    cards = [{"image": {"id": str(n), "mime_type": "image/png"}} for n in range(2)]
    desk.told({"cards": cards})
    desk.meta.has("0", PHOTO)
    desk.meta.has("1", PHOTO)
    desk.meta.script["describe"] = [LaterError(Reason.GRAPH_UNAVAILABLE, delay_s=60)]
    first, second = desk.run()
    assert (first.state, first.later.delay_s) == (State.PENDING, 60)
    assert second.state is State.STORED


def test_a_large_update_is_read_from_its_object(desk):
    fact = FactId(FACT.message_id, "MESSAGE", "c" * 26)
    desk.told(photo(), fact, raw=None, ref="updates/x")
    del desk.records.items[("MESSAGE#" + FACT.message_id, "MESSAGE")]["facts"]["c" * 26]["raw"]
    desk.blobs.blobs["updates/x"] = json.dumps({"update": photo()}).encode()
    (outcome,) = desk.run(fact)
    assert outcome.state is State.STORED


@pytest.mark.parametrize(
    "fact",
    [
        FactId(f"w_{'z' * 26}", "MESSAGE", FACT.fact_id),
        FactId(FACT.message_id, "MESSAGE", "z" * 26),
        FactId(FACT.message_id, f"PARTICIPANT#{'a' * 26}", FACT.fact_id),
    ],
)
def test_a_fact_that_is_not_there_asks_for_nothing(desk, fact):
    assert desk.run(fact) == []
    assert desk.meta.calls == []


def test_a_fact_whose_key_was_destroyed_asks_for_nothing(desk):
    desk.told(photo(), destroyed_ms=1, sealed=b"x", raw=None)
    del desk.records.items[("MESSAGE#" + FACT.message_id, "MESSAGE")]["facts"][FACT.fact_id]["raw"]
    assert desk.run() == []


def test_a_large_update_whose_key_was_destroyed_asks_for_nothing(desk, monkeypatch):
    def destroyed(name, *, key_id):
        raise KeyDestroyedError(1)

    desk.told(photo(), ref="updates/x", raw=None)
    del desk.records.items[("MESSAGE#" + FACT.message_id, "MESSAGE")]["facts"][FACT.fact_id]["raw"]
    monkeypatch.setattr(desk.blobs, "get", destroyed)
    assert desk.run() == []


# --- what is not what it was said to be ----------------------------------------------------------


def quarantined(desk, *, kept):
    state, reason = settled(desk)
    assert state is State.QUARANTINED
    assert desk.item(ID)["state"] == "quarantined"
    assert list(desk.objects.objects) == ([object_name(ID, quarantined=True)] if kept else [])
    return reason


def test_other_bytes_than_the_webhook_announced(desk):
    desk.meta.has("1234", PHOTO[:-1] + b"!")
    assert quarantined(desk, kept=False) == Reason.WRONG_HASH


def test_other_bytes_than_graph_announced(desk):
    desk.meta.has("1234", PHOTO, sha256="ab" * 32)
    assert quarantined(desk, kept=False) == Reason.WRONG_HASH


def test_bytes_nobody_announced(desk):
    desk.told(photo(sha256="garbage"))
    desk.meta.has("1234", PHOTO, sha256="")
    assert quarantined(desk, kept=False) == Reason.NO_HASH
    assert "download" not in desk.meta.calls


def test_one_digest_is_enough(desk):
    desk.told(photo(sha256="garbage"))
    assert settled(desk) == (State.STORED, "")


@pytest.mark.parametrize("data", [files.PROGRAM + bytes(500), files.JPEG, files.HTML])
def test_a_file_that_is_something_else(data):
    desk = Desk()
    desk.told(photo(data))
    desk.meta.has("1234", data)
    assert quarantined(desk, kept=True) == Reason.LYING_TYPE
    assert desk.content(ID) == data


def test_another_type_than_graph_says(desk):
    desk.meta.has("1234", PHOTO, mime="application/pdf")
    assert quarantined(desk, kept=True) == Reason.TYPE_NOT_ALLOWED


def test_another_type_of_the_same_kind_than_graph_says(desk):
    desk.meta.has("1234", PHOTO, mime="image/jpeg")
    assert quarantined(desk, kept=True) == Reason.LYING_TYPE


def test_a_type_that_is_none_of_its_kind():
    desk, data = Desk(), b"<svg onload=alert(1)>"
    desk.told(photo(data, mime_type="image/svg+xml"))
    desk.meta.has("1234", data, "image/svg+xml")
    assert quarantined(desk, kept=True) == Reason.TYPE_NOT_ALLOWED


def test_a_type_that_nobody_tells(desk):
    desk.told(photo(mime_type=None))
    desk.meta.has("1234", PHOTO, "")
    assert quarantined(desk, kept=True) == Reason.TYPE_NOT_ALLOWED


def test_a_file_over_the_limit_of_its_kind():
    desk, data = Desk(), files.png_of(5_242_881)
    desk.told(photo(data))
    desk.meta.has("1234", data)
    assert quarantined(desk, kept=True) == Reason.OVER_LIMIT


def test_a_file_at_the_limit_of_its_kind():
    desk, data = Desk(), files.png_of(5_242_880)
    desk.told(photo(data))
    desk.meta.has("1234", data)
    assert settled(desk) == (State.STORED, "")


def test_a_file_over_every_limit_is_not_even_begun(desk):
    desk.meta.has("1234", PHOTO, size=104_857_601)
    assert quarantined(desk, kept=False) == Reason.OVER_LIMIT
    assert "download" not in desk.meta.calls


def test_a_file_that_does_not_end_is_cut_at_the_limit():
    desk, data = Desk(), files.png_of(5_300_000)
    desk.told(photo(data))
    desk.meta.has("1234", data, size=None)
    assert quarantined(desk, kept=False) == Reason.OVER_LIMIT
    assert desk.meta.calls.count("piece") < 5_300_000 // 5000


def test_a_file_longer_than_it_was_said_to_be(desk):
    desk.meta.has("1234", PHOTO, size=len(PHOTO) - 1)
    assert quarantined(desk, kept=False) == Reason.WRONG_SIZE


def test_stickers_may_be_larger_when_they_move():
    for head, reason in ((files.WEBP, Reason.OVER_LIMIT), (files.ANIMATED_WEBP, "")):
        desk, data = Desk(), head + bytes(200_000)
        desk.told({"sticker": {"id": "1234", "mime_type": "image/webp", "sha256": ""}})
        desk.meta.has("1234", data, "image/webp")
        assert settled(desk)[1] == reason


def test_an_empty_file(desk):
    desk.told(photo(b""))
    desk.meta.has("1234", b"")
    assert quarantined(desk, kept=False) == Reason.EMPTY


def test_a_url_off_metas_hosts(desk):
    desk.meta.script["download"] = [QuarantineError(Reason.FOREIGN_HOST)]
    assert quarantined(desk, kept=False) == Reason.FOREIGN_HOST


def test_the_message_stays_as_it_was(desk):
    before = json.dumps(desk.records.items[("MESSAGE#" + FACT.message_id, "MESSAGE")])
    desk.meta.has("1234", b"x")
    desk.run()
    assert json.dumps(desk.records.items[("MESSAGE#" + FACT.message_id, "MESSAGE")]) == before


# --- what cannot be had now, or ever -------------------------------------------------------------


def test_an_expired_url_is_asked_for_again(desk):
    desk.meta.script["download"] = [UrlExpiredError(Reason.GRAPH_UNAVAILABLE)]
    assert settled(desk) == (State.STORED, "")
    assert desk.meta.calls.count("describe") == 2


def test_urls_that_keep_expiring_are_tried_later(desk):
    desk.meta.script["download"] = [UrlExpiredError(Reason.GRAPH_UNAVAILABLE)] * 2
    (outcome,) = desk.run()
    assert (outcome.state, outcome.later.reason) == (State.PENDING, Reason.GRAPH_UNAVAILABLE)


@pytest.mark.parametrize("method", ["describe", "download", "piece"])
@pytest.mark.parametrize(
    "error",
    [LaterError(Reason.GRAPH_UNAVAILABLE), StoreUnavailableError("S3"), LaterError(Reason.CUT_OFF)],
)
def test_what_passes_is_tried_again_and_leaves_nothing_behind(desk, method, error):
    desk.meta.script[method] = [error]
    (outcome,) = desk.run()
    assert (outcome.state, outcome.later is not None) == (State.PENDING, True)
    assert desk.objects.objects == {}
    assert desk.item(ID)["lease_ms"] == 0
    assert desk.item(ID)["reason"] == outcome.reason != ""

    assert settled(desk) == (State.STORED, "")
    assert desk.item(ID)["attempts"] == 2


def test_a_download_that_came_too_short_is_tried_again(desk):
    desk.meta.has("1234", PHOTO, size=len(PHOTO) + 1)
    (outcome,) = desk.run()
    assert (outcome.state, outcome.reason) == (State.PENDING, Reason.CUT_OFF)


def test_a_refused_token_waits_for_a_person(desk):
    desk.meta.script["describe"] = [LaterError(Reason.CHANNEL_STOPPED, stopped=True)]
    (outcome,) = desk.run()
    assert outcome.later.stopped
    assert settled(desk) == (State.STORED, "")


def test_what_graph_refuses_for_good_has_failed(desk):
    desk.meta.script["describe"] = [RefusedError(Reason.REFUSED_BY_GRAPH, code=131052)]
    assert settled(desk) == (State.FAILED, Reason.REFUSED_BY_GRAPH)
    assert desk.item(ID)["graph_code"] == 131052


def test_what_meta_no_longer_has_leaves_a_placeholder(desk):
    del desk.meta.files["1234"]
    first, second = settled(desk), settled(desk)
    assert first == (State.PENDING, Reason.GONE_AT_META)
    assert second == (State.GONE, Reason.GONE_AT_META)
    assert desk.item(ID)["type"] == "image"
    assert "sees" in desk.meta.calls


def test_what_is_there_a_little_later_is_not_gone(desk):
    desk.meta.script["describe"] = [GoneError(Reason.GONE_AT_META)]
    assert settled(desk)[0] is State.PENDING
    assert settled(desk) == (State.STORED, "")


def test_after_seven_days_once_is_enough(desk):
    del desk.meta.files["1234"]
    desk.clock.now += 7 * 86_400_000
    assert settled(desk) == (State.GONE, Reason.GONE_AT_META)


def test_a_token_that_sees_nothing_loses_nothing(desk):
    """Graph says the same of what is gone and to a token without rights."""
    del desk.meta.files["1234"]
    desk.meta.numbers_seen = False
    for _ in range(5):
        (outcome,) = desk.run()
        assert outcome.state is State.PENDING
    assert outcome.later.stopped
    desk.meta.has("1234", PHOTO)
    assert settled(desk) == (State.STORED, "")


def test_a_medium_that_waits_for_a_day_is_overdue(desk):
    desk.meta.script["describe"] = [LaterError(Reason.GRAPH_UNAVAILABLE)] * 2
    (early,) = desk.run()
    desk.clock.now += 86_400_001
    (late,) = desk.run()
    (stored,) = desk.run()
    assert (early.overdue, late.overdue, stored.overdue) == (False, True, False)


def test_a_medium_that_somebody_fetches_is_left_to_them(desk):
    desk.media.claim(ID, {}, now_ms=desk.clock.now, until_ms=desk.clock.now + 60_000)
    (outcome,) = desk.run()
    assert (outcome.state, outcome.later.reason) == (State.PENDING, Reason.BEING_FETCHED)
    assert desk.meta.calls == []
    desk.clock.now += 60_001
    assert settled(desk) == (State.STORED, "")


def test_who_lost_the_claim_while_fetching_writes_nothing(desk):
    """Its time was up, another fetched it meanwhile."""

    class Late:
        def describe(self, media_id):
            desk.clock.now += 100_000
            desk.open_with(lambda _name, part: part)
            desk.run()
            return desk.meta.describe(media_id)

        def __getattr__(self, name):
            return getattr(desk.meta, name)

    desk.open_with(lambda name, part: Late() if name == "meta" else part)
    (outcome,) = desk.run()
    assert (outcome.state, outcome.settled) == (State.STORED, False)
    assert desk.item(ID)["attempts"] == 2
    assert desk.objects.writes == [object_name(ID)]
    assert desk.content(ID) == PHOTO


def test_who_lost_the_claim_does_not_give_up_that_of_another(desk):
    """Its time was up, another is at it: its own failure is nobody's business any more."""

    class Late:
        def describe(self, media_id):
            desk.clock.now += 100_000
            now_ms = desk.clock.now
            assert desk.media.claim(ID, {}, now_ms=now_ms, until_ms=now_ms + 60_000)
            raise LaterError(Reason.GRAPH_UNAVAILABLE)

    desk.open_with(lambda name, part: Late() if name == "meta" else part)
    (outcome,) = desk.run()
    assert outcome.later is not None
    assert desk.item(ID)["lease_ms"] == desk.clock.now + 60_000
    assert desk.item(ID)["attempts"] == 2


def test_who_lost_the_claim_does_not_settle_for_another(desk):
    class Late:
        def describe(self, media_id):
            desk.clock.now += 100_000
            now_ms = desk.clock.now
            assert desk.media.claim(ID, {}, now_ms=now_ms, until_ms=now_ms + 60_000)
            return desk.meta.describe(media_id)

        def __getattr__(self, name):
            return getattr(desk.meta, name)

    desk.open_with(lambda name, part: Late() if name == "meta" else part)
    (outcome,) = desk.run()
    assert (outcome.settled, outcome.later.reason) == (False, Reason.BEING_FETCHED)
    assert desk.item(ID)["state"] == "pending"
