"""Cutting a list of names into parts, each about as much as one run of the holder takes. Pure."""

from collections.abc import Iterable, Iterator

Part = dict[str, str]


def parts_of(
    names: Iterable[tuple[str, int]], *, since: str = "", size: int, count: int, most: int
) -> list[Part]:
    """Names in order with their sizes, as ranges: behind `after`, up to and including `until`.

    `since`: no name sorts before it. `size`, `count`: of what a part holds. Of a long list the
    parts are larger: `most` of them.
    """
    parts = list(_cut(names, since, size, count))
    if len(parts) <= most:
        return parts
    together = -(-len(parts) // most)
    groups = [parts[i : i + together] for i in range(0, len(parts), together)]
    return [{"after": group[0]["after"], "until": group[-1]["until"]} for group in groups]


def _cut(names: Iterable[tuple[str, int]], since: str, size: int, count: int) -> Iterator[Part]:
    after, last, full, listed = since, since, 0, 0
    for name, weight in names:
        if listed and (full + weight > size or listed == count):
            yield {"after": after, "until": last}
            after, full, listed = last, 0, 0
        last, full, listed = name, full + weight, listed + 1
    if listed:
        yield {"after": after, "until": last}
