"""Rules that do not apply, said beside the construct they do not apply to.

cdk-nag takes a short id (`AwsSolutions-S1`) as well, but then hides the finding from every
report. The full ids written here leave it in the report, with its reason.
"""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

AWS_SOLUTIONS = "AwsSolutions"
HIPAA = "HIPAA.Security"
NIST_R4 = "NIST.800.53.R4"
NIST_R5 = "NIST.800.53.R5"
PCI = "PCI.DSS.321"
SERVERLESS = "Serverless"
PACKS = (AWS_SOLUTIONS, HIPAA, NIST_R4, NIST_R5, PCI, SERVERLESS)


def acknowledge(construct: IConstruct, rule: str, *packs: str, reason: str) -> None:
    """`rule` as the packs name it; `reason` for an auditor, with the control that compensates."""
    ids = [f"{pack}::{pack}-{rule}" for pack in packs]
    Validations.of(construct).acknowledge(*(Acknowledgment(id=id_, reason=reason) for id_ in ids))


def acknowledge_wildcard(construct: IConstruct, resource: str, *, reason: str) -> None:
    """A policy of `construct` ends in a wildcard; `resource` as the finding writes it."""
    acknowledge(construct, f"IAM5[Resource::{resource}]", AWS_SOLUTIONS, reason=reason)
