"""The chains of manifests, one for each shard, followed in the order of names.

Standard library only.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from functions.core.archive.check import Finding, Manifest
from functions.core.archive.segment import Head, day_of


class Chain:
    """`last`: the manifest that came last in each shard. `since`: where reading began, a name.

    `now`: what is past its retention by then may be gone. `notes`: what is no fault.
    """

    def __init__(
        self, *, now: datetime, last: Mapping[str, Manifest] | None = None, since: str = ""
    ) -> None:
        self.last: dict[str, Manifest] = dict(last or {})
        self.notes: list[str] = []
        self._now, self._since = now, since

    def follow(self, manifest: Manifest) -> Iterator[Finding]:
        """The manifest before this one must be the one that this one names, unchanged."""
        last = self.last.get(manifest.told["shard"])
        self.last[manifest.told["shard"]] = manifest
        name, digest = manifest.previous or ("", "")
        if not name:
            if last is not None:
                detail = f"says it is the first; {last.name} is earlier"
                yield Finding("changed", manifest.name, detail)
        elif last is not None and last.name == name:
            if last.sha256 != digest:
                yield Finding("changed", name, f"not what {manifest.name} vouches for")
            if manifest.first <= last.last:
                yield Finding("changed", manifest.name, f"goes over changes of {name} again")
        elif last is not None and last.name > name:
            yield Finding("extra", last.name, f"{manifest.name} follows on {name}")
        elif self._is_over(name, manifest):
            self.notes.append(f"{name} and what came before it are past their retention")
        elif name >= self._since:
            since = f"after {last.name}" if last else "before"
            detail = f"{manifest.name} follows on it; nothing is there {since}"
            yield Finding("missing", name, detail)

    def ends(self, shard: str, head: Head) -> Iterator[Finding]:
        """Manifests beyond the head are of an archiver at work."""
        last = self.last.get(shard)
        if last is None or last.name < head.manifest:
            since = f"after {last.name}" if last else f"of shard {shard}"
            detail = f"the last one archived; nothing is there {since}"
            yield Finding("missing", head.manifest, detail)
        elif last.name == head.manifest and last.sha256 != head.sha256:
            yield Finding("changed", last.name, "not what the archiver wrote last")

    def _is_over(self, name: str, manifest: Manifest) -> bool:
        """Whether a manifest of that name, kept as long as this one, is due for deletion."""
        try:
            until = datetime.fromisoformat(manifest.told["retain_until"])
            return midnight(name) + (until - midnight(manifest.name)) <= self._now
        except ValueError:
            return False


def midnight(name: str) -> datetime:
    """At which the day in a name begins; ValueError when there is none in it."""
    return datetime.strptime(f"{day_of(name)} +0000", "%Y/%m/%d %z")
