"""The header of a file: which columns there must and may be, and which cell is which. Pure."""

from collections.abc import Collection, Sequence

PURPOSE, NOTICE = "purpose", ("notice_id", "notice_version", "language")
WHO = ("phone", "bsuid")
OPTIONAL = ("method",)
ALL = (*WHO, PURPOSE, "given_at", *NOTICE, "source", "evidence", *OPTIONAL)


def problems(header: Sequence[str], *, said: Collection[str]) -> list[tuple[str, str]]:
    """What is wrong with these columns, as (field, reason). `said`: those with a value for all.

    What a caller wrote is not repeated: a column is named by its place.
    """
    found = [
        (f"column {place}", f"is unknown; there are: {', '.join(ALL)}")
        for place, name in enumerate(header, 1)
        if name not in ALL
    ]
    found += [(name, "is there twice") for name in ALL if header.count(name) > 1]
    if not set(WHO) & set(header):
        found.append(("phone", f"is missing, and so is bsuid; there are: {', '.join(ALL)}"))
    required = {*ALL} - {*WHO, *OPTIONAL, *said}
    found += [(name, "is missing") for name in ALL if name in required - {*header}]
    return found


def names(cells: Sequence[str]) -> list[str]:
    """As people write them: spaces around them and capitals do not matter."""
    return [cell.strip().lower() for cell in cells]
