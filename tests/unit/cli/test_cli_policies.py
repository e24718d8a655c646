"""What is explained is what is deployed, with the law behind it."""

from dataclasses import replace

import pytest

from cli import policies
from cli.errors import CliError
from cli.main import main
from functions.core.retention.kinds import DataKind
from infra.config import load_stage


def told(name="prod"):
    return " ".join("\n".join(policies.explain(name)).split())


def with_tenant(monkeypatch, **changes):
    def load(name):
        stage = load_stage(name)
        return replace(stage, tenant=replace(stage.tenant, **changes))

    monkeypatch.setattr(policies, "load_stage", load)


def test_every_kind_of_data_is_explained_with_its_days_and_every_duty_with_its_law():
    text = told()
    for kind, found in load_stage("prod").retention.items():
        assert f"{kind}: {found.choice.what} Kept for {found.rule.keep_days:,} days from" in text
        for duty in found.rule.duties:
            assert f"At least {duty.days:,} days: {duty.id} ({duty.law})" in text


def test_it_says_what_happens_at_the_end_and_when_a_person_asks():
    text = told()
    assert "table Conversations (THREAD, MESSAGE, MEDIA); bucket Media" in text
    assert "deleted by the retention workflow" in text
    assert "When the person asks: what is older than 2,192 days is erased" in text
    assert "Never stored, so never deleted: pci-3-3-1" in text
    assert "The archive is locked for 2,192 days (COMPLIANCE, hipaa-164-316-b-2)" in text


def test_it_says_in_which_time_a_person_is_answered():
    assert "access: within 1 month, 2 months more with notice and reason; aimed at 28" in told(
        "dev"
    )
    assert "objection: within 19 days; aimed at 14 days. ccpa-7026-f" in told()
    assert "confirmed within 10 working days" in told()


def test_without_a_duty_everything_goes_when_a_person_asks(monkeypatch):
    with_tenant(monkeypatch, regimes=("gdpr",))
    text = told()
    assert "communications" in text
    assert "Erased earlier when the person asks for it" in text
    assert "older than 2,192" not in text
    assert "Our own choice: claims about what was said" in text


def test_content_that_is_kept_for_less_time_is_told(monkeypatch):
    assert "less is kept" not in told()
    content = {"marketing": {"store": "metadata"}, "service": {"days": 1}}
    with_tenant(monkeypatch, regimes=("gdpr",), content=content, profile_names=False)
    text = told()
    assert "content of marketing: kept not at all" in text
    assert "content of service: kept for 1 day" in text
    assert "names that people gave themselves: not kept" in text


def test_a_right_without_a_law_gets_our_own_time(monkeypatch):
    with_tenant(monkeypatch, regimes=("sec",), retention={"communications_days": 5000})
    text = told()
    assert "erasure: within 30 days; aimed at 28 days. No chosen law says by when" in text
    assert "Kept for 5,000 days" in text


def test_what_is_wrong_is_told_with_file_and_line(monkeypatch):
    with_tenant(monkeypatch, regimes=("sec",), retention={"communications_days": 5})
    with pytest.raises(CliError, match=r"prod.toml:1: communications_days is 5, but sec-17a-4-b-4"):
        policies.explain("prod")


def test_the_command_prints_it_and_ends_well(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["policies", "explain", "--stage", "dev"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert f"{DataKind.COMMUNICATIONS}: messages" in out
