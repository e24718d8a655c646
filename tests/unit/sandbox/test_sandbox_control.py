"""The rest of /sandbox/…: time, people, state, health, the log of webhooks."""

from pathlib import Path

import pytest
from sandbox_bench import NOW, PHONE

import sandbox
from sandbox.faults import GRAPH_KINDS, WEBHOOK_KINDS
from sandbox.web.control_routes import control_rules
from sandbox.webhooks.post import Result

README = (Path(sandbox.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_the_clock_can_be_advanced_set_and_frozen(bench):
    advanced = bench.control("POST", "clock", {"advance_seconds": 60}).json
    moved = bench.control("POST", "clock", {"now": NOW.timestamp()}).json
    frozen = bench.control("POST", "clock", {"frozen": True, "now": "2026-12-01T00:00:00Z"}).json

    assert advanced["now"] == "2026-11-22T10:01:00+00:00"
    assert moved["now"] == "2026-11-22T10:00:00+00:00"
    assert frozen == {"now": "2026-12-01T00:00:00+00:00", "frozen": True}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"now": "soon"}),
        ("clock", {"advance_seconds": "much"}),
        ("clock", [1]),
        ("limits", {"text": 1}),
        ("limits", {"smell": {"body": 1}}),
        ("people", {"name": "Amal"}),
        ("people", {"phone": PHONE, "shoe_size": 44}),
        ("settle", {"timeout_seconds": None}),
    ],
)
def test_control_calls_that_make_no_sense_are_answered_400(bench, path, body):
    answer = bench.control("POST", path, body)

    assert answer.status_code == 400
    assert answer.json["error"]


def test_an_unknown_control_path_is_not_found(bench):
    assert bench.control("GET", "nothing").status_code == 404
    assert bench.control("POST", "health").status_code == 405


def test_people_can_be_described_before_they_write(bench):
    people = [{"phone": PHONE, "name": "Amal"}, {"user_id": "US.1"}]

    answer = bench.control("POST", "people", people).json

    assert answer == {"phone": None, "user_id": "US.1"}
    assert bench.text().json["error"]["code"] == 131047


def test_people_can_come_with_the_configuration(make_bench):
    bench = make_bench(people=({"phone": PHONE, "on_whatsapp": False},))

    assert bench.text().json["error"]["code"] == 131026


def test_deleting_the_state_forgets_everything_but_the_webhook_url(open_bench):
    open_bench.control("POST", "webhook", {"url": "https://example.com", "verify": False})
    open_bench.text()
    open_bench.sandbox.fault("drop")
    open_bench.sandbox.advance(3600)

    answer = open_bench.control("DELETE", "state")

    assert answer.json == {"ok": True}
    health = open_bench.control("GET", "health").json
    assert health == {
        "ok": True,
        "now": NOW.isoformat(),
        "frozen": False,
        "webhook_url": "https://example.com",
        "webhooks": {"due": 0, "later": 0},
    }
    assert open_bench.sandbox.accepted() == []
    assert open_bench.sandbox.webhooks() == []
    assert open_bench.control("GET", "faults").json == {"faults": []}
    assert open_bench.control("POST", "redeliver", {}).json == {"posts": 0}
    assert open_bench.text().json["error"]["code"] == 131047


def test_the_log_shows_every_attempt_with_its_answer(bench):
    bench.writes()
    outbox = bench.sandbox._state.outbox
    for result in (Result(status=503), Result(error="TimeoutError")):
        bench.sandbox.advance(1)
        post = outbox.take()
        outbox.record(post, post.bytes, "sha256=1", result)

    first, second = bench.control("GET", "webhooks").json["webhooks"]

    assert (first["attempt"], first["status"], first["error"]) == (1, 503, None)
    assert (second["attempt"], second["status"], second["error"]) == (2, None, "TimeoutError")
    assert first["post"] == second["post"]
    assert first["body"]["object"] == "whatsapp_business_account"
    assert first["raw"].startswith('{"object"')
    assert first["signature"] == "sha256=1"


def test_nothing_due_is_settled_at_once(bench):
    assert bench.control("POST", "settle", {}).json == {"settled": True}


def test_the_readme_names_every_control_path(bench):
    paths = {rule.rule for rule in control_rules(bench.sandbox.control)}

    assert {path for path in paths if f"{path}`" not in README} == set()


@pytest.mark.parametrize(("kind", "options"), [*GRAPH_KINDS.items(), *WEBHOOK_KINDS.items()])
def test_the_readme_names_every_fault_with_its_options(kind, options):
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{kind}` |")]

    assert {option for option in options if f"`{option}`" not in row} == set()
