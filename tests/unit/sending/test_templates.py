"""What Meta says of templates, in whatever order it comes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.sending.templates import (
    News,
    Template,
    learn,
    news_in,
    template_folds,
    template_from,
    template_key,
)
from functions.core.whatsapp.updates import updates
from tests.fakes import build
from tests.fakes.records import MemoryRecords

STATUS, CATEGORY = "message_template_status_update", "template_category_update"
WABA = "102290129340398"
SHARED = Path(__file__).parents[4] / "shared" / "webhooks"


def told(field, waba=WABA, at=100, **value):
    value = {"message_template_name": "offer", "message_template_language": "en_US", **value}
    change = {"field": field, "value": value}
    entry = {"id": waba, "time": at, "changes": [change]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    return updates(build.body(body))


def known(*many):
    records = MemoryRecords()
    for found in many:
        learn(records, found, waba_id=WABA)
    key = template_key("offer", "en-us")
    return template_from(records.load([key]).get(key))


def test_state_and_category_are_learnt_from_both_kinds_of_webhook():
    approved = told(STATUS, event="APPROVED", message_template_category="UTILITY")
    moved = told(CATEGORY, at=200, new_category="MARKETING", previous_category="UTILITY")

    assert known(approved) == Template("APPROVED", "UTILITY")
    assert known(approved, moved) == Template("APPROVED", "MARKETING")
    assert known(moved, approved) == Template("APPROVED", "MARKETING"), "late, and older"


def test_one_language_is_written_in_two_ways():
    dashed = told(STATUS, event="PAUSED", message_template_language="en-US")

    assert known(dashed).status == "PAUSED"


def test_what_is_told_of_others_templates_does_not_count():
    assert known(told(STATUS, waba="999", event="DISABLED")) == Template()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("messages", {"event": "PAUSED"}),
        (STATUS, {"event": None}),
        (STATUS, {"previous_quality_score": "GREEN"}),
        (STATUS, {"event": "PAUSED", "message_template_name": 7}),
        (STATUS, {"event": "PAUSED", "message_template_name": ""}),
        (STATUS, {"event": ["PAUSED"]}),
        (CATEGORY, {"new_category": "\u0000"}),
    ],
)
def test_what_says_nothing_of_a_template_changes_nothing(field, value):
    value = {"message_template_name": "offer", "message_template_language": "en", **value}

    assert news_in(field, value, 1) is None


@given(
    st.lists(
        st.builds(
            News,
            name=st.just("offer"),
            language=st.sampled_from(["en_US", "en-us"]),
            at_ms=st.integers(0, 3),
            status=st.sampled_from([None, "APPROVED", "PAUSED", "FLAGGED"]),
            category=st.sampled_from([None, "MARKETING", "UTILITY"]),
        ),
        max_size=8,
    ),
    st.data(),
)
def test_any_order_and_grouping_ends_in_the_same(news, data):
    def after(groups):
        item = None
        for group in groups:
            for fold in template_folds(group).values():
                item = {**(item or {}), **fold(item)}
        return item

    shuffled = data.draw(st.permutations(news))
    assert after([news] if news else []) == after([[each] for each in [*shuffled, *shuffled]])


def test_of_two_things_at_once_the_stricter_counts():
    both = told(STATUS, event="APPROVED", message_template_category="UTILITY")
    stricter = told(STATUS, event="PAUSED", message_template_category="MARKETING")

    for order in ((both, stricter), (stricter, both)):
        assert known(*order) == Template("PAUSED", "MARKETING")


def test_which_states_can_be_sent():
    for status in ("PAUSED", "DISABLED", "REJECTED", "PENDING", "DELETED"):
        assert not Template(status).is_sendable
    for status in (None, "APPROVED", "FLAGGED", "REINSTATED", "SOMETHING_NEW"):
        assert Template(status).is_sendable


@pytest.mark.skipif(not SHARED.exists(), reason="published payloads are not at hand")
def test_published_payloads_about_templates_are_understood():
    found = {}
    for path in SHARED.rglob("*template*.json"):
        if path.parent.name == "concrete":
            for update in updates(json.dumps(json.loads(path.read_text())).encode()):
                news = news_in(update.field, update.raw, update.at_ms)
                found[path.name] = (news.status, news.category) if news else None

    assert found["message_template_status_update_approved-metadocs-2.json"] == (
        "APPROVED",
        "UTILITY",
    )
    assert found["template_category_update-metadocs-2.json"] == (None, "MARKETING")
    assert found["message_template_status_update-metadocs.json"] is None, "quality only"
