"""Three people in every store: free, under a duty, held. What each is given, and keeps."""

import json
import secrets
from datetime import UTC, datetime

import e2e_rights
import pytest
from e2e_consent import ask, gate

from cli.http import call
from cli.local.clients import client_of
from cli.restore import replay

WORDS = ("free", "duty", "held")


class People:
    """`words`: what nobody else says; `desk`, `second`: two clients of the business."""

    def __init__(self, platform):
        self.platform = platform
        self.desk = e2e_rights.office(platform)
        self.second = client_of(platform.facts, "ApproverClientId", *e2e_rights.SECOND)
        self.eye = e2e_rights.eye(platform)
        self.words = {name: f"canary-{name}-{secrets.token_hex(6)}" for name in WORDS}
        made = {n: e2e_rights.person(platform, self.desk, w) for n, w in self.words.items()}
        self.phones = {name: phone for name, (phone, _) in made.items()}
        self.ids = {name: contact_id for name, (_, contact_id) in made.items()}
        for name in ("duty", "held"):
            e2e_rights.agrees(platform, self.desk, self.ids[name], self.words[name])
        platform.settle()

    def seen(self, name):
        """How often something of theirs can be read, with every key that there is."""
        return self.eye.counts(self.words[name], self.phones[name])

    def done(self, name, right, **more):
        return e2e_rights.done(self.platform, self.desk, self.second, self.ids[name], right, **more)

    def file(self, request, name):
        """Once, against its ticket."""
        path = f"/v1/rights/requests/{request['id']}/files"
        items = ask(self.platform, self.desk, "GET", path).body["items"]
        tickets = {each["name"]: each["ticket"] for each in items}
        headers = {**self.desk.authorization, "Amana-Ticket": tickets[name]}
        headers |= {"Accept": "application/octet-stream"}
        url = f"{self.platform.facts.api_url}{path}/{name}"
        answer = call("GET", url, headers=headers)
        assert answer.status == 200, answer.text
        return answer.raw


@pytest.fixture(scope="module")
def people(platform):
    people = People(platform)
    # archived, and their pictures fetched
    platform.eventually(lambda: all(people.seen(name) >= 5 for name in WORDS), seconds=90)
    return people


def test_access_gives_all_of_one_person_and_nothing_of_another(platform, people):
    done = people.done("duty", "access")
    assert (done["state"], done["outcome"]) == ("complete", "given")
    data = people.file(done, "data.json").decode()
    page = people.file(done, "data.html").decode()
    word, phone = people.words["duty"], people.phones["duty"]
    for told in (f"text {word}", f"caption {word}", f"Name {word}", phone):
        assert told in data
        assert told in page
    assert f'"{word}"' in json.dumps(json.loads(data))  # what their consent rests on
    for other in ("free", "held"):
        assert people.words[other] not in data + page
        assert people.phones[other] not in data + page


def test_erasure_takes_what_no_law_keeps_and_says_what_stays(platform, people):
    before = {name: people.seen(name) for name in WORDS}
    people.copies, people.copied = people.eye.copies(), datetime.now(UTC)
    people.hold = e2e_rights.held(platform, people.desk, people.ids["held"])
    outcomes = {name: people.done(name, "erasure") for name in WORDS}
    assert {name: each["outcome"] for name, each in outcomes.items()} == {
        "free": "erased",
        "duty": "erased_except_retained",
        "held": "restricted_under_hold",
    }
    assert people.eye.where(people.words["free"], people.phones["free"]) == []
    assert people.seen("held") >= before["held"]
    left = people.eye.where(f"text {people.words['duty']}", f"caption {people.words['duty']}")
    assert [each for each in left if b"'pk': 'MESSAGE#" in each] == []
    assert people.eye.where(people.words["duty"])
    certificate = json.loads(people.file(outcomes["free"], "certificate.json"))
    assert people.phones["free"] not in json.dumps(certificate)


def test_after_a_restore_of_yesterdays_tables_and_a_replay_nobody_is_back(platform, people):
    kept = {name: people.seen(name) for name in ("duty", "held")}
    people.eye.restore(people.copies)
    assert people.seen("free") > 0
    told = replay(platform.stage, people.copied.isoformat())
    assert told["again"] >= 1
    assert people.eye.where(people.words["free"], people.phones["free"]) == []
    assert people.seen("held") >= kept["held"]
    left = people.eye.where(f"text {people.words['duty']}", f"caption {people.words['duty']}")
    assert [each for each in left if b"'pk': 'MESSAGE#" in each] == []


def test_nothing_is_sent_to_who_is_restricted(platform, people):
    for name in ("duty", "held"):
        message = {"to": f"+{people.phones[name]}", "type": "text", "text": {"body": "Hello"}}
        assert "restricted" in [each["code"] for each in gate(platform, message)["reasons"]]


def test_a_request_for_nobody_answers_like_any_other(platform, people):
    nobody = "n" + "a" * 20 + "~1"
    answers = []
    for contact_id in (nobody, people.ids["held"]):
        body = {"contact_id": contact_id, "right": "portability", "source": "staff"}
        answer = e2e_rights.post(platform, people.desk, "/v1/rights/requests", body)
        assert answer.status == 201, answer.text
        told = {k: v for k, v in answer.body.items() if k not in ("id", "contact_id", "filed_at")}
        answers.append((answer.status, told))
    assert answers[0] == answers[1]


def test_a_hold_is_lifted_by_two(platform, people):
    path = f"/v1/holds/{people.hold}"

    def stands(state):
        return ask(platform, people.desk, "GET", path).body["status"] == state

    # the archive has been gone through
    platform.eventually(lambda: stands("active"), seconds=180)
    assert ask(platform, people.second, "POST", f"{path}/lift", {}).status == 409
    assert ask(platform, people.desk, "POST", f"{path}/lift-request", {}).status == 200
    assert ask(platform, people.second, "POST", f"{path}/lift", {}).status == 202
    platform.eventually(lambda: stands("lifted"), seconds=180)
