"""The documents as tests read them: pages, headings, tables, blocks, words in code style."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    language: str
    text: str


@dataclass(frozen=True)
class Page:
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def in_one_line(self) -> str:
        """For sentences, wherever they are wrapped."""
        return " ".join(self.text.split())

    @property
    def prose(self) -> str:
        """Everything but code blocks."""
        return _BLOCK.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        """Code blocks of a language, without the indentation of a list they stand in."""
        found = _BLOCK.findall(self.text)
        return [
            "\n".join(line.removeprefix(indent) for line in text.splitlines())
            for indent, tag, text in found
            if tag == language
        ]

    @property
    def anchors(self) -> set[str]:
        """As GitHub makes them from headings."""
        headings = _HEADING.findall(self.prose)
        kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
        return {heading.replace(" ", "-") for heading in kept}

    def section(self, heading: str) -> str:
        """What stands under a heading, up to the next one of its rank or higher."""
        match = re.search(rf"^(#+) {re.escape(heading)}$", self.text, re.MULTILINE)
        assert match, f"{self.name} has no heading {heading!r}"
        rest = self.text[match.end() :]
        end = re.search(rf"^#{{1,{len(match[1])}}} ", rest, re.MULTILINE)
        return rest[: end.start()] if end else rest


def page(name: str) -> Page:
    return Page(ROOT / name)


def pages() -> list[Page]:
    top = [ROOT / "README.md", ROOT / "CHANGELOG.md"]
    return [Page(path) for path in (*top, *sorted((ROOT / "docs").rglob("*.md")))]


def rows(text: str, first_heading: str) -> list[list[str]]:
    """Cells of the table whose first column has that heading; of several such, all rows."""
    found: list[list[str]] = []
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first_heading:
            inside = True
        elif inside and set("".join(cells)) != {"-"}:
            found.append(cells)
    assert found, f"no table with the column {first_heading!r}"
    return found


def coded(text: str) -> list[str]:
    """Words in code style."""
    return re.findall(r"`([^`\n]+)`", text)


def first_column(text: str, heading: str) -> list[str]:
    """Words in code style in the first column of the table with that heading."""
    return [word for row in rows(text, heading) for word in coded(row[0])]
