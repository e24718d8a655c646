"""Results as a person reads them."""

from typing import Any

from rich.console import Console
from rich.table import Table

from bench.results import Number, Section

_MARKS = {True: "[green]met[/]", False: "[bold red]MISSED[/]", None: ""}


def show(section: Section, console: Console) -> None:
    table = Table(title=section.title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    for heading in ("value", "least", "most", "target"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    table.add_column("")
    for number in section.numbers:
        table.add_row(*_row(number))
    console.print(table)
    for note in section.notes:
        console.print(f"  [dim]{note}[/]", highlight=False)
    console.print()


def show_money(title: str, lines: list[dict[str, Any]], console: Console) -> None:
    """Where the money goes, dearest first."""
    total = sum(line["dollars_a_million"] for line in lines)
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("caused by")
    table.add_column("billed as")
    for heading in ("units a message", "$ a million", "share"):
        table.add_column(heading, justify="right")
    for line in sorted(lines, key=lambda one: -one["dollars_a_million"]):
        cost = line["dollars_a_million"]
        amount = f"{line['units_a_message']:.3g}"
        table.add_row(line["function"], line["price"], amount, f"{cost:.2f}", f"{cost / total:.0%}")
    table.add_section()
    table.add_row("", "all", "", f"{total:.2f}", "")
    console.print(table)
    console.print()


def show_requests(title: str, requests: list[list[Any]], console: Console) -> None:
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("function")
    table.add_column("AWS request")
    table.add_column("a message", justify="right")
    for function, operation, amount in requests:
        table.add_row(function, operation, f"{amount:.2f}")
    console.print(table)
    console.print()


def show_monthly(lines: list[dict[str, Any]], console: Console) -> None:
    table = Table(
        title="a month before the first message",
        title_justify="left",
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("")
    table.add_column("amount", justify="right")
    table.add_column("billed as")
    table.add_column("$", justify="right")
    for line in lines:
        table.add_row(
            line["what"], f"{line['amount']:,.0f}", line["price"], f"{line['dollars']:.2f}"
        )
    console.print(table)
    console.print()


def _row(number: Number) -> list[str]:
    values = [number.value, number.least, number.most, number.target]
    return [
        number.name,
        *("" if value is None else _text(value) for value in values),
        number.unit,
        _MARKS[number.met],
    ]


def _text(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:  # noqa: PLR2004 - no digits where none matter
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
