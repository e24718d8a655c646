"""The API that the business's own systems call, and who may call it."""

from aws_cdk import Aws, CfnOutput, Duration
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from functions.messages_api.settings import MessagesApiSettings
from infra.constructs import permissions
from infra.constructs.clients import Clients
from infra.constructs.function import Function, Platform, Sizing, tracing_policy
from infra.constructs.rest_api import RestApi
from infra.stacks.base import StageStack
from infra.stacks.data import DataStack
from infra.stacks.ingress import IngressStack
from infra.stacks.messaging import MessagingStack

_READ, _SEND = "messages:read", "messages:send"
# method, path, scope; None: anyone
ROUTES = (
    ("POST", "v1/messages", _SEND),
    ("GET", "v1/messages/{id}", _READ),
    ("GET", "v1/conversations", _READ),
    ("GET", "v1/conversations/{id}/messages", _READ),
    ("GET", "v1/accounts/{waba_id}/updates", _READ),
    ("GET", "v1/openapi.json", None),
)


class ApiStack(StageStack):
    def __init__(
        self,
        scope: Construct,
        *,
        platform: Platform,
        data: DataStack,
        ingress: IngressStack,
        messaging: MessagingStack,
    ) -> None:
        super().__init__(scope, "api", stage=platform.stage, purpose="the API of the business")
        # API Gateway's permission to write logs comes with the ingress stack
        self.add_stack_dependency(ingress)
        self.platform, self.data = platform, data
        self.clients = Clients(
            self, "Clients", stage=platform.stage, scopes={_SEND: "Send messages", _READ: "Read"}
        )
        self.function = self._function(messaging)
        self.api = self._api()
        self._outputs()

    def _function(self, messaging: MessagingStack) -> Function:
        data, stage = self.data, self.platform.stage
        outbound = messaging.outbound.queue
        return Function(
            self,
            "MessagesApi",
            name="messages_api",
            platform=self.platform,
            settings=MessagesApiSettings(
                conversations_table=data.conversations.table_name,
                outbound_queue_url=outbound.queue_url,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                default_phone_number_id=stage.tenant.phone_number_ids[0],
                waba_id=stage.tenant.waba_id,
                max_pending_per_conversation=stage.max_pending_per_conversation,
            ),
            policy=[
                permissions.use_table(
                    data.conversations,
                    ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"],
                ),
                permissions.use_table(
                    data.conversations, ["Query"], indexes=["timeline", "recent"]
                ),
                permissions.send_to(outbound),
                permissions.use_objects(data.media, "GetObject"),
                permissions.read_secrets(data.pseudonym),
                permissions.use_key(data.keys.transit, through=["sqs"], write=True),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *tracing_policy(stage),
            ],
            sizing=Sizing(
                memory_mib=1024,
                timeout=Duration.seconds(15),
                concurrency=stage.concurrency.messages_api,
            ),
            log_key=data.keys.operations,
        )

    def _api(self) -> RestApi:
        stage = self.platform.stage
        rest = RestApi(
            self,
            "Api",
            stage=stage,
            log_key=self.data.keys.operations,
            throttle=stage.api_throttle,
            requests_per_address=stage.api_requests_per_address,
        )
        integration = apigateway.LambdaIntegration(self.function.function, allow_test_invoke=False)
        authorizer = apigateway.CognitoUserPoolsAuthorizer(
            self, "Authorizer", cognito_user_pools=[self.clients.pool]
        )
        for method, path, scope in ROUTES:
            resource = rest.api.root.resource_for_path(path)
            if scope is None:
                resource.add_method(
                    method, integration, authorization_type=apigateway.AuthorizationType.NONE
                )
            else:
                resource.add_method(
                    method,
                    integration,
                    authorizer=authorizer,
                    authorization_type=apigateway.AuthorizationType.COGNITO,
                    authorization_scopes=[self.clients.scope_name(scope)],
                )
        return rest

    def _outputs(self) -> None:
        domain = self.clients.domain.domain_name
        token_url = f"https://{domain}.auth.{Aws.REGION}.amazoncognito.com/oauth2/token"
        CfnOutput(self, "ApiUrl", value=self.api.api.url)
        CfnOutput(self, "TokenUrl", value=token_url)
        CfnOutput(self, "UserPoolId", value=self.clients.pool.user_pool_id)
        CfnOutput(self, "ClientId", value=self.clients.client.user_pool_client_id)
