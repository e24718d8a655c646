"""OAuth 2 clients: systems of the business, never people."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.lifecycle import removal_policy

RESOURCE_SERVER = "amana"


class Clients(Construct):
    """A user pool without users, its token endpoint, clients: one with the scopes given.

    `apart`: by name of its output, scopes that only such a client has; `beside`: those it shares.
    What one of them does, the others cannot: where two are asked for, one stolen secret is not
    enough.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        scopes: dict[str, str],
        apart: Mapping[str, Mapping[str, str]],
        beside: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__(scope, construct_id)
        self.pool = self._pool(stage)
        self.domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(
                # unique in the region, and nothing an account's owner could have taken before
                domain_prefix=f"amana-{stage.name}-{Aws.ACCOUNT_ID}"
            ),
        )
        known = {
            name: cognito.ResourceServerScope(scope_name=name, scope_description=text)
            for each in (scopes, *apart.values())
            for name, text in each.items()
        }
        self._server = self.pool.add_resource_server(
            "ResourceServer", identifier=RESOURCE_SERVER, scopes=list(known.values())
        )
        self.client = self._client("Client", [known[name] for name in scopes])
        self.apart = {
            output: self._client(output, [known[name] for name in (*beside[output], *own)])
            for output, own in apart.items()
        }

    def _client(
        self, construct_id: str, scopes: list[cognito.ResourceServerScope]
    ) -> cognito.UserPoolClient:
        return self.pool.add_client(
            construct_id,
            generate_secret=True,
            # client credentials only: no sign-in flow is left open
            auth_flows=cognito.AuthFlow(),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True),
                scopes=[cognito.OAuthScope.resource_server(self._server, one) for one in scopes],
            ),
            access_token_validity=Duration.hours(1),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )

    @staticmethod
    def scope_name(scope: str) -> str:
        return f"{RESOURCE_SERVER}/{scope}"

    def _pool(self, stage: StageConfig) -> cognito.UserPool:
        return cognito.UserPool(
            self,
            "Pool",
            # nobody signs up or in; the rest makes sure it stays harmless should anyone try
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            account_recovery=cognito.AccountRecovery.NONE,
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            password_policy=cognito.PasswordPolicy(
                min_length=16,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
            ),
            # billed per active user, of whom there are none
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            deletion_protection=stage.retain,
            removal_policy=removal_policy(retain=stage.retain),
        )
