"""The list of stores, and how long what lies there is kept, against the documents."""

import docs_source
import pytest
from docs_pages import coded, page, rows

from functions.core.rights.handlers import HANDLERS
from infra.regimes.stores import stores

DATA_MODEL = page("docs/data-model.md")
TABLES = {
    "Conversations": "Conversations table",
    "ContentKeys": "Keys table",
    "Compliance": "Compliance table",
    "Outbox": "Outbox table",
    "Cosigned": "Witness table",
    "Consent": "Consent table",
    "Ephemeral": "Ephemeral table",
}


# sort keys, and attributes of indexes that hold a shard
NO_PARTITIONS = {
    *("PARTICIPANT", "ACCESS", "EVENT", "CHUNK", "REPORT", "STEP"),
    *("RECENT", "DUE"),
}


@pytest.mark.parametrize("table", TABLES)
def test_items_of_the_data_model_are_accounted_for(table):
    listed = rows(DATA_MODEL.section(TABLES[table]), "`pk`")
    prefixes = {word.partition("#")[0] for row in listed for word in coded(row[0])}
    assert prefixes <= {each.prefix for each in stores() if each.name == table}


def test_items_that_the_code_makes_are_accounted_for_and_no_others():
    told = {each.prefix for each in stores() if each.type == "table"} - {""}
    assert docs_source.key_prefixes() - NO_PARTITIONS == told


def test_handlers_are_all_of_use():
    named = {each.rights for each in stores()}
    assert named == {*HANDLERS, "none"}


def test_objects_are_told_of_in_the_data_model():
    text = DATA_MODEL.section("Buckets")
    archive = page("docs/archive-format.md").text + page("docs/audit-format.md").text
    for each in stores():
        if each.type == "bucket":
            assert each.name.lower().removesuffix("scanned") in text
            assert f"`{each.prefix}" in text or each.prefix in archive
