"""The list of stores, and how long what lies there is kept, against the documents."""

import pytest
from docs_pages import coded, page, rows

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


@pytest.mark.parametrize("table", TABLES)
def test_items_are_those_of_the_data_model(table):
    listed = rows(DATA_MODEL.section(TABLES[table]), "`pk`")
    prefixes = {word.partition("#")[0] for row in listed for word in coded(row[0])}
    told = {each.prefix for each in stores() if (each.type, each.name) == ("table", table)}
    assert told - {""} == prefixes


def test_objects_are_told_of_in_the_data_model():
    text = DATA_MODEL.section("Buckets")
    archive = page("docs/archive-format.md").text + page("docs/audit-format.md").text
    for each in stores():
        if each.type == "bucket":
            assert each.name.lower().removesuffix("scanned") in text
            assert f"`{each.prefix}" in text or each.prefix in archive
