"""One process that fetches or serves one file, and says how much memory that took at most.

python -m bench.media_run fetch|serve <bytes> <origin>
"""

import base64
import hashlib
import json
import resource
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config

from bench import media_origin
from functions.core.content.tickets import Tickets
from functions.core.media import policy
from functions.core.media.errors import LaterError
from functions.core.media.graph import MediaGraph
from functions.core.media.hosts import Hosts
from functions.core.media.inspection import Expected, Inspection
from functions.core.media.keeping import Keeper
from functions.core.media.model import Kind, business_key, object_name
from functions.core.media.objects import S3Objects
from functions.core.media.serving import Serving, Wanted
from functions.core.runtime import clock

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_KEY = business_key("1")
_WARM_UP = 10_000


def main() -> None:
    task, size, origin = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    work = _Work(origin)
    work.fetch(_WARM_UP)  # whatever is loaded late is loaded now
    work.serve(_WARM_UP)
    if task == "serve":
        work.fetch(size)
    _forget_peak()
    before, began = _peak_kib(), time.perf_counter()
    work.fetch(size) if task == "fetch" else work.serve(size)
    seconds = time.perf_counter() - began
    print(json.dumps({"before": before, "peak": _peak_kib(), "seconds": seconds}))


class _Work:
    def __init__(self, origin: str) -> None:
        from tests.fakes.keys import key_ring
        from tests.fakes.media import MemoryMedia
        from tests.fakes.tickets import MemoryTickets

        client = boto3.client(
            "s3",
            endpoint_url=origin,
            region_name="eu-central-1",
            aws_access_key_id="bench",
            aws_secret_access_key="bench",  # noqa: S106 - nobody asks for it
            config=Config(s3={"addressing_style": "path"}),
        )
        objects = S3Objects(client, "media", part_bytes=policy.number("fetch", "part"))
        self._keeper = Keeper(ring=key_ring(), objects=objects)
        self._store = MemoryMedia()
        self._graph = MediaGraph(url=origin, version="v26.0", hosts=Hosts(origin), token=_NoToken())
        tickets = Tickets(MemoryTickets(), now_ms=clock.now_ms)
        self._serving = Serving(
            store=self._store, keeper=self._keeper, tickets=tickets, now_ms=clock.now_ms
        )

    def fetch(self, size: int) -> None:
        described = self._graph.describe(str(size))
        expected = Expected(
            limits=policy.limits(Kind.DOCUMENT),
            mimes=(described.mime,),
            digests=(bytes.fromhex(described.sha256),),
            size=size,
            ceiling=size,
            allowed=True,
            resumable=True,
        )
        until_ms = clock.now_ms() + 600_000
        with self._graph.download(described.url, until_ms=until_ms) as pieces:
            kept = self._keeper.keep(_name(size), _KEY, pieces, Inspection(expected))
        told = {"state": "stored", "direction": "inbound", "type": "document", "key": _KEY}
        self._store.change(_name(size), {**told, "bytes": size, "object": kept.object}, expect={})
        assert kept.object == object_name(_name(size))

    def serve(self, size: int) -> None:
        """All ranges, each as an answer of Lambda: base64 in JSON."""
        shown = self._serving.show(client_id="c", media_id=_name(size))
        given, expected = 0, media_origin.sha256(size)
        digest = hashlib.sha256()
        while given < size:
            served = self._serving.content(
                client_id="c",
                media_id=_name(size),
                ticket=shown["ticket"],
                wanted=Wanted(given),
            )
            digest.update(served.content)
            given += len(served.content)
            json.dumps({"body": base64.b64encode(served.content).decode()})
        if digest.hexdigest() != expected:
            raise LaterError("what was served is not what was fetched")


class _NoToken:
    def get(self) -> str:
        return "token"

    def forget(self) -> None:
        """There is no other."""


def _name(size: int) -> str:
    return f"f_{size}"


def _forget_peak() -> None:
    if _CLEAR.exists():
        _CLEAR.write_text("5")


def _peak_kib() -> int:
    """Not `ru_maxrss` where there is better: it begins with what the starting process had."""
    if not _STATUS.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak
    found = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(found.split()[1])


if __name__ == "__main__":
    main()
