"""The page about policies says what the policies say."""

from docs_pages import coded, page, rows

from infra.config import load_stage
from infra.regimes import reading
from infra.regimes.own import own
from infra.regimes.reading import regimes

PAGE = page("docs/policies.md")


def listed(days):
    return f"{days:,}"


def test_kinds_of_data_have_their_days():
    prod = load_stage("prod").retention
    alone = own().choices
    expected = [
        [
            f"`{kind}`",
            each.choice.what,
            each.choice.counts_from,
            "see below" if alone[kind].at_least else listed(each.own_days),
            listed(each.rule.keep_days),
        ]
        for kind, each in prod.items()
    ]
    assert rows(PAGE.section("Kinds of data"), "kind") == expected


def spoken(period):
    return " ".join(f"{count} {unit.replace('_', ' ')}" for unit, count in period.items())


def test_laws_have_their_classes_and_deadlines():
    expected = [
        [
            law.title,
            f"`policies/regimes/{name}.toml`",
            ", ".join(f"`{each.id}`" for each in law.retention),
            ", ".join(f"`{each.id}`: {spoken(each.period)}" for each in law.deadlines) or "none",
        ]
        for name, law in regimes().items()
    ]
    assert rows(PAGE.section("Laws"), "law") == expected


def test_keys_of_entries_are_those_that_are_read():
    table = {
        coded(row[0])[0]: set(coded(row[1])) for row in rows(PAGE.section("Adding a law"), "entry")
    }
    for entry, shape in (
        ("[[retention]]", reading._RETENTION),
        ("[[deadline]]", reading._DEADLINE),
    ):
        keys = {key.rstrip("?") for key in shape}
        assert keys <= table[entry]
        assert {word for word in table[entry] if word.isidentifier()} == keys
