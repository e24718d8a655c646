"""Stages as typed data: what differs between dev, staging, prod and local, and nothing else.

The numbers of a stage are set here; who it belongs to stands in `infra/stages/<stage>.toml`.
"""

import platform
import sys
from dataclasses import dataclass, field
from typing import Literal, get_args

from functions.core.content.epochs import EpochRules
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import rules_json
from functions.core.runtime.policies import value
from infra.limits import limit
from infra.regimes.deadlines import deadlines_json
from infra.regimes.deriving import Chosen, Derived
from infra.regimes.own import own
from infra.retention import Retention, all_regimes, chosen, derived, lock, longest_class_days
from infra.tenant import Tenant, load_tenant
from infra.throughput import Concurrency, Throttle

StageName = Literal["dev", "staging", "prod", "local"]
LockMode = Literal["GOVERNANCE", "COMPLIANCE"]
Architecture = Literal["arm64", "x86_64"]

# Lambda's newest Python, as the rule packs ask; every locked package has wheels for it.
LAMBDA_PYTHON = "3.14"


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    name: StageName
    tenant: Tenant
    # production stages keep data when a stack goes, and refuse to delete it
    retain: bool
    log_retention_days: Literal[7, 30, 90, 400]
    tracing: bool
    # weekly copies in a vault of their own
    backups: bool
    webhook_throttle: Throttle
    api_throttle: Throttle
    # per client address and five minutes
    webhook_requests_per_address: int
    api_requests_per_address: int
    concurrency: Concurrency
    # alarm when the oldest message of a queue has waited this long
    queue_age_alarm_seconds: int
    # COMPLIANCE is shortened by nobody, not even by the account's owner
    archive_lock_mode: LockMode
    # laws that apply when the stage file names none
    default_regimes: tuple[str, ...]
    # no object is locked for longer, whatever a function asks for: a lock cannot be taken back
    archive_retention_bound_days: int
    # content keys are wrapped anew this often
    epoch_days: int
    python: str = LAMBDA_PYTHON
    architecture: Architecture = "arm64"
    graph_url: str = "https://graph.facebook.com"
    graph_version: str = field(default_factory=lambda: value("platform_limits", "graph", "version"))
    # where download URLs of media may point; Graph's token goes there
    media_hosts: tuple[str, ...] = field(
        default_factory=lambda: tuple(value("media", "hosts", "meta"))
    )
    # SQS carries 1 MiB with what base64 and attributes add; large bodies also cost it several
    # requests, in the queue and again in a dead-letter queue
    claim_check_bytes: int = 200 * 1024
    # statuses normally come within seconds; redelivery of a failed webhook starts within minutes
    ambiguous_wait_seconds: int = 900
    max_pending_per_conversation: int = 100
    # until no function uses, and no index shows, a wrapped key that was replaced: keys are kept in
    # memory for five minutes (core/content/keyring.py), an index follows within seconds
    epoch_wait_seconds: int = 600
    # a stream's changes are gathered this long, so that segments are large and few
    archiver_window_seconds: int = 60
    # as long waits what is entered, until it is in the audit log
    audit_window_seconds: int = 5
    # between the end of an epoch and the end of its KMS key; the shortest that AWS offers
    epoch_key_pending_days: int = limit("kms_pending_deletion_least")

    @property
    def is_local(self) -> bool:
        return self.name == "local"

    @property
    def archive_retention(self) -> Retention:
        rules = {kind: each.rule for kind, each in self.retention.items()}
        return lock(rules, bound_days=self.archive_retention_bound_days, stage=self.name)

    @property
    def chosen(self) -> Chosen:
        """The laws that apply here, and what this stage decided itself."""
        return chosen(
            self.tenant.regimes or self.default_regimes,
            self.tenant,
            audit_days=self.audit_retention_days,
            stage=self.name,
        )

    @property
    def retention(self) -> dict[DataKind, Derived]:
        """Of each kind of data: how long it is kept, and why."""
        return derived(self.chosen)

    @property
    def retention_rules(self) -> str:
        """The same as JSON, as functions are told."""
        return rules_json({kind: each.rule for kind, each in self.retention.items()})

    @property
    def deadlines(self) -> str:
        """JSON: of each right, by when a request is answered, a list for each law that says so."""
        return deadlines_json(self.chosen.regimes, otherwise=own().deadline)

    @property
    def audit_retention_days(self) -> int:
        """Of entries, and of full tiles over them."""
        return min(int(value("audit", "retention", "days")), self.archive_retention_bound_days)

    @property
    def audit_partial_days(self) -> int:
        return min(int(value("audit", "retention", "partial_days")), self.audit_retention_days)

    @property
    def audit_origin(self) -> str:
        """The log's name in each of its checkpoints: for good, or it is another log."""
        return f"{self.tenant.portfolio_id}.amana/{self.name}"

    @property
    def unrecoverable_within_days(self) -> int:
        """After a content key is destroyed: until no backup of the keys table brings it back.

        At worst its epoch has just begun.
        """
        rules = EpochRules(epoch_days=self.epoch_days, pending_days=self.epoch_key_pending_days)
        return rules.bound_days

    def stack_name(self, stack: str) -> str:
        return f"amana-{self.name}-{stack}"

    def secret_name(self, secret: str) -> str:
        return f"amana/{self.name}/{secret}"


def load_stage(name: str, *, graph_url: str | None = None) -> StageConfig:
    """The configuration of a stage; `graph_url` points the local stage at the sandbox."""
    if name not in get_args(StageName):
        raise ValueError(f"stage is {name!r}, but must be one of {', '.join(get_args(StageName))}")
    if graph_url and name != "local":
        raise ValueError(f"graph_url is set by context for the local stage only, not for {name!r}")
    tenant = load_tenant(name)
    if name == "prod":
        return _prod(tenant)
    if name == "staging":
        return _staging(tenant)
    if name == "dev":
        return _dev(tenant)
    return _local(tenant, graph_url or "http://127.0.0.1:4600")


def _prod(tenant: Tenant) -> StageConfig:
    return StageConfig(
        name="prod",
        tenant=tenant,
        retain=True,
        log_retention_days=400,
        tracing=True,
        backups=True,
        webhook_throttle=Throttle(requests_per_second=1000, burst=2000),
        api_throttle=Throttle(requests_per_second=200, burst=400),
        webhook_requests_per_address=100_000,
        api_requests_per_address=20_000,
        concurrency=Concurrency(
            webhook=100,
            inbound=50,
            sender=50,
            messages_api=50,
            media=20,
            archiver=20,
            media_api=20,
            archive_api=5,
            exporter=10,
            consent_api=20,
            consent_importer=10,
            audit_sequencer=8,
            audit_api=5,
        ),
        queue_age_alarm_seconds=300,
        archive_lock_mode="COMPLIANCE",
        default_regimes=all_regimes(),
        # the longest class there is
        archive_retention_bound_days=longest_class_days(),
        epoch_days=14,
    )


def _staging(tenant: Tenant) -> StageConfig:
    return StageConfig(
        name="staging",
        tenant=tenant,
        retain=True,
        log_retention_days=90,
        tracing=True,
        backups=True,
        webhook_throttle=Throttle(requests_per_second=200, burst=400),
        api_throttle=Throttle(requests_per_second=50, burst=100),
        webhook_requests_per_address=100_000,
        api_requests_per_address=20_000,
        concurrency=Concurrency(
            webhook=20,
            inbound=10,
            sender=10,
            messages_api=10,
            media=10,
            archiver=10,
            media_api=10,
            archive_api=5,
            exporter=6,
            consent_api=10,
            consent_importer=6,
        ),
        queue_age_alarm_seconds=300,
        archive_lock_mode="GOVERNANCE",
        default_regimes=("gdpr",),
        archive_retention_bound_days=30,
        epoch_days=14,
    )


def _dev(tenant: Tenant) -> StageConfig:
    return StageConfig(
        name="dev",
        tenant=tenant,
        retain=False,
        log_retention_days=30,
        tracing=True,
        backups=True,
        webhook_throttle=Throttle(requests_per_second=50, burst=100),
        api_throttle=Throttle(requests_per_second=20, burst=40),
        webhook_requests_per_address=20_000,
        api_requests_per_address=5_000,
        concurrency=Concurrency(
            webhook=5,
            inbound=5,
            sender=5,
            messages_api=5,
            media=5,
            archiver=5,
            media_api=5,
            archive_api=2,
            exporter=4,
            consent_api=5,
            consent_importer=4,
        ),
        queue_age_alarm_seconds=900,
        archive_lock_mode="GOVERNANCE",
        default_regimes=("gdpr",),
        archive_retention_bound_days=30,
        epoch_days=7,
    )


def _local(tenant: Tenant, graph_url: str) -> StageConfig:
    """As dev, but on this machine: its interpreter, its processor, the sandbox as Graph."""
    return StageConfig(
        name="local",
        tenant=tenant,
        retain=False,
        log_retention_days=7,
        tracing=False,
        backups=False,
        webhook_throttle=Throttle(requests_per_second=1000, burst=2000),
        api_throttle=Throttle(requests_per_second=1000, burst=2000),
        webhook_requests_per_address=100_000,
        api_requests_per_address=100_000,
        concurrency=Concurrency(
            webhook=10,
            inbound=5,
            sender=5,
            messages_api=10,
            media=5,
            archiver=2,
            media_api=5,
            archive_api=5,
            exporter=4,
            consent_api=5,
            consent_importer=4,
        ),
        queue_age_alarm_seconds=900,
        archive_lock_mode="GOVERNANCE",
        default_regimes=("gdpr",),
        archive_retention_bound_days=30,
        epoch_days=7,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        architecture="arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64",
        graph_url=graph_url,
        # the sandbox serves media itself
        media_hosts=(graph_url,),
        ambiguous_wait_seconds=30,
        epoch_wait_seconds=1,
        archiver_window_seconds=1,
        audit_window_seconds=1,
    )
