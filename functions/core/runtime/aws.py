"""AWS clients: one of each per process, created on first use, with time limits of our own.

Clients, never resources: those build classes at run time, 0.1 s of every cold start.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    # A connection inside a region opens in milliseconds; botocore's default of 60 s would
    # outlive both API Gateway (29 s) and every caller's patience.
    connect_timeout=1,
    read_timeout=3,
    # three tries fit into the shortest function timeout (webhook, 10 s)
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)
# A function that is invoked may have to start first, and waits for AWS itself. Two calls of it,
# each tried twice, fit into a minute.
_FUNCTION_CONFIG = _CONFIG.merge(
    Config(read_timeout=12, retries={"mode": "standard", "total_max_attempts": 2})
)


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session()


@cache
def client(service: str) -> Any:
    config = _FUNCTION_CONFIG if service == "lambda" else _CONFIG
    return _session().client(cast("Any", service), config=config)


def sqs() -> "SQSClient":
    return cast("SQSClient", client("sqs"))


def s3() -> "S3Client":
    return cast("S3Client", client("s3"))


def secrets() -> "SecretsManagerClient":
    return cast("SecretsManagerClient", client("secretsmanager"))


def dynamodb() -> "DynamoDBClient":
    return cast("DynamoDBClient", client("dynamodb"))


def kms() -> "KMSClient":
    return cast("KMSClient", client("kms"))


def forget() -> None:
    """Drop every client; the next use reads credentials, region and endpoint anew."""
    client.cache_clear()
    _session.cache_clear()
