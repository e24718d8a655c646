"""Messages of the media queue: opaque ids, and verdicts of GuardDuty.

{"message_id", "sk", "fact_id"}     an update with media was stored, see `announce.py`
{"upload"}                          all parts of an upload are there
an EventBridge event of GuardDuty   a copy was scanned
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.media.errors import MalformedMessageError
from functions.core.media.facts import FactId
from functions.core.media.model import is_ours
from functions.core.media.scanning import Verdict
from functions.core.whatsapp.reading import mapping, text

_SCAN_RESULT = "GuardDuty Malware Protection Object Scan Result"
_MESSAGE_ID = re.compile(r"[a-z]_[a-z2-7]{26}")
_SORT_KEY = re.compile(r"MESSAGE|PARTICIPANT#[a-z2-7]{26}")
_FACT_ID = re.compile(r"[a-z2-7]{1,64}")


@dataclass(frozen=True)
class Upload:
    id: str


Message = FactId | Upload | Verdict


def parse(body: str) -> Message:
    try:
        told = mapping(json.loads(body))
    except (ValueError, RecursionError):
        told = {}
    if told.get("source") == "aws.guardduty" and told.get("detail-type") == _SCAN_RESULT:
        return _verdict(mapping(told.get("detail")))
    if is_ours(text(told.get("upload"))):
        return Upload(text(told["upload"]))
    fact = FactId(*(text(told.get(name)) for name in ("message_id", "sk", "fact_id")))
    if (
        _MESSAGE_ID.fullmatch(fact.message_id)
        and _SORT_KEY.fullmatch(fact.sk)
        and _FACT_ID.fullmatch(fact.fact_id)
    ):
        return fact
    raise MalformedMessageError("malformed_message")


def upload_message(media_id: str) -> str:
    return json.dumps({"upload": media_id})


def _verdict(detail: Mapping[str, Any]) -> Verdict:
    place = mapping(detail.get("s3ObjectDetails"))
    result = mapping(detail.get("scanResultDetails"))
    # a scan that was skipped or failed may come without a result: then this says how it ended
    status = text(result.get("scanResultStatus")) or text(detail.get("scanStatus"))
    return Verdict(text(place.get("bucketName")), text(place.get("objectKey")), status)
