"""What people have agreed to: its API, which the API stack lets callers through to; imports."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration
from constructs import Construct

from functions.consent_api.settings import ConsentApiSettings
from functions.consent_importer.settings import ConsentImporterSettings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.constructs.permissions import READ_WRITE
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack
from infra.stacks.sizes import CONSENT_IMPORTER_TIMEOUT
from infra.workflows.consent_import import ConsentImportWorkflow

# API Gateway gives up after 29 seconds
_TIMEOUT = Duration.seconds(25)


class ConsentStack(FunctionStack):
    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
        messaging: MessagingStack,
    ) -> None:
        super().__init__(
            scope,
            "consent",
            stage=stage,
            purpose="consents of contacts",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.messaging = messaging
        self.importer = self._importer()
        self.import_workflow = ConsentImportWorkflow(
            self,
            "ConsentImportWorkflow",
            stage=stage,
            key=data.keys.operations,
            importer=self.importer,
        )
        self.consent_api = self._consent_api()
        CfnOutput(
            self,
            "ConsentImportWorkflowArn",
            value=self.import_workflow.machine.state_machine_arn,
        )

    def _consent_api(self) -> Function:
        data, stage = self.data, self.stage
        outbound = self.messaging.outbound.queue
        workflow = self.import_workflow.machine.state_machine_arn
        return Function(
            self,
            "ConsentApi",
            name="consent_api",
            platform=self.platform,
            settings=ConsentApiSettings(
                consent_table=data.consent.table_name,
                consent_rules=stage.tenant.consent_rules,
                controller=stage.tenant.controller_json,
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                outbound_queue_url=outbound.queue_url,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                phone_number_ids=",".join(stage.tenant.phone_number_ids),
                max_pending_per_conversation=stage.max_pending_per_conversation,
                audit_bucket=data.audit.bucket_name,
                compliance_table=data.compliance.table_name,
                exports_bucket=data.exports.bucket_name,
                import_machine_arn=workflow,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                *permissions.write_below(data.compliance, "IMPORT#*"),
                # how far an import is
                permissions.query(data.compliance, indexes=[], table_itself=True),
                permissions.use_objects(
                    data.exports, "PutObject", "AbortMultipartUpload", below="imports/"
                ),
                permissions.start(workflow),
                permissions.use_table(data.consent, *READ_WRITE),
                # everything that happened at one alias
                permissions.query(data.consent, indexes=[], table_itself=True),
                # contacts are registered, and asked for their consent
                permissions.use_table(data.conversations, *READ_WRITE),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.send_to(outbound),
                # proofs for receipts
                permissions.use_objects(data.audit, "GetObject"),
                permissions.tell_missing(data.audit),
                permissions.read_secrets(data.pseudonym),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *permissions.write_audit(data.outbox, function="consent_api"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=_TIMEOUT,
                concurrency=stage.concurrency.consent_api,
            ),
        )

    def _importer(self) -> Function:
        data, stage = self.data, self.stage
        return Function(
            self,
            "ConsentImporter",
            name="consent_importer",
            platform=self.platform,
            settings=ConsentImporterSettings(
                compliance_table=data.compliance.table_name,
                exports_bucket=data.exports.bucket_name,
                consent_table=data.consent.table_name,
                consent_rules=stage.tenant.consent_rules,
                controller=stage.tenant.controller_json,
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.use_objects(data.exports, "GetObject", below="imports/"),
                permissions.tell_missing(data.exports),
                *permissions.write_below(data.compliance, "IMPORT#*", put=True),
                # which chunks have their report
                permissions.query(data.compliance, indexes=[], table_itself=True),
                permissions.use_table(data.consent, *READ_WRITE),
                # what was recorded before
                permissions.query(data.consent, indexes=[], table_itself=True),
                # people who are new are registered
                permissions.use_table(data.conversations, *READ_WRITE),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.read_secrets(data.pseudonym),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *permissions.write_audit(data.outbox, function="consent_importer"),
            ],
            sizing=Sizing(
                # a whole processor: sealing a row takes about as long as storing it
                memory_mib=1769,
                timeout=CONSENT_IMPORTER_TIMEOUT,
                concurrency=stage.concurrency.consent_importer,
            ),
        )
