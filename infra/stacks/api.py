"""The API that the business's own systems call, and who may call it."""

from pathlib import Path
from typing import Any

from aws_cdk import Aws, CfnOutput, Duration
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from functions.archive_api.settings import ArchiveApiSettings
from functions.audit_api.settings import AuditApiSettings
from functions.media_api.settings import MediaApiSettings
from functions.messages_api.settings import MessagesApiSettings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.clients import Clients
from infra.constructs.function import Function, Sizing
from infra.constructs.permissions import READ_WRITE, TICKETS
from infra.constructs.problems import add_problem_details
from infra.constructs.rest_api import RestApi, acknowledge_open_method
from infra.stacks.base import FunctionStack
from infra.stacks.consent import ConsentStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack
from infra.stacks.retention import RetentionStack
from infra.stacks.rights import RightsStack
from infra.stacks.routes import APART, BESIDE, ROUTES, SCOPES, Route

# parts of uploads and files on their way out: bytes, not text
_BYTES = "application/octet-stream"
# what browsers say they want when a form is sent, and API Gateway goes by: files are given so, too
_FORMS = "text/html"
# why nobody needs a token, by the function that answers
_OPEN = {
    "messages_api": (
        "The description of the API, the same for everyone, from code that is public: nothing to "
        "protect, and tools fetch it without a token. Compensating controls: WAF, throttling; "
        "every other method but the page of people's own data asks for a scope, asserted in "
        "tests/infra."
    ),
    "disclosure": (
        "A person who fetches their own data has no account here. Compensating controls: a link of "
        "256 random bits that is valid for a week, a one-time code sent to the person's number, "
        "five guesses in all, no personal data before the code (tests/integration/"
        "test_disclosure.py), WAF, throttling, and every request in the audit log."
    ),
}
# API Gateway gives up after 29 seconds
_TIMEOUT = Duration.seconds(25)


class ApiStack(FunctionStack):
    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
        messaging: MessagingStack,
        consent: ConsentStack,
        retention: RetentionStack,
        rights: RightsStack,
    ) -> None:
        super().__init__(
            scope,
            "api",
            stage=stage,
            purpose="the API of the business",
            assets=assets,
            keys=data.keys,
        )
        # API Gateway's permission to write logs comes with the ingress stack
        self.add_stack_dependency(messaging.ingress)
        self.data = data
        self.messaging = messaging
        self.consent = consent
        self.retention = retention
        self.rights = rights
        self.clients = Clients(
            self, "Clients", stage=stage, scopes=SCOPES, apart=APART, beside=BESIDE
        )
        self.messages_api = self._messages_api()
        self.media_api = self._media_api()
        self.archive_api = self._archive_api()
        self.audit_api = self._audit_api()
        self.api = self._api()
        self._outputs()

    def _messages_api(self) -> Function:
        data, stage = self.data, self.stage
        outbound = self.messaging.outbound.queue
        return Function(
            self,
            "MessagesApi",
            name="messages_api",
            platform=self.platform,
            settings=MessagesApiSettings(
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                outbound_queue_url=outbound.queue_url,
                media_bucket=data.media.bucket_name,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                phone_number_ids=",".join(stage.tenant.phone_number_ids),
                max_pending_per_conversation=stage.max_pending_per_conversation,
                consent_table=data.consent.table_name,
                consent_rules=stage.tenant.consent_rules,
                timezone=stage.tenant.timezone,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                # the gate is asked before anything is sent
                permissions.use_table(data.consent, "BatchGetItem"),
                permissions.use_table(data.conversations, *READ_WRITE),
                permissions.query(
                    data.conversations, indexes=["timeline", "recent"], table_itself=True
                ),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.send_to(outbound),
                permissions.use_objects(data.media, "GetObject", below="updates/"),
                permissions.tell_missing(data.media),
                permissions.read_secrets(data.pseudonym),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *permissions.write_audit(data.outbox, function="messages_api"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=Duration.seconds(15),
                concurrency=stage.concurrency.messages_api,
            ),
        )

    def _media_api(self) -> Function:
        data, stage = self.data, self.stage
        queue = self.messaging.media.queue
        return Function(
            self,
            "MediaApi",
            name="media_api",
            platform=self.platform,
            settings=MediaApiSettings(
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                ephemeral_table=data.ephemeral.table_name,
                media_bucket=data.media.bucket_name,
                transit_bucket=data.transit.bucket_name,
                transit_key_arn=data.keys.transit.key_arn,
                media_queue_url=queue.queue_url,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                phone_number_ids=",".join(stage.tenant.phone_number_ids),
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.use_table(data.conversations, *READ_WRITE),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.use_table(data.ephemeral, *TICKETS),
                # never what lies in quarantine
                permissions.use_objects(data.media, "GetObject", below="media/"),
                permissions.use_objects(data.transit, "PutObject", below="uploads/"),
                permissions.tell_missing(data.media),
                permissions.send_to(queue),
                permissions.read_secrets(data.pseudonym),
                permissions.call_key(data.keys.transit, "GenerateDataKey"),
                permissions.use_key(data.keys.transit, through=["s3"], write=True),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *permissions.write_audit(data.outbox, function="media_api"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=_TIMEOUT,
                concurrency=stage.concurrency.media_api,
            ),
        )

    def _archive_api(self) -> Function:
        data, stage = self.data, self.stage
        # by its name: the workflow comes with a later stack
        workflow = permissions.state_machine_arn(stage.stack_name("export"))
        return Function(
            self,
            "ArchiveApi",
            name="archive_api",
            platform=self.platform,
            settings=ArchiveApiSettings(
                compliance_table=data.compliance.table_name,
                conversations_table=data.conversations.table_name,
                exports_bucket=data.exports.bucket_name,
                keys_table=data.content_keys.table_name,
                state_machine_arn=workflow,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                ephemeral_table=data.ephemeral.table_name,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                *permissions.write_below(data.compliance, "EXPORT#*"),
                permissions.use_table(data.conversations, "BatchGetItem"),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.use_table(data.ephemeral, *TICKETS),
                permissions.use_objects(data.exports, "GetObject"),
                permissions.tell_missing(data.exports),
                permissions.start(workflow),
                permissions.read_secrets(data.pseudonym),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *permissions.write_audit(data.outbox, function="archive_api"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=_TIMEOUT,
                concurrency=stage.concurrency.archive_api,
            ),
        )

    def _audit_api(self) -> Function:
        data, stage = self.data, self.stage
        return Function(
            self,
            "AuditApi",
            name="audit_api",
            platform=self.platform,
            settings=AuditApiSettings(
                audit_bucket=data.audit.bucket_name,
                outbox_table=data.outbox.table_name,
            ),
            # it reads what the sequencer has signed, and can sign nothing itself
            grants=[
                permissions.use_objects(data.audit, "GetObject"),
                permissions.tell_missing(data.audit),
                permissions.use_key(data.keys.data, through=["s3"], write=False),
                permissions.use_key(data.keys.data, through=["dynamodb"], write=True),
                *permissions.write_audit(data.outbox, function="audit_api"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=_TIMEOUT,
                concurrency=stage.concurrency.audit_api,
            ),
        )

    def _api(self) -> RestApi:
        stage = self.stage
        rest = RestApi(
            self,
            "Api",
            stage=stage,
            log_key=self.data.keys.operations,
            throttle=stage.api_throttle,
            requests_per_address=stage.api_requests_per_address,
            binary_media_types=[_BYTES, _FORMS],
        )
        add_problem_details(rest.api)
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "Authorizer", cognito_user_pools=[self.clients.pool]
        )
        functions = {
            "messages_api": self.messages_api,
            "media_api": self.media_api,
            "archive_api": self.archive_api,
            "audit_api": self.audit_api,
            "consent_api": self.consent.consent_api,
            **self.retention.apis,
            **self.rights.apis,
        }
        for route in ROUTES:
            self._add(route, functions[route.function], rest, authorizer)
        return rest

    def _add(
        self,
        route: Route,
        function: Function,
        rest: RestApi,
        authorizer: apigateway.IAuthorizer,
    ) -> None:
        oauth: dict[str, Any] = {"authorization_type": apigateway.AuthorizationType.NONE}
        if route.scope:
            oauth = {
                "authorizer": authorizer,
                "authorization_type": apigateway.AuthorizationType.COGNITO,
                "authorization_scopes": [self.clients.scope_name(route.scope)],
            }
        method = rest.api.root.resource_for_path(route.path).add_method(
            route.method,
            apigateway.LambdaIntegration(function.function, allow_test_invoke=False),
            request_validator=rest.validator,
            request_parameters={f"method.request.header.{name}": True for name in route.headers},
            **oauth,
        )
        if not route.scope:
            acknowledge_open_method(method, reason=_OPEN[route.function])

    def _outputs(self) -> None:
        domain = self.clients.domain.domain_name
        token_url = f"https://{domain}.auth.{Aws.REGION}.amazoncognito.com/oauth2/token"
        CfnOutput(self, "ApiUrl", value=self.api.api.url)
        CfnOutput(self, "TokenUrl", value=token_url)
        CfnOutput(self, "UserPoolId", value=self.clients.pool.user_pool_id)
        CfnOutput(self, "ClientId", value=self.clients.client.user_pool_client_id)
        for output, client in self.clients.apart.items():
            CfnOutput(self, output, value=client.user_pool_client_id)
