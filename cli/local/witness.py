"""The witness learns the log's key here, where both are deployed in one go.

On AWS they are deployed one after the other, and the key stands in the witness's stage file.
"""

from typing import TYPE_CHECKING

from cli.local.aws import local_session
from cli.waiting import wait_until
from functions.core.audit.keys import VerifierKey
from infra.config import StageConfig

if TYPE_CHECKING:
    from cli.local.deploy import Outputs

_LOG_KEYS = "AMANA_LOG_KEYS"


def introduce_log(stage: StageConfig, outputs: "Outputs", *, endpoint: str) -> None:
    """The witness cosigns for this log from its next execution environment on."""
    log, witness = (outputs[stage.stack_name(name)] for name in ("audit", "witness"))
    session = local_session()
    kms = session.client("kms", endpoint_url=endpoint)
    der = kms.get_public_key(KeyId=log["AuditSigningKeyArn"])["PublicKey"]
    client = session.client("lambda", endpoint_url=endpoint)
    function = witness["WitnessFunctionArn"]
    told = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    told[_LOG_KEYS] = VerifierKey(log["AuditOrigin"], der).text
    client.update_function_configuration(FunctionName=function, Environment={"Variables": told})
    wait_until(
        lambda: (
            client.get_function_configuration(FunctionName=function)["LastUpdateStatus"]
            == "Successful"
            or None
        ),
        what="The witness with the key of the log",
        hint="The functions' errors are in the emulator's log.",
        seconds=30,
    )
