"""Parts of imports that their API and their worker put together in the same way."""

from functions.core.archive.exports.files import Files
from functions.core.consent.imports.asking import Imports
from functions.core.consent.imports.aws import DynamoImports, StepFunctions
from functions.core.consent.imports.notices import Shown, Texts
from functions.core.consent.imports.parts import Parts, key_of
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.content.keyring import KeyRing
from functions.core.media.objects import S3Objects
from functions.core.runtime import aws, clock
from functions.core.runtime.ids import random_id

# above what one part may have: each is put in one request
_PART_BYTES = 6 * 1024 * 1024


def parts(*, ring: KeyRing, bucket: str) -> Parts:
    objects = S3Objects(aws.s3(), bucket, part_bytes=_PART_BYTES)
    return Parts(Files(ring=ring, objects=objects, key_of=key_of), new_id=random_id)


def imports(
    *,
    ring: KeyRing,
    compliance_table: str,
    exports_bucket: str,
    state_machine_arn: str,
    texts: Texts,
    pseudonyms: Pseudonyms,
) -> Imports:
    """For the API."""
    return Imports(
        store=DynamoImports(aws.dynamodb(), compliance_table),
        parts=parts(ring=ring, bucket=exports_bucket),
        shown=Shown(texts),
        machine=StepFunctions(aws.client("stepfunctions"), state_machine_arn),
        pseudonyms=pseudonyms,
        now_ms=clock.now_ms,
    )
