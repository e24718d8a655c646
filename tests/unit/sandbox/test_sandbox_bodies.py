import json

from hypothesis import given
from hypothesis import strategies as st

from sandbox.webhooks.bodies import groups, join, split, wrap

_METADATA = st.sampled_from([{"phone_number_id": "1"}, {"phone_number_id": "2"}])


def _update(number):
    return {"id": f"wamid.{number}", "from": str(number)}


_VALUES = st.builds(
    lambda metadata, array, numbers: {
        "messaging_product": "whatsapp",
        "metadata": metadata,
        "contacts": [{"wa_id": str(number)} for number in numbers],
        array: [_update(number) for number in numbers],
    },
    _METADATA,
    st.sampled_from(["messages", "statuses", "message_echoes"]),
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
)
_BODIES = st.lists(
    st.builds(wrap, st.sampled_from(["10", "20"]), _VALUES, st.sampled_from(["messages", "calls"])),
    max_size=6,
)


def _updates(bodies):
    return sorted(
        json.dumps([entry["id"], change["field"], change["value"]["metadata"], name, update])
        for body in bodies
        for entry in body["entry"]
        for change in entry["changes"]
        for name in ("messages", "statuses", "message_echoes")
        for update in change["value"].get(name, ())
    )


@given(_BODIES, st.integers(1, 5), st.randoms(use_true_random=False))
def test_regrouping_in_any_order_keeps_every_update(bodies, size, shuffler):
    parts = [part for body in bodies for part in split(body)]
    shuffler.shuffle(parts)

    regrouped = groups(parts, size)

    assert _updates(regrouped) == _updates(bodies)


def test_an_update_keeps_its_own_contact_when_a_batch_is_split():
    value = {
        "contacts": [{"wa_id": "1"}, {"user_id": "US.2"}],
        "messages": [{"id": "a", "from": "1"}, {"id": "b", "from_user_id": "US.2"}],
    }

    first, second = split(wrap("10", value))

    assert first["entry"][0]["changes"][0]["value"]["contacts"] == [{"wa_id": "1"}]
    assert second["entry"][0]["changes"][0]["value"]["contacts"] == [{"user_id": "US.2"}]


def test_updates_of_one_number_share_a_value_when_joined():
    bodies = [wrap("10", {"metadata": {}, "messages": [{"id": name}]}) for name in "abc"]

    joined = join(bodies)

    (change,) = joined["entry"][0]["changes"]
    assert [message["id"] for message in change["value"]["messages"]] == ["a", "b", "c"]


def test_a_value_without_known_arrays_stays_whole():
    body = wrap("10", {"event": "ACCOUNT_DELETED"}, "account_update")

    assert split(body) == [body]


def test_what_is_no_webhook_has_no_updates():
    assert split({"entry": [None, {"changes": "x"}, {"changes": [1]}]}) == []
