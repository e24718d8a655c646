"""What is said of keys, media, archive and exports is what the code and its policies say."""

import docs_source
from docs_pages import coded, first_column, page, rows

from functions.core.content import records
from functions.core.content.epochs import EpochRules
from functions.core.content.keystore import EpochState
from functions.core.media.model import Reason, State
from functions.core.runtime.policies import load, value
from infra.config import load_stage
from tests.unit.cards.cards_corpus import negatives, positives

RUNBOOK = page("docs/operations.md")
API = page("docs/api.md")
DATA_MODEL = page("docs/data-model.md")
STAGES = ("dev", "staging", "prod")


def bound(name: str) -> int:
    stage = load_stage(name)
    rules = EpochRules(epoch_days=stage.epoch_days, pending_days=stage.epoch_key_pending_days)
    return rules.bound_days


def test_the_bound_for_destroyed_keys_is_the_one_of_the_stages_wherever_it_is_told():
    assert [load_stage(name).unrecoverable_within_days for name in STAGES] == [
        bound(name) for name in STAGES
    ]
    table = {row[0]: row[1:] for row in rows(RUNBOOK.section("Stages"), "")}
    [told] = [cells for name, cells in table.items() if "unrecoverable" in name]
    assert told == [str(bound(name)) for name in STAGES]
    epochs = page("docs/decisions/0024-the-keys-table-is-in-every-backup.md").in_one_line
    assert bound("prod") == bound("staging")
    assert bound("dev") == bound("local")
    assert f"{bound('prod')} days in `staging` and `prod`, {bound('dev')} in `dev`" in epochs
    roots = page("docs/decisions/0016-content-keys-under-an-epoch-root.md").in_one_line
    assert f"{bound('prod')} days in production" in roots
    assert f"within {bound('prod')} days in production" in page("README.md").in_one_line
    assert f"within {bound('prod')} days ({bound('dev')} in" in page("CHANGELOG.md").in_one_line


def test_states_of_media_are_told_alike_in_all_places():
    states = sorted(state.value for state in State)
    assert sorted(first_column(API.section("Fetching a file"), "`state`")) == states
    assert sorted(first_column(DATA_MODEL.text, "medium state")) == states


def test_what_waits_for_media_has_its_line_in_the_runbook():
    listed = set(first_column(RUNBOOK.section("Media wait"), "reason"))
    assert listed <= {reason.value for reason in Reason}


def test_numbers_of_media_and_exports_are_those_of_the_policies():
    text = API.in_one_line
    mib = value("media", "download", "range") // 2**20
    assert value("archive", "download", "range") == value("media", "download", "range")
    assert f"at most {mib} MiB" in text
    assert f"`part_bytes` ({value('media', 'upload', 'part') // 2**20} MiB)" in text
    assert value("media", "download", "ticket") == 5 * 60
    assert "good for five minutes" in text
    assert f"good for {value('archive', 'download', 'ticket') // 60} minutes" in text
    assert f"(over {value('archive', 'export', 'largest') // 10**6} MB of content" in text
    assert f"({value('archive', 'export', 'available')} hours after it was asked for)" in text
    assert f"1 to {value('archive', 'export', 'reason')} characters" in text
    assert f"for {value('media', 'lifetime', 'uploaded_id')} days: upload it again" in text
    assert f"not complete after {value('media', 'upload', 'open')} hours" in text


def test_how_long_media_are_tried_is_what_the_policy_adds_up_to():
    pauses = value("media", "fetch", "retries")
    tries = value("media", "fetch", "tries")
    assert pauses == [10, 60, 300, 900, 3600]
    seconds = sum(pauses) + pauses[-1] * (tries - 1 - len(pauses))
    text = RUNBOOK.section("Media wait")
    assert f"{tries} tries in all, a little over {seconds // 3600} hours" in " ".join(text.split())


def test_sealed_fields_are_those_of_the_store():
    sealed = {kind: set(fields) for kind, fields in records._FIELDS.items()}
    listed: dict[str, set[str]] = {}
    for row in rows(DATA_MODEL.text, "sealed in"):
        listed.setdefault(coded(row[0])[0], set()).update(coded(row[1]))
    # facts and account updates have one such field, exports another
    assert listed.pop("EXPORT") == {"reason"}
    assert listed.pop("HOLD") == {"matter", "authority"}
    assert listed.pop("ACCOUNT") == {"raw"}
    assert listed == {**sealed, "MESSAGE": {*sealed["MESSAGE"], "raw"}}


def test_states_of_epochs_are_all_there():
    text = " ".join(DATA_MODEL.section("Keys table").split())
    assert all(f"`{state.value}`" in text for state in EpochState)


def test_secrets_are_read_by_those_that_are_told_of_them():
    listed = {coded(row[0])[0]: set(coded(row[2])) for row in rows(DATA_MODEL.text, "secret")}
    settings = {name: docs_source.settings_of(name) for name in docs_source.function_names()}
    for secret, field in (
        ("meta", "meta_secret_arn"),
        ("access-token", "access_token_secret_arn"),
        ("pseudonym", "pseudonym_secret_arn"),
    ):
        readers = {name for name, fields in settings.items() if field in fields}
        assert listed[f"amana/<stage>/{secret}"] == readers


def test_the_corpus_of_card_numbers_is_as_large_as_is_told():
    told = page("docs/decisions/0020-card-numbers-are-masked-before-the-first-write.md").in_one_line
    assert f"{len(positives())} of {len(positives())} numbers found" in told
    assert f"none of {len(negatives())} others" in told


def test_what_joins_pieces_of_card_numbers_is_what_the_policy_says():
    told = page("docs/decisions/0020-card-numbers-are-masked-before-the-first-write.md").in_one_line
    split = load("cards")["split"]
    assert split["seconds"] == 10 * 60
    assert split["messages"] == 6
    assert "more than ten minutes, six messages or one person apart" in told
    languages = [name for name in load("cards")["deflection"] if len(name) == len("en")]
    assert len(languages) == 12
    assert "in twelve languages" in page("CHANGELOG.md").in_one_line


def test_the_archive_is_locked_for_as_long_as_is_told():
    days = load_stage("prod").archive_retention.days
    told = page("docs/decisions/0026-the-archive-bucket-refuses-everybody.md").in_one_line
    assert f"`prod` locks for {days:,} days" in told
    assert load_stage("prod").archive_retention.name == "hipaa-164-316-b-2"
    assert "locked for six years" in page("README.md").in_one_line
