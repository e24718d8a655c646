"""Who is told when something is wrong, and where to look."""

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_xray as xray
from constructs import Construct

from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs.alarms import FIVE_MINUTES, Alarms
from infra.constructs.dashboard import Dashboard
from infra.constructs.function import Function
from infra.constructs.metrics import counted
from infra.constructs.rest_api import RestApi
from infra.stacks.api import ApiStack
from infra.stacks.audit import AuditStack
from infra.stacks.base import StageStack
from infra.stacks.content import ContentStack
from infra.stacks.data import DataStack
from infra.stacks.ingress import IngressStack
from infra.stacks.messaging import MessagingStack
from infra.workflows.workflow import Workflow

# the internet knocks on every open endpoint; this many in five minutes is more than noise
_SIGNATURE_FAILURES = 5
# one 5xx is redelivered by Meta or repeated by the caller; this many in five minutes are a fault
_SERVER_ERRORS = 5
# of all requests; enough to see where time goes
_TRACED = 0.01
# Meta expects less than 1 % of its webhooks to take longer
_WEBHOOK_P99_MILLISECONDS = 1000
# six days before Meta forgets the medium
_MEDIA_WAIT_SECONDS = int(value("media", "fetch", "overdue")) * 3600
# an hour: far more than a window and a few repeats, far less than the day a stream remembers
_ARCHIVE_LAG_MILLISECONDS = 3_600_000
_DAY = Duration.days(1)
# five minutes, as long as an entry may take by the log's format
_AUDIT_LAG_MILLISECONDS = 300_000


class ObservabilityStack(StageStack):
    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        data: DataStack,
        ingress: IngressStack,
        messaging: MessagingStack,
        api: ApiStack,
        content: ContentStack,
        audit: AuditStack,
    ) -> None:
        consent = api.consent
        super().__init__(scope, "observability", stage=stage, purpose="alarms and dashboard")
        self.alarms = Alarms(
            self, "Alarms", key=data.keys.operations, email=stage.tenant.alarm_email
        )
        self.queues = {"Inbound": ingress.inbound.queue, "Outbound": messaging.outbound.queue}
        # media that cannot be had yet wait in their queue on purpose
        self.slow_queues = {"Media": messaging.media.queue}
        self.dlqs: dict[str, sqs.IQueue] = {
            "InboundDlq": ingress.inbound.dlq,
            "OutboundDlq": messaging.outbound.dlq,
            "IngressFailed": ingress.failed_invocations,
            "MessagingFailed": messaging.failed_invocations,
            "MediaDlq": messaging.media.dlq,
            "ConsentFailed": consent.failed_invocations,
            "RetentionFailed": api.retention.failed_invocations,
            "RightsFailed": api.rights.failed_invocations,
            "ApiFailed": api.failed_invocations,
            "ContentFailed": content.failed_invocations,
            "AuditFailed": audit.failed_invocations,
        }
        self.functions = {
            "Webhook": ingress.webhook,
            "Inbound": messaging.inbound,
            "Sender": messaging.sender,
            "Wakeup": messaging.wakeup,
            "ConsentApi": consent.consent_api,
            "ConsentImporter": consent.importer,
            "HoldsApi": api.retention.holds_api,
            "Holder": api.retention.holder,
            "RightsApi": api.rights.rights_api,
            "Rights": api.rights.rights,
            "Retention": api.retention.retention,
            "RetentionApi": api.retention.retention_api,
            "Erasure": api.rights.erasure,
            "MessagesApi": api.messages_api,
            "MediaApi": api.media_api,
            "ArchiveApi": api.archive_api,
            "AuditApi": api.audit_api,
            "Media": content.media,
            "Archiver": content.archiver,
            "Epoch": content.epoch,
            "Exporter": content.exporter,
            "AuditSequencer": audit.sequencer,
            "Access": api.rights.access,
            "Disclosure": api.rights.disclosure,
        }
        self.workflows = {
            "ConsentImportWorkflow": consent.import_workflow,
            "EpochWorkflow": content.epoch_workflow,
            "ExportWorkflow": content.export_workflow,
            "HoldWorkflow": api.retention.hold_workflow,
            "RightsWorkflow": api.rights.rights_workflow,
            "RetentionWorkflow": api.retention.retention_workflow,
        }
        self.apis = {"WebhookApi": ingress.api, "Api": api.api}
        self._watch_queues()
        self._watch_messages()
        self._watch_content()
        self._watch_audit_log()
        self._watch_requests()
        self._watch_retention()
        for name, workflow in self.workflows.items():
            self._watch_workflow(name, workflow)
        for name, rest in self.apis.items():
            self._watch_api(name, rest)
        for name, function in self.functions.items():
            self._watch_function(name, function)
        if stage.tracing:
            self._trace_few()
        self._dashboard(data)
        CfnOutput(self, "AlarmTopicArn", value=self.alarms.topic.topic_arn)

    def _trace_few(self) -> None:
        """X-Ray's own rule traces nearly every request of a quiet month, at $5 a million."""
        xray.CfnSamplingRule(
            self,
            "TraceFew",
            sampling_rule=xray.CfnSamplingRule.SamplingRuleProperty(
                rule_name=f"amana-{self.stage.name}",
                priority=100,
                fixed_rate=_TRACED,
                reservoir_size=0,
                # functions and APIs are named after their stacks
                service_name=f"amana-{self.stage.name}-*",
                service_type="*",
                host="*",
                http_method="*",
                url_path="*",
                resource_arn="*",
                version=1,
            ),
        )

    def _watch_queues(self) -> None:
        for name, dlq in self.dlqs.items():
            self.alarms.when_not_empty(
                f"{name}NotEmpty",
                dlq,
                means="A message failed for good: see the function's log for why, then redrive.",
            )
        for name, queue in self.queues.items():
            self.alarms.when_waiting(
                f"{name}Waiting",
                queue,
                seconds=self.stage.queue_age_alarm_seconds,
                means="Messages wait too long. Look at errors and throttles of the consumer.",
            )

        for name, queue in self.slow_queues.items():
            self.alarms.when_waiting(
                f"{name}Waiting",
                queue,
                seconds=_MEDIA_WAIT_SECONDS,
                means="A medium has waited for a day: see errors and throttles of its function.",
            )

    def _watch_messages(self) -> None:
        self.alarms.when(
            "SignatureFailures",
            counted("SignatureFailures", period=FIVE_MINUTES),
            at_least=_SIGNATURE_FAILURES,
            means="Webhooks without a valid signature: the app secret changed, or someone forges.",
        )
        self.alarms.when(
            "ChannelStopped",
            counted("ChannelStopped", period=FIVE_MINUTES),
            at_least=1,
            means="Graph refuses us: token, permission or account. Messages wait till it is fixed.",
        )

    def _watch_retention(self) -> None:
        self.alarms.when(
            "RetentionOverdue",
            counted("RetentionOverdue", period=_DAY),
            at_least=1,
            means="Data that no hold keeps is two days past its period: see the latest run's log.",
        )
        # a run starts every night
        self.alarms.when_silent(
            "RetentionSilent",
            counted("RetentionRuns", period=_DAY),
            periods=1,
            means="No run of retention has ended well for a day: see its workflow's executions.",
        )

    def _watch_content(self) -> None:
        self.alarms.when(
            "CiphertextRefused",
            counted("CiphertextRefused", period=FIVE_MINUTES),
            at_least=1,
            means="Content was changed, or moved to another place or person: it was not shown.",
        )
        # the age of a queue leaves out what was tried more than three times
        self.alarms.when(
            "MediaOverdue",
            counted("MediaOverdue", period=FIVE_MINUTES),
            at_least=1,
            means="A medium was tried in vain for a day; after seven days Meta has forgotten it.",
        )
        self.alarms.when(
            "ArchiveLag",
            self.functions["Archiver"].function.metric(
                "IteratorAge", period=FIVE_MINUTES, statistic=cloudwatch.Stats.MAXIMUM
            ),
            at_least=_ARCHIVE_LAG_MILLISECONDS,
            means="Changes wait for the archive; their stream forgets them after 24 hours.",
        )
        self.alarms.when(
            "ArchiveGaps",
            counted("ArchiveGaps", period=FIVE_MINUTES),
            at_least=1,
            means="An export found the archive missing or changed: run `amana archive verify`.",
        )
        self.alarms.when(
            "ArchiveLostObjects",
            counted("ArchiveLostObjects", period=FIVE_MINUTES),
            at_least=1,
            means="A large update was gone before the archive had it: its record says so.",
        )

    def _watch_audit_log(self) -> None:
        self.alarms.when(
            "AuditLag",
            self.functions["AuditSequencer"].function.metric(
                "IteratorAge", period=FIVE_MINUTES, statistic=cloudwatch.Stats.MAXIMUM
            ),
            at_least=_AUDIT_LAG_MILLISECONDS,
            means="Entries wait for the audit log; their stream forgets them after 24 hours.",
        )
        self.alarms.when_silent(
            "AuditSilent",
            counted("AuditBatches", period=FIVE_MINUTES),
            # after as long verifiers call the log silent
            periods=3,
            means="The audit log proves no silence any more: see errors of its sequencer at once.",
        )
        self.alarms.when(
            "WitnessRefused",
            counted("WitnessRefused", period=FIVE_MINUTES),
            at_least=1,
            means="The witness did not sign: it failed, or saw another history; the log tells.",
        )

    def _watch_requests(self) -> None:
        """What is told once a look, of which there is one a day."""
        self.alarms.when(
            "RightsOverdue",
            counted("RightsOverdue", period=FIVE_MINUTES),
            at_least=1,
            means="A request about a person's data is not answered in time: see to it now.",
        )
        self.alarms.when(
            "RightsHoursLeft",
            # none may be left, and that is told all the same
            counted("RightsHoursLeft", period=FIVE_MINUTES).with_(
                statistic=cloudwatch.Stats.SAMPLE_COUNT
            ),
            at_least=1,
            means="A request about a person's data is due within three days: decide on it.",
        )
        self.alarms.when(
            "RightsLocked",
            counted("RightsLocked", period=FIVE_MINUTES),
            at_least=1,
            means="Somebody tried wrong codes: find out by other means who asks.",
        )
        self.alarms.when(
            "DisclosuresLocked",
            counted("DisclosuresLocked", period=FIVE_MINUTES),
            at_least=1,
            means="Wrong codes were tried on a link to somebody's data: ask its person first.",
        )
        self.alarms.when(
            "RightsUntold",
            counted("RightsUntold", period=FIVE_MINUTES),
            at_least=1,
            means="A person could not be told about their request: write in another way.",
        )

    def _watch_workflow(self, name: str, workflow: Workflow) -> None:
        machine = workflow.machine
        ends = {
            "Failed": machine.metric_failed(period=FIVE_MINUTES),
            "TimedOut": machine.metric_timed_out(period=FIVE_MINUTES),
        }
        for end, metric in ends.items():
            self.alarms.when(
                f"{name}{end}",
                metric,
                at_least=1,
                means="An execution did not reach its end: its history names the step and why.",
            )

    def _watch_api(self, name: str, rest: RestApi) -> None:
        self.alarms.when(
            f"{name}ServerErrors",
            rest.api.metric_server_error(period=FIVE_MINUTES, statistic="Sum"),
            at_least=_SERVER_ERRORS,
            means="Requests end in 5xx: see the access log for the error, the function's for why.",
        )
        if name == "WebhookApi":
            self.alarms.when(
                "WebhookSlow",
                rest.api.metric_latency(period=FIVE_MINUTES, statistic="p99"),
                at_least=_WEBHOOK_P99_MILLISECONDS,
                periods=3,
                means="More than 1 % of webhooks take over a second: Meta may throttle deliveries.",
            )

    def _watch_function(self, name: str, function: Function) -> None:
        self.alarms.when(
            f"{name}Errors",
            function.function.metric_errors(period=FIVE_MINUTES, statistic="Sum"),
            at_least=1,
            means="The function failed as a whole: it crashed or ran out of time or memory.",
        )
        self.alarms.when(
            f"{name}Throttles",
            function.function.metric_throttles(period=FIVE_MINUTES, statistic="Sum"),
            at_least=1,
            means="The function was refused a start: raise its concurrency in infra/config.py.",
        )

    def _dashboard(self, data: DataStack) -> None:
        dashboard = Dashboard(self, "Dashboard", dashboard_name=f"amana-{self.stage.name}")
        dashboard.add_alarms(self.alarms.all)
        dashboard.add_messages()
        dashboard.add_content(self.functions["Archiver"].function)
        dashboard.add_audit_log(self.functions["AuditSequencer"].function)
        dashboard.add_apis({name: rest.api for name, rest in self.apis.items()})
        dashboard.add_queues({**self.queues, **self.slow_queues}, self.dlqs)
        dashboard.add_functions({name: each.function for name, each in self.functions.items()})
        dashboard.add_tables(
            {
                "Conversations": data.conversations,
                "Ephemeral": data.ephemeral,
                "ContentKeys": data.content_keys,
                "Compliance": data.compliance,
                "Outbox": data.outbox,
            }
        )
