"""Carousels: cards with a picture and buttons, or products of one catalogue."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from functions.core.sending.message_choices import Reply
from functions.core.sending.message_frame import Body, ImageHeader, VideoHeader, distinct
from functions.core.sending.message_parts import Part, SomeText, limit, refused, up_to
from functions.core.sending.message_prompts import UrlAction

_INDEX = Field(ge=0, lt=limit("carousel_most_cards"))
CardHeader = Annotated[ImageHeader | VideoHeader, Field(discriminator="type")]


class CardBody(Part):
    text: Annotated[str, up_to("carousel_card_body")]


class QuickReply(Part):
    type: Literal["quick_reply"]
    quick_reply: Reply


class QuickReplies(Part):
    buttons: Annotated[list[QuickReply], Field(min_length=1, max_length=limit("reply_buttons"))]


def _action_kind(action: Any) -> str:
    return "replies" if isinstance(action, dict) and "buttons" in action else "url"


class MediaCard(Part):
    """Meta wants `type` with a URL button and tolerates it with quick replies."""

    card_index: Annotated[int, _INDEX]
    type: Literal["cta_url"] | None = None
    header: CardHeader
    body: CardBody | None = None
    action: Annotated[
        Annotated[UrlAction, Tag("url")] | Annotated[QuickReplies, Tag("replies")],
        Discriminator(_action_kind),
    ]


class ProductOfCard(Part):
    product_retailer_id: SomeText
    catalog_id: SomeText


class ProductCard(Part):
    card_index: Annotated[int, _INDEX]
    type: Literal["product"]
    action: ProductOfCard


def _card_kind(card: Any) -> str:
    return "sold" if isinstance(card, dict) and card.get("type") == "product" else "media"


class CarouselAction(Part):
    cards: Annotated[
        list[
            Annotated[
                Annotated[MediaCard, Tag("media")] | Annotated[ProductCard, Tag("sold")],
                Discriminator(_card_kind),
            ]
        ],
        Field(min_length=limit("carousel_fewest_cards"), max_length=limit("carousel_most_cards")),
    ]

    @model_validator(mode="after")
    def _cards_match(self) -> Self:
        distinct((str(card.card_index) for card in self.cards), "card_index of cards")
        shapes = {
            (type(card), type(card.action), len(getattr(card.action, "buttons", ())))
            for card in self.cards
        }
        if len(shapes) > 1:
            raise refused("all cards must have the same kind and number of buttons")
        return self


class Carousel(Part):
    type: Literal["carousel"]
    body: Body
    action: CarouselAction
