"""What frames an interactive message: header, body, footer."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from functions.core.sending.message_parts import Media, NamedMedia, Part, refused, up_to


class TextHeader(Part):
    type: Literal["text"]
    text: Annotated[str, up_to("interactive_header")]


class ImageHeader(Part):
    type: Literal["image"]
    image: Media


class VideoHeader(Part):
    type: Literal["video"]
    video: Media


class DocumentHeader(Part):
    type: Literal["document"]
    document: NamedMedia


Header = Annotated[
    TextHeader | ImageHeader | VideoHeader | DocumentHeader, Field(discriminator="type")
]


class Body(Part):
    text: Annotated[str, up_to("interactive_body")]


class ListBody(Part):
    text: Annotated[str, up_to("list_body")]


class Footer(Part):
    text: Annotated[str, up_to("interactive_footer")]


def distinct(values: Iterable[str], what: str) -> None:
    seen = list(values)
    if len(set(seen)) != len(seen):
        raise refused(f"{what} must differ from each other")
