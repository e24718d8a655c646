"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.audit_api.settings import AuditApiSettings
from functions.core.audit import wiring as auditing
from functions.core.audit.log_s3 import S3Log
from functions.core.audit.reading import LogReader
from functions.core.audit.searching import Search
from functions.core.audit.writer import Writer
from functions.core.runtime import aws


@cache
def settings() -> AuditApiSettings:
    return AuditApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="audit_api", outbox_table=settings().outbox_table)


@cache
def reader() -> LogReader:
    return LogReader(S3Log(aws.s3(), settings().audit_bucket))


@cache
def search() -> Search:
    return Search(reader())
