"""The worker dies at every call, runs twice, and twice at once: one export, the same one."""

import json

import pytest

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import UnknownExportError
from functions.core.archive.exports.model import State
from tests.fakes.exports import Office
from tests.fakes.reaper import Killed, Reaper
from tests.fakes.story import contact_id, say


@pytest.fixture
def _small_parts(monkeypatch):
    real = policy.number
    monkeypatch.setattr(
        policy, "number", lambda *path: 1 if path[-1] == "part_segments" else real(*path)
    )


def office():
    made = Office()
    for number in range(3):
        say(made, f"wamid.{number}", text=f"number {number}")
        made.archive()
    return made


def asked(made):
    return made.ask(contact_id=contact_id(made))


def content(made, export):
    document = json.loads(made.fetched(export, "export.json"))
    views = [entry["message"] for entry in document["entries"]]
    return views, document["completeness"], document["counts"]


@pytest.mark.usefixtures("_small_parts")
def test_dying_at_any_call_changes_nothing_of_the_export():
    first = office()
    whole = content(first, first.run(asked(first)))
    reaper = Reaper()
    other = office()
    other.worker(reaper.around).run(asked(other).id)
    assert {"store.planned", "store.finished", "bucket.writing", "heads.all"} <= set(reaper.calls)
    for at in range(len(reaper.calls)):
        for after in (False, True):
            made = office()
            export = asked(made)
            with pytest.raises(Killed):
                made.worker(Reaper(at=at, after=after).around).run(export.id)
            done = made.run(export)
            where = f"{'after' if after else 'before'} call {at}, {reaper.calls[at]}"
            assert done.state is State.READY, where
            assert content(made, done) == whole, where


@pytest.mark.usefixtures("_small_parts")
def test_two_workers_at_once_make_one_export():
    made = office()
    export = asked(made)
    first, second = made.worker(), made.worker()
    calls = 0

    class Interrupted:
        def __init__(self, part):
            self._part = part

        def __getattr__(self, method):
            def call(*arguments, **more):
                nonlocal calls
                calls += 1
                if calls == 5:
                    second.run(export.id)
                return getattr(self._part, method)(*arguments, **more)

            return call

    first = made.worker(lambda _name, part: Interrupted(part))
    first.run(export.id)
    done = made.store.load(export.id)
    entries, completeness, _ = content(made, done)
    assert len(entries) == 3
    assert completeness["complete"]


def test_what_is_archived_meanwhile_changes_no_plan():
    made = office()
    export = asked(made)
    worker = made.worker()
    plan = worker.planner.plan(export.id)
    say(made, "wamid.late", text="too late")
    made.archive()
    assert worker.planner.plan(export.id) == plan
    entries, completeness, _ = content(made, worker.run(export.id))
    assert len(entries) == 3
    assert completeness["complete"]


def test_assembled_twice_the_first_result_stays_and_is_still_given_once():
    made = office()
    export = made.run(asked(made))
    made.fetched(export, "export.json")
    again = made.worker().assembler.assemble(export.id)
    assert [file.object for file in again.files] == [file.object for file in export.files]
    shown = made.giving.show(export.id, client_id="auditor")
    tickets = {file["name"]: file["ticket"] for file in shown["files"]}
    assert tickets["export.json"] is None
    assert tickets["transcript.html"] is not None


def test_an_export_that_failed_is_not_brought_back_by_a_late_worker():
    made = office()
    export = asked(made)
    worker = made.worker()
    for part in range(worker.planner.plan(export.id).parts):
        worker.collector.collect(export.id, part)
    made.store.failed(export.id, "internal_error")
    assert worker.assembler.assemble(export.id).state is State.FAILED
    with pytest.raises(UnknownExportError):
        made.giving.read(
            export.id, "export.json", client_id="a", ticket="x" * 43, start=0, end=None
        )
