"""Tables in the documents say what the code says."""

import dataclasses
import re

import docs_source
from docs_pages import coded, first_column, page, rows

from cli.local.facts import Facts
from functions.archive_api.operations import OPERATIONS as ARCHIVE_OPERATIONS
from functions.audit_api.operations import OPERATIONS as AUDIT_OPERATIONS
from functions.consent_api import answers as consent_answers
from functions.consent_api.operations import OPERATIONS as CONSENT_OPERATIONS
from functions.core.content.epochs import EpochRules
from functions.core.conversations.model import SHARDS, FactKind
from functions.core.media.bodies import Medium, UploadRequest
from functions.core.runtime.policies import value
from functions.core.sending.messages import _MODELS
from functions.core.sending.model import SendState
from functions.disclosure.operations import OPERATIONS as DISCLOSURE_OPERATIONS
from functions.holds_api.operations import OPERATIONS as HOLDS_OPERATIONS
from functions.media_api.operations import OPERATIONS as MEDIA_OPERATIONS
from functions.messages_api import answers
from functions.messages_api.operations import OPERATIONS
from functions.rights_api.operations import OPERATIONS as RIGHTS_OPERATIONS
from infra.config import StageConfig, load_stage
from infra.regimes.reading import regimes
from infra.stacks.routes import ROUTES
from infra.stage_checks import CONTROLLER
from infra.tenant import Tenant

ARCHITECTURE = page("docs/architecture.md")
RUNBOOK = page("docs/operations.md")
API = page("docs/api.md")
DATA_MODEL = page("docs/data-model.md")
STAGES = ("dev", "staging", "prod")


def test_functions_are_those_that_are_deployed():
    listed = first_column(ARCHITECTURE.section("Functions"), "function")
    assert sorted(listed) == sorted(docs_source.function_names())


def test_the_batch_of_inbound_is_the_one_of_its_queue():
    [row] = [r for r in rows(ARCHITECTURE.section("Functions"), "function") if "inbound" in r[0]]
    batch = docs_source.constant("infra/stacks/sizes.py", "INBOUND_BATCH")
    assert f"up to {batch} bodies" in row[1]


def test_outputs_are_those_of_the_stacks():
    table = {coded(row[0])[0]: row[1] for row in rows(ARCHITECTURE.section("Outputs"), "stack")}
    listed = {stack: set(coded(cell)) for stack, cell in table.items()}
    assert listed == docs_source.outputs()


def test_stacks_are_those_that_exist():
    listed = first_column(ARCHITECTURE.text, "stack")
    assert set(listed) == set(docs_source.outputs())


def test_fields_of_local_json_are_those_that_are_written():
    listed = first_column(ARCHITECTURE.section("The local platform"), "field")
    assert sorted(listed) == sorted(field.name for field in dataclasses.fields(Facts))


def test_every_alarm_has_its_line_in_the_runbook():
    listed = first_column(RUNBOOK.section("Alarms"), "alarm")
    assert sorted(listed) == sorted(docs_source.alarms())


def test_every_metric_is_explained_with_its_dimension():
    table = rows(RUNBOOK.section("Metrics"), "metric")
    listed = {coded(row[0])[0]: "".join(coded(row[1])) for row in table}
    assert listed == docs_source.metrics()


def numbers(stage: StageConfig) -> dict[str, str]:
    def throttled(throttle):
        return f"{throttle.requests_per_second} ({throttle.burst})"

    at_once = {f"`{name}` at once": n for name, n in vars(stage.concurrency).items() if n > 1}
    return {
        "keeps data when a stack goes": "yes" if stage.retain else "no",
        "logs, days": str(stage.log_retention_days),
        "webhook, requests a second (burst)": throttled(stage.webhook_throttle),
        "API, requests a second (burst)": throttled(stage.api_throttle),
        "webhook, requests of one address in five minutes": str(stage.webhook_requests_per_address),
        "API, requests of one address in five minutes": str(stage.api_requests_per_address),
        **{name: str(n) for name, n in at_once.items()},
        "queue age that alarms, seconds": str(stage.queue_age_alarm_seconds),
        "ambiguous send waits, seconds": str(stage.ambiguous_wait_seconds),
        "content keys wrapped anew, every … days": str(stage.epoch_days),
        "a destroyed key is unrecoverable from any backup within, days": str(bound(stage)),
        "lock of the archive": stage.archive_lock_mode,
        "archive locked for, days, unless the stage file names laws": str(
            stage.archive_retention.days
        ),
        "no archive lock longer than, days": str(stage.archive_retention_bound_days),
        "audit log kept and locked for, days": str(stage.audit_retention_days),
        "partial tiles of the audit log kept for, days": str(stage.audit_partial_days),
    }


def bound(stage: StageConfig) -> int:
    rules = EpochRules(epoch_days=stage.epoch_days, pending_days=stage.epoch_key_pending_days)
    return rules.bound_days


def test_stages_have_the_numbers_of_their_configuration():
    table = {row[0]: row[1:] for row in rows(RUNBOOK.section("Stages"), "")}
    for place, stage in enumerate(STAGES):
        listed = {name: cells[place] for name, cells in table.items()}
        assert listed == numbers(load_stage(stage))


def test_routes_and_scopes_are_those_of_the_api():
    table = rows(API.section("Routes"), "route")
    listed = {coded(row[0])[0]: "".join(coded(row[1])) for row in table}
    operations = (*OPERATIONS, *MEDIA_OPERATIONS, *ARCHIVE_OPERATIONS, *AUDIT_OPERATIONS)
    operations += (*CONSENT_OPERATIONS, *RIGHTS_OPERATIONS, *DISCLOSURE_OPERATIONS)
    operations += HOLDS_OPERATIONS
    assert listed == {f"{each.method} {each.path}": each.scope or "" for each in operations}


def test_routes_are_those_that_api_gateway_lets_through():
    listed = {
        re.sub(r"\{\w+\}", "{}", coded(row[0])[0]) for row in rows(API.section("Routes"), "route")
    }
    assert listed == {re.sub(r"\{\w+\}", "{}", f"{r.method} /{r.path}") for r in ROUTES}


def test_message_types_are_those_that_are_taken_and_say_whether_they_need_a_window():
    table = rows(API.section("Sending"), "`type`")
    listed = {word: row[1] == "yes" for row in table for word in coded(row[0])}
    assert listed == {name: model.free_form for name, model in _MODELS.items()}


def test_statuses_hold_every_state_a_message_can_end_in():
    listed = set(first_column(API.section("What becomes of it"), "status"))
    assert {state.value for state in SendState} <= listed


def test_reasons_are_those_of_the_gate():
    listed = first_column(API.section("What becomes of it"), "reason")
    assert sorted(listed) == sorted(docs_source.reasons())


def test_problems_are_those_that_are_answered():
    table = rows(API.section("Errors"), "status")
    listed = {(int(row[0]), coded(row[1])[0]) for row in table}
    assert listed == docs_source.problems()
    promised = {status for each in OPERATIONS for status in each.problems}
    assert promised <= {status for status, _ in listed}


def test_fields_of_answers_are_named():
    for answer in (answers.Message, answers.AccountUpdate, answers.Conversation):
        assert set(answer.model_fields) <= set(coded(API.section("Reading"))), answer
    assert set(answers.Accepted.model_fields) <= set(
        re.findall(r'"(\w+)"', API.section("Sending")) + coded(API.section("Sending"))
    )
    contacts = API.section("Contacts and consents")
    for name in ("Contact", "Restricted", "Consents", "Consent", "Notice", "OpenRequest"):
        assert set(getattr(consent_answers, name).model_fields) <= set(coded(contacts)), name
    for name in ("Event", "Asked"):
        assert set(getattr(consent_answers, name).model_fields) <= set(coded(contacts)), name
    assert set(Medium.model_fields) <= set(coded(API.section("Fetching a file")))
    assert set(UploadRequest.model_fields) <= set(
        re.findall(r'"(\w+)"', API.section("Sending a file")) + coded(API.section("Sending a file"))
    )


def test_keys_are_those_that_the_code_makes():
    listed = {word.partition("#")[0] for word in first_column(DATA_MODEL.text, "`pk`")}
    # `sk` prefixes, and attributes of indexes that hold a shard
    others = {"PARTICIPANT", "ACCESS", "EVENT", "CHUNK", "REPORT", "OBJECT", "RECENT", "DUE"}
    assert listed == docs_source.key_prefixes() - others


def test_keys_of_the_stage_file_are_told_in_the_readme():
    [block] = page("README.md").blocks("toml")
    fields = {field.name for field in dataclasses.fields(Tenant)}
    keys, _, controller = block.partition("[controller]")
    assert set(re.findall(r"^#? ?(\w+) = ", keys, re.MULTILINE)) == fields - {"controller"}
    assert set(re.findall(r"^(\w+) = ", controller, re.MULTILINE)) == set(CONTROLLER)


def test_laws_named_as_examples_are_not_made_up():
    [block] = page("README.md").blocks("toml")
    [laws] = re.findall(r"regimes = \[(.*?)\]", block)
    [classes] = re.findall(r"retention_classes = \[(.*?)\]", block)
    assert set(re.findall(r'"([^"]+)"', laws)) <= set(regimes())
    on_request = {c.id for law in regimes().values() for c in law.retention if c.on_request}
    assert set(re.findall(r'"([^"]+)"', classes)) <= on_request


def test_indexes_are_those_of_the_table():
    table = rows(DATA_MODEL.text, "index")
    listed = {tuple(word for cell in row[:3] for word in coded(cell)) for row in table}
    assert listed == docs_source.indexes()
    assert f"{SHARDS} shards" in DATA_MODEL.text


def test_kinds_of_facts_are_all_there():
    listed = first_column(DATA_MODEL.text, "fact kind")
    assert sorted(listed) == sorted(kind.value for kind in FactKind)


def test_days_that_messages_are_kept_are_those_of_the_queues():
    days = docs_source.constant("infra/constructs/queues.py", "QUEUE_RETENTION_DAYS")
    dead = value("aws_limits", "sqs_retention")
    text = DATA_MODEL.text
    assert f"{days + dead + 1} days: {dead} in a dead-letter queue, {days} in the queue" in text
    assert f"{days} days, then {dead} in its dead-letter queue" in text


def test_the_limits_named_in_decisions_are_those_of_the_code():
    queue = page("docs/decisions/0008-send-queue-on-the-thread.md").in_one_line
    each = docs_source.constant("functions/wakeup/handler.py", "_MOST_PER_SHARD")
    assert f"{each} threads of each of {SHARDS} shards" in queue
    assert f"{each * SHARDS:,} threads a minute" in queue
    assert f"at most {load_stage('prod').max_pending_per_conversation} pending" in queue
    window = page("docs/decisions/0009-free-entry-point-window-from-the-arrival.md").in_one_line
    assert f"for {value('platform_limits', 'window', 'entry_point_hours')} hours" in window
    again = page("docs/decisions/0024-the-keys-table-is-in-every-backup.md").in_one_line
    assert (
        f"in batches of {docs_source.constant('functions/epoch/steps.py', '_KEYS_A_STEP'):,}"
        in again
    )
    packs = page("docs/decisions/0013-table-rest-jsonpath.md").in_one_line
    assert f"more than {docs_source.constant('infra/gate.py', 'MOST_RULES')}" in packs
