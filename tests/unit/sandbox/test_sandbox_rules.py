"""Clock, ids, windows, throttles, settings: the small rules everything else stands on."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import SandboxConfig
from sandbox.clock import SandboxClock, timestamp
from sandbox.errors import ControlError, GraphError
from sandbox.graph.throttle import Throttle
from sandbox.graph.window import Window
from sandbox.ids import Ids, business_scoped_user_id
from sandbox.limits import Limits

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LIMITS = Limits.published()
HOUR = timedelta(hours=1)


class Wall:
    def __init__(self):
        self.seconds = NOW.timestamp()

    def __call__(self):
        return self.seconds


def test_the_clock_runs_with_the_wall_and_jumps_when_told():
    wall = Wall()
    clock = SandboxClock(wall)

    clock.advance(3600)
    wall.seconds += 5

    assert clock.now() == NOW + HOUR + timedelta(seconds=5)


def test_a_frozen_clock_stands_until_it_is_moved_and_runs_on_from_there():
    wall = Wall()
    clock = SandboxClock(wall)
    clock.freeze()

    wall.seconds += 60
    clock.advance(10)
    stood = clock.now()
    clock.resume()
    wall.seconds += 1

    assert stood == NOW + timedelta(seconds=10)
    assert clock.now() == NOW + timedelta(seconds=11)


def test_a_reset_clock_shows_the_wall_time_again():
    clock = SandboxClock(Wall())
    clock.freeze()
    clock.set(NOW - HOUR)

    clock.reset()

    assert clock.now() == NOW
    assert timestamp(clock.now()) == "1795341600"


@pytest.mark.parametrize(("inbound", "marker"), [(True, 0x12), (False, 0x11)])
def test_a_wamid_holds_the_number_in_base64(inbound, marker):
    wamid = Ids(1).wamid("4915112345678", inbound=inbound)

    packed = base64.b64decode(wamid.removeprefix("wamid."))
    assert packed[3:16] == b"4915112345678"
    assert packed[19] == marker


def test_the_same_seed_gives_the_same_ids():
    assert Ids(7).media() == Ids(7).media() != Ids(8).media()


@pytest.mark.parametrize(
    ("phone", "country"), [("4915112345678", "DE"), ("16505551234", "US"), ("999123456", "ZZ")]
)
def test_a_user_id_begins_with_the_country_and_stays_the_same(phone, country):
    user_id = business_scoped_user_id(phone, "10")

    assert user_id.startswith(f"{country}.")
    assert user_id == business_scoped_user_id(phone, "10") != business_scoped_user_id(phone, "11")


def test_the_window_serves_24_hours_after_the_latest_message_whatever_the_order():
    window = Window().after_inbound(NOW, entry_point=False)
    window = window.after_inbound(NOW - HOUR, entry_point=False)

    assert window.serves(NOW + 24 * HOUR, LIMITS)
    assert not window.serves(NOW + 24 * HOUR + timedelta(seconds=1), LIMITS)


def test_answering_an_ad_within_24_hours_opens_72_free_hours():
    window = Window().after_inbound(NOW, entry_point=True)

    window = window.after_answer(NOW + HOUR, LIMITS)

    assert window.is_free_entry(NOW + 73 * HOUR)
    assert window.allows_free_form(NOW + 73 * HOUR, LIMITS)
    assert not window.is_free_entry(NOW + 74 * HOUR)


def test_answering_an_ad_too_late_opens_nothing():
    window = Window().after_inbound(NOW, entry_point=True)

    assert window.after_answer(NOW + 25 * HOUR, LIMITS) == window


def test_a_second_answer_does_not_start_the_72_hours_again():
    window = Window().after_inbound(NOW, entry_point=True).after_answer(NOW, LIMITS)

    assert window.after_answer(NOW + HOUR, LIMITS) == window


def _refused(throttle, person, at):
    try:
        throttle.let_through("number", person, at, LIMITS)
    except GraphError as error:
        return error.code
    return None


def test_81_messages_in_a_second_are_one_too_many():
    throttle = Throttle()

    answers = [_refused(throttle, person, NOW) for person in range(81)]

    assert answers == [None] * 80 + [130429]
    assert _refused(throttle, 99, NOW + timedelta(seconds=1)) is None


def test_a_person_gets_45_at_once_and_then_one_each_six_seconds():
    throttle = Throttle()

    answers = [_refused(throttle, 1, NOW) for _ in range(46)]

    assert answers == [None] * 45 + [131056]
    assert _refused(throttle, 2, NOW) is None
    assert _refused(throttle, 1, NOW + timedelta(seconds=5)) == 131056
    assert _refused(throttle, 1, NOW + timedelta(seconds=6)) is None


def test_limits_can_be_changed_but_not_invented():
    changed = LIMITS.changed({"text": {"body": 10}})

    assert changed.count("text", "body") == 10
    assert LIMITS.count("text", "body") == 4096
    with pytest.raises(ControlError, match=r"limits\.toml"):
        LIMITS.changed({"text": {"bodies": 10}})


SETTINGS = {
    "app_secret": "a",
    "verify_token": "b",
    "access_token": "c",
    "waba_id": "10",
    "phone_number_ids": {"1": "15550783881"},
    "statuses": ["sent"],
}


def test_settings_come_from_a_json_file(tmp_path):
    file = tmp_path / "sandbox.json"
    file.write_text(json.dumps(SETTINGS))

    assert SandboxConfig.load(file).statuses == ("sent",)


def test_settings_come_from_a_toml_file(tmp_path):
    file = tmp_path / "sandbox.toml"
    file.write_text(
        'app_secret = "a"\nverify_token = "b"\naccess_token = "c"\nwaba_id = "10"\n'
        '[phone_number_ids]\n1 = "15550783881"\n'
    )

    assert SandboxConfig.load(file).phone_number_ids == {"1": "15550783881"}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": "red"}, "colour"),
        ({"phone_number_ids": {}}, "phone_number_ids is empty"),
    ],
)
def test_settings_that_make_no_sense_are_named(tmp_path, change, complaint):
    file = tmp_path / "sandbox.json"
    file.write_text(json.dumps(SETTINGS | change))

    with pytest.raises(ControlError, match=complaint):
        SandboxConfig.load(file)


def test_a_missing_setting_is_named(tmp_path):
    file = tmp_path / "sandbox.json"
    file.write_text("{}")

    with pytest.raises(ControlError, match="app_secret"):
        SandboxConfig.load(file)
