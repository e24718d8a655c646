"""Files of policies say what is wrong with them by file and line, before anything is deployed."""

import datetime as dt
import json
from calendar import monthrange
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import rules_from
from infra.config import load_stage
from infra.regimes.deadlines import deadlines_json
from infra.regimes.deriving import Chosen, derive, in_force, refuse_short_content
from infra.regimes.errors import PolicyError
from infra.regimes.model import RIGHTS, days_in
from infra.regimes.own import own
from infra.regimes.reading import regimes
from infra.regimes.stores import stores

HEAD = ["title = 'A'", "law = 'A'", "source = 'https://a.example'", "read = 2026-01-31"]
CLASS = {
    "id": "'a-1'",
    "kinds": "['communications']",
    "counts_from": "'receipt'",
    "least": "{ years = 3 }",
    "at_end": "'delete'",
    "law": "'Act 1'",
    "says": "'three years'",
    "valid_from": "2020-01-01",
    "source": "'https://a.example'",
    "read": "2026-01-31",
}
DEADLINE = {
    "id": "'a-d'",
    "rights": "['access']",
    "period": "{ days = 30 }",
    "aim": "{ days = 28 }",
    "calendar": "'calendar-days'",
    **{key: CLASS[key] for key in ("law", "says", "valid_from", "source", "read")},
}


def table(name, values, **changes):
    merged = {**values, **changes}
    return [f"[[{name}]]", *(f"{k} = {v}" for k, v in merged.items() if v is not None)]


def klass(**changes):
    return table("retention", CLASS, **changes)


def deadline(**changes):
    return table("deadline", DEADLINE, **changes)


def law(folder, *tables, name="a"):
    (folder / f"{name}.toml").write_text("\n".join([*HEAD, *(line for t in tables for line in t)]))
    return regimes.__wrapped__(folder)


def chosen(
    laws, *, requested=(), own_days=None, content_days=None, audit_days=2192, stage_file=None
):
    return Chosen(
        regimes=tuple(laws.values()),
        requested=requested,
        own_days=own_days or {},
        content_days=content_days or {},
        audit_days=audit_days,
        stage_file=stage_file,
    )


def kept(laws, kind=DataKind.COMMUNICATIONS, **options):
    return derive(own(), chosen(laws, **options))[kind]


# a class begins on line 5, its keys follow in order
@pytest.mark.parametrize(
    ("tables", "line", "complaint"),
    [
        ([klass(colour="'red'")], 16, "colour is unknown; known are"),
        ([klass(says=None)], 5, "says is missing"),
        ([klass(says="''")], 12, "says is of another type, or empty"),
        ([klass(read="'today'")], 15, "read is of another type"),
        ([klass(kinds="['letters']")], 7, "kind 'letters' is unknown"),
        ([klass(kinds="[]")], 7, "names kinds of data, or what keeps them"),
        ([klass(before_storage="'functions/nowhere'", kinds="[]")], 16, "which does not exist"),
        ([klass(least="{ decades = 1 }")], 9, 'least must be "own", { years = … }'),
        ([klass(least="{ days = -1 }")], 9, 'least must be "own"'),
        ([klass(least=None)], 5, "a-1 has neither least nor most"),
        ([klass(most="{ days = 7 }")], 9, "a-1 asks for at least 1096 days and at most 7"),
        ([klass(yields_to="'Act 2'")], 16, "a-1 has no most that could yield"),
        ([klass(valid_until="2019-12-31")], 16, "valid_until is before valid_from, 2020-01-01"),
        ([klass(), klass()], 16, "a-1 is valid from 2020-01-01, when a-1 at .*a.toml:5 still is"),
        ([deadline(rights="['silence']")], 7, "right 'silence' is unknown"),
        ([deadline(period="{ days = 1, months = 1 }")], 8, "period must be one number of months"),
        ([deadline(acknowledge="{ days = 3 }")], 16, "acknowledge must be one number of business"),
        ([deadline(aim="{ weeks = 4 }")], 9, "weeks is unknown; known are days"),
        ([deadline(calendar="'lunar'")], 10, "calendar must be one of regulation-1182-71"),
        ([deadline(), deadline(id="'a-e'")], 16, "a-e is valid from .*, when a-d at .*a.toml:5"),
    ],
)
def test_what_is_wrong_is_refused_with_file_and_line(tmp_path, tables, line, complaint):
    with pytest.raises(PolicyError, match=complaint) as refused:
        law(tmp_path, *tables)
    assert str(refused.value).startswith(f"{tmp_path}/a.toml:{line}: ")


def test_what_is_not_toml_and_what_is_missing_at_the_top_name_the_file(tmp_path):
    (tmp_path / "a.toml").write_text("title = ")
    with pytest.raises(PolicyError, match=r"a.toml: Invalid value"):
        regimes.__wrapped__(tmp_path)
    (tmp_path / "a.toml").write_text("title = 'A'")
    with pytest.raises(PolicyError, match=r"a.toml:1: law is missing"):
        regimes.__wrapped__(tmp_path)


def test_a_name_belongs_to_one_law(tmp_path):
    law(tmp_path, klass())
    with pytest.raises(PolicyError, match=r"b.toml:5: a-1 is the name of a class at .*a.toml:5"):
        law(tmp_path, klass(), name="b")


def test_a_new_version_of_a_class_takes_over_when_the_old_one_ends(tmp_path):
    old = klass(valid_until="2026-01-31")
    laws = law(tmp_path, old, klass(valid_from="2026-02-01", least="{ years = 5 }"))
    assert kept(laws).rule.least_days == days_in(3)
    read_later = {"a": replace(laws["a"], read=dt.date(2026, 2, 1))}
    assert kept(read_later).rule.least_days == days_in(5)


def test_a_duty_lengthens_what_we_chose_and_counts_as_the_reason(tmp_path):
    found = kept(law(tmp_path, klass(least="{ years = 9 }")))
    assert (found.rule.keep_days, found.own_days) == (3288, 1096)
    assert [(duty.id, duty.regime, duty.law) for duty in found.rule.duties] == [
        ("a-1", "a", "Act 1")
    ]


def test_what_we_chose_stays_when_it_is_longer_than_a_duty(tmp_path):
    found = kept(law(tmp_path, klass(least="{ days = 10 }")))
    assert (found.rule.keep_days, found.rule.least_days) == (1096, 10)


def test_a_law_can_shorten_what_we_chose(tmp_path):
    found = kept(law(tmp_path, klass(least=None, most="{ days = 90 }")))
    assert found.rule.keep_days == 90


def test_a_duty_wins_over_a_maximum_that_yields_and_says_why(tmp_path):
    soft = klass(id="'a-2'", least=None, most="{ years = 1 }", yields_to="'Article 17(3)(b)'")
    found = kept(law(tmp_path, klass(), soft))
    assert found.rule.keep_days == days_in(3)
    assert found.notes == ("a-1 wins over a-2: Article 17(3)(b)",)


def test_a_maximum_that_yields_to_nothing_contradicts_a_longer_duty(tmp_path):
    hard = klass(id="'b-1'", least=None, most="{ years = 1 }")
    law(tmp_path, klass())
    laws = law(tmp_path, hard, name="b")
    with pytest.raises(PolicyError, match=r"b.toml:5: b-1 .* 366 days.* a-1 at .*a.toml:5 .* 1096"):
        kept(laws)
    # who chose only one of the two has no contradiction
    assert kept({"b": laws["b"]}).rule.keep_days == 366


def stage_file(folder, line):
    path = folder / "prod.toml"
    path.write_text(f"portfolio_id = '1'\n\n[retention]\n{line}\n")
    return path


@pytest.mark.parametrize(
    ("days", "classes", "complaint"),
    [
        (400, [klass()], r"communications_days is 400, but a-1 \(Act 1\) asks for 1096"),
        (400, [klass(least=None, most="{ days = 90 }")], r"is 400, but a-1 \(Act 1\) allows 90"),
    ],
)
def test_a_stages_own_period_that_a_law_forbids_is_refused(tmp_path, days, classes, complaint):
    laws = law(tmp_path, *classes)
    path = stage_file(tmp_path, f"communications_days = {days}")
    with pytest.raises(PolicyError, match=rf"prod.toml:4: .*{complaint}"):
        kept(laws, own_days={DataKind.COMMUNICATIONS: days}, stage_file=path)


def test_a_stages_own_period_applies_where_laws_allow_it(tmp_path):
    laws = law(tmp_path, klass())
    path = stage_file(tmp_path, "communications_days = 4000")
    found = kept(laws, own_days={DataKind.COMMUNICATIONS: 4000}, stage_file=path)
    assert found.rule.keep_days == 4000


@pytest.mark.parametrize("days", [0, 1095])
def test_content_that_a_duty_wants_kept_cannot_be_left_out(tmp_path, days):
    laws = law(tmp_path, klass())
    path = tmp_path / "prod.toml"
    path.write_text("\n[content.service]\nstore = 'metadata'\n")
    picked = chosen(laws, content_days={"service": days}, stage_file=path)
    rule = derive(own(), picked)[DataKind.COMMUNICATIONS].rule
    complaint = rf"prod.toml:2: content of service is kept for {days} days, but a-1 .* 1096"
    with pytest.raises(PolicyError, match=complaint):
        refuse_short_content(picked, rule)
    refuse_short_content(replace(picked, content_days={"service": 1096}), rule)


def test_an_audit_log_that_is_locked_for_less_than_a_law_asks_is_refused(tmp_path):
    laws = law(tmp_path, klass(kinds="['audit']", least="{ years = 1 }"))
    assert kept(laws, DataKind.AUDIT).rule.keep_days == 2192
    with pytest.raises(PolicyError, match="audit is kept for 30 days in this stage, but a-1"):
        kept(laws, DataKind.AUDIT, audit_days=30)


def test_a_class_on_request_applies_only_when_it_is_asked_for(tmp_path):
    laws = law(tmp_path, klass(on_request="true", least="{ years = 7 }"))
    assert kept(laws).rule.duties == ()
    assert kept(laws, requested=("a-1",)).rule.least_days == 2557


def test_a_class_asked_for_belongs_to_a_law_that_was_chosen():
    dev = load_stage("dev")
    asked = replace(dev.tenant, retention_classes=("mifid-ii-16-7-requested",))
    with pytest.raises(PolicyError, match=r"dev.toml:1: mifid\S+ belongs to no law"):
        _ = replace(dev, tenant=asked).retention


laws_chosen = st.lists(st.sampled_from(sorted(regimes())), min_size=1, unique=True)
own_periods = st.dictionaries(
    st.sampled_from(["communications", "consent"]), st.integers(2600, 9000)
)


@given(names=laws_chosen, periods=own_periods)
def test_whatever_is_chosen_nothing_goes_before_a_duty_or_before_what_hangs_on_it(names, periods):
    picked = chosen(
        {name: regimes()[name] for name in names},
        own_days={DataKind(kind): days for kind, days in periods.items()},
        stage_file=load_stage("prod").chosen.stage_file,
    )
    found = derive(own(), picked)
    for each in in_force(picked):
        for kind in each.kinds:
            least = each.least if isinstance(each.least, int) else 0
            assert found[kind].rule.keep_days >= least
    days = {kind: each.rule.keep_days for kind, each in found.items()}
    assert days[DataKind.CONTACT] >= max(days[DataKind.COMMUNICATIONS], days[DataKind.CONSENT])
    assert days[DataKind.KEY] == max(days[k] for k in DataKind if k is not DataKind.AUDIT)
    assert all(days[DataKind(kind)] == period for kind, period in periods.items())


@given(years=st.integers(0, 40), begins=st.dates(dt.date(1950, 1, 1), dt.date(2050, 12, 31)))
def test_years_in_days_are_never_shorter_than_in_any_calendar(years, begins):
    last = monthrange(begins.year + years, begins.month)[1]
    same = begins.replace(year=begins.year + years, day=min(begins.day, last))
    assert 0 <= days_in(years) - (same - begins).days <= 1 + years // 100


def test_functions_are_told_of_every_kind_and_have_room_for_it():
    told = load_stage("prod").retention_rules
    rules = rules_from(told)
    assert set(rules) == set(DataKind)
    assert rules[DataKind.COMMUNICATIONS].least_days == 2192
    # Lambda's environment has 4 KB in all
    assert len(told) + len(load_stage("prod").deadlines) < 3200


DATES = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


def ends(day, *periods):
    """By the calendar, without holidays, which only make it later."""
    months = sum(p.get("months", 0) for p in periods)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    day = dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    day += dt.timedelta(days=sum(p.get("days", 0) for p in periods))
    for _ in range(sum(p.get("business_days", 0) for p in periods)):
        day += dt.timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))
    return day


def as_period(told):
    return {told["unit"]: told["count"]}


@given(names=laws_chosen, day=DATES, right=st.sampled_from(RIGHTS))
def test_the_time_that_is_told_is_never_later_than_any_law_allows(names, day, right):
    laws = [regimes()[name] for name in names]
    told = json.loads(deadlines_json(laws, otherwise=own().deadline))[right]
    answer, extension = as_period(told["answer"]), as_period(told["extension"])
    for each in (d for one in laws for d in one.current_deadlines if right in d.rights):
        assert ends(day, answer) <= ends(day, each.period)
        assert ends(day, answer, extension) <= ends(day, each.period, each.extension)
        assert each.law in told["law"]
    assert told["aim_days"] <= (ends(day, answer) - day).days + 1


def test_one_law_is_told_in_its_own_words():
    told = json.loads(load_stage("dev").deadlines)["access"]
    assert told == {
        "answer": {"count": 1, "unit": "months"},
        "extension": {"count": 2, "unit": "months"},
        "aim_days": 28,
        "law": "Regulation (EU) 2016/679, Article 12(3)",
    }


def test_a_right_that_no_chosen_law_times_gets_our_own_time():
    told = json.loads(deadlines_json([regimes()["sec"]], otherwise=own().deadline))
    assert told["erasure"]["answer"] == {"count": 30, "unit": "days"}


def test_whoever_applies_says_where_it_was_read_and_when():
    for name, each in regimes().items():
        assert each.retention or each.deadlines, name
        assert each.law, name
    for each in (c for one in regimes().values() for c in (*one.retention, *one.deadlines)):
        assert each.id.startswith(each.regime.removesuffix("2")), each.id


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("kind = 'letters'", "kind must be one of communications"),
        ("end = 'never'", "end must be one of workflow"),
        ("rights = 'somebody'", "rights must be one of contacts"),
        ("rights = 'none'", 'why says what stands behind rights = "none"'),
        ("colour = 'red'", "colour is unknown"),
    ],
)
def test_an_entry_of_the_list_of_stores_is_checked_by_its_line(tmp_path, change, complaint):
    entry = {"name": "'A'", "kind": "'export'", "end": "'ttl'", "rights": "'exports'"}
    key, _, value = change.partition(" = ")
    lines = [f"{k} = {v}" for k, v in {**entry, key: value}.items()]
    path = tmp_path / "stores.toml"
    path.write_text("\n".join(["[[table]]", *lines]))
    with pytest.raises(PolicyError, match=rf"stores.toml:[2-6]: {complaint}"):
        stores(path)
