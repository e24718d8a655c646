"""Interactive messages that offer a choice: reply buttons and lists."""

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, model_validator

from functions.core.sending.message_frame import (
    Body,
    Footer,
    Header,
    ListBody,
    TextHeader,
    distinct,
)
from functions.core.sending.message_parts import (
    ButtonTitle,
    Matching,
    Part,
    limit,
    refused,
    up_to,
)


class Reply(Part):
    id: Annotated[str, up_to("button_id"), Matching(r"\S(.*\S)?", "starts or ends with a space")]
    title: ButtonTitle


class ReplyButton(Part):
    type: Literal["reply"]
    reply: Reply


class ButtonAction(Part):
    buttons: Annotated[list[ReplyButton], Field(min_length=1, max_length=limit("reply_buttons"))]

    @model_validator(mode="after")
    def _buttons_differ(self) -> Self:
        distinct((button.reply.id for button in self.buttons), "ids of buttons")
        distinct((button.reply.title for button in self.buttons), "titles of buttons")
        return self


class ReplyButtons(Part):
    type: Literal["button"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: ButtonAction


class Row(Part):
    id: Annotated[str, up_to("row_id")]
    title: Annotated[str, up_to("row_title")]
    description: Annotated[str, up_to("row_description")] | None = None


class RowSection(Part):
    title: Annotated[str, up_to("section_title")] | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=limit("list_rows"))]


class ListAction(Part):
    button: ButtonTitle
    sections: Annotated[list[RowSection], Field(min_length=1, max_length=limit("list_sections"))]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > limit("list_rows"):
            raise refused(f"at most {limit('list_rows')} rows fit into all sections together")
        distinct((row.id for row in rows), "ids of rows")
        titled(self.sections)
        return self


class Titled(Protocol):
    @property
    def title(self) -> str | None: ...


def titled(sections: Sequence[Titled]) -> None:
    if len(sections) > 1 and any(section.title is None for section in sections):
        raise refused("every section needs a title when there are several")


class ListOfRows(Part):
    type: Literal["list"]
    header: TextHeader | None = None
    body: ListBody
    footer: Footer | None = None
    action: ListAction
