"""The stacks of one stage: ten, and a witness where its file asks for one."""

import json
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R4Checks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)

from infra.config import StageConfig
from infra.processes import ROOT
from infra.retention import check
from infra.stacks.api import ApiStack
from infra.stacks.audit import AuditStack
from infra.stacks.consent import ConsentStack
from infra.stacks.content import ContentStack
from infra.stacks.data import DataStack
from infra.stacks.ingress import IngressStack
from infra.stacks.messaging import MessagingStack
from infra.stacks.observability import ObservabilityStack
from infra.stacks.retention import RetentionStack
from infra.stacks.rights import RightsStack
from infra.stacks.witness import WitnessStack

PACKS = (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R4Checks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)


def new_app(*, outdir: Path | None = None) -> cdk.App:
    """An app that writes the same templates wherever and by whomever it is run."""
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return cdk.App(
        analytics_reporting=False,
        tree_metadata=False,
        stack_traces=False,
        context=context,
        outdir=str(outdir) if outdir else None,
    )


def add_stacks(app: cdk.App, stage: StageConfig, assets: Path) -> None:
    """Refuses a stage whose policies contradict each other, before anything is made of it."""
    check(stage.chosen)
    data = DataStack(app, stage=stage)
    ingress = IngressStack(app, stage=stage, assets=assets, data=data)
    messaging = MessagingStack(app, stage=stage, assets=assets, data=data, ingress=ingress)
    consent = ConsentStack(app, stage=stage, assets=assets, data=data, messaging=messaging)
    retention = RetentionStack(app, stage=stage, assets=assets, data=data)
    rights = RightsStack(app, stage=stage, assets=assets, data=data, messaging=messaging)
    api = ApiStack(
        app,
        stage=stage,
        assets=assets,
        data=data,
        messaging=messaging,
        consent=consent,
        retention=retention,
        rights=rights,
    )
    content = ContentStack(app, stage=stage, assets=assets, data=data, messaging=messaging, api=api)
    chosen = stage.tenant.witness
    witness = WitnessStack(app, stage=stage, assets=assets, chosen=chosen) if chosen else None
    audit = AuditStack(app, stage=stage, assets=assets, data=data, witness=witness)
    ObservabilityStack(
        app,
        stage=stage,
        data=data,
        ingress=ingress,
        messaging=messaging,
        api=api,
        content=content,
        audit=audit,
    )


def synthesise(stage: StageConfig, assets: Path, *, outdir: Path) -> None:
    """The cloud assembly of a stage with the packs' report, also when the packs refuse it."""
    app = new_app(outdir=outdir)
    add_stacks(app, stage, assets)
    if not stage.is_local:
        add_rule_packs(app)
    try:
        app.synth()
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise


def add_rule_packs(app: cdk.App) -> None:
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
