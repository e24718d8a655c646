"""The functions' archives, put where `cdk deploy` looks before it makes them itself.

The CLI compresses them one after the other, which takes most of a deployment to an emulator on the
same machine. Stored without compression they are there at once; the CLI finds each under its
content hash and leaves it.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.emulator.start import REGION
from cli.local.aws import LOCAL_CONFIG, local_session


@dataclass(frozen=True, kw_only=True)
class Archive:
    folder: Path
    key: str


def publish(assembly: Path, *, bucket: str, endpoint: str) -> None:
    """The bucket is all that `cdk bootstrap` would make and root's deployment needs."""
    s3 = local_session().client("s3", endpoint_url=endpoint, config=LOCAL_CONFIG)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for archive in archives(assembly):
        s3.put_object(Bucket=bucket, Key=archive.key, Body=stored_zip(archive.folder))


def archives(assembly: Path) -> Iterator[Archive]:
    for path in sorted(assembly.glob("*.assets.json")):
        for asset in json.loads(path.read_text(encoding="utf-8"))["files"].values():
            if asset["source"]["packaging"] == "zip":
                (destination,) = asset["destinations"].values()
                folder = assembly / asset["source"]["path"]
                yield Archive(folder=folder, key=destination["objectKey"])


def stored_zip(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                # CDK's own archives say 1980 as well
                entry = zipfile.ZipInfo(str(path.relative_to(folder)))
                entry.external_attr = path.stat().st_mode << 16
                archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
