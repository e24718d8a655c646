"""boto3 clients for the emulator, as its root user."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from cli.emulator.start import REGION, ROOT_CREDENTIALS

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_sqs import SQSClient


def local_session() -> "Session":
    return boto3.Session(
        aws_access_key_id=ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ROOT_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )


# 127.0.0.1 has no subdomains to address a bucket by
LOCAL_CONFIG = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 2})


def local_sqs(endpoint: str) -> "SQSClient":
    return local_session().client("sqs", endpoint_url=endpoint, config=LOCAL_CONFIG)
