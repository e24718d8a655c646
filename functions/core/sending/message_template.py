"""Template messages: which approved template, in which language, filled with what."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, WithJsonSchema

from functions.core.sending.message_parts import (
    Matching,
    Media,
    NamedMedia,
    Part,
    Place,
    SomeText,
    limit,
    refused,
    up_to,
)

ParameterName = Annotated[
    str, Matching(r"[a-z0-9_]{1,64}", "must be lower-case letters, digits and _")
]


class TextParameter(Part):
    type: Literal["text"]
    text: Annotated[str, up_to("template_parameter")]
    parameter_name: ParameterName | None = None


class Money(Part):
    fallback_value: SomeText
    code: Annotated[str, Matching(r"[A-Z]{3}", "must be a currency code of ISO 4217")]
    amount_1000: int


class CurrencyParameter(Part):
    type: Literal["currency"]
    currency: Money
    parameter_name: ParameterName | None = None


class Moment(Part):
    """The Cloud API shows only `fallback_value`; Meta's older parts of a date are tolerated."""

    fallback_value: SomeText
    calendar: str | None = None
    day_of_week: int | None = None
    day_of_month: int | None = None
    year: int | None = None
    month: int | None = None
    hour: int | None = None
    minute: int | None = None


class DateTimeParameter(Part):
    type: Literal["date_time"]
    date_time: Moment
    parameter_name: ParameterName | None = None


class ImageParameter(Part):
    type: Literal["image"]
    image: Media


class VideoParameter(Part):
    type: Literal["video"]
    video: Media


class DocumentParameter(Part):
    type: Literal["document"]
    document: NamedMedia


class LocationParameter(Part):
    type: Literal["location"]
    location: Place


class ProductOfCatalog(Part):
    product_retailer_id: SomeText
    catalog_id: SomeText


class ProductParameter(Part):
    type: Literal["product"]
    product: ProductOfCatalog


class PayloadParameter(Part):
    type: Literal["payload"]
    payload: SomeText


class CouponParameter(Part):
    type: Literal["coupon_code"]
    coupon_code: SomeText


class ActionParameter(Part):
    """Flows, catalogues, multi-product and order details; Meta defines what `action` holds."""

    type: Literal["action"]
    action: dict[str, JsonValue]


class Expiry(Part):
    expiration_time_ms: Annotated[int, Field(ge=0)]


class LimitedTimeOfferParameter(Part):
    type: Literal["limited_time_offer"]
    limited_time_offer: Expiry


class GifParameter(Part):
    type: Literal["gif"]
    gif: Media


class NewerParameter(Part):
    """Kinds that few templates have and Meta still changes: passed on as they are."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]

    type: Literal["order_status", "tap_target_configuration", "ttl_minutes"]


Parameter = Annotated[
    TextParameter
    | CurrencyParameter
    | DateTimeParameter
    | ImageParameter
    | VideoParameter
    | DocumentParameter
    | LocationParameter
    | ProductParameter
    | PayloadParameter
    | CouponParameter
    | ActionParameter
    | LimitedTimeOfferParameter
    | GifParameter
    | NewerParameter,
    Field(discriminator="type"),
]


class HeaderComponent(Part):
    type: Literal["header"]
    parameters: list[Parameter]


class BodyComponent(Part):
    type: Literal["body"]
    parameters: list[Parameter]


_HIGHEST = limit("template_button_index")


def _position(value: int | str) -> int | str:
    if str(value) not in {str(position) for position in range(_HIGHEST + 1)}:
        raise refused(f"must be a position from 0 to {_HIGHEST}")
    return value


# Meta's own examples write both "0" and 0.
Position = Annotated[
    int | str,
    AfterValidator(_position),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": _HIGHEST},
                {"type": "string", "pattern": f"^[0-{_HIGHEST}]$"},
            ]
        }
    ),
]


class ButtonComponent(Part):
    type: Literal["button"]
    sub_type: Annotated[str, Matching(r"[A-Za-z_]{1,32}", "must be a button type such as url")]
    index: Position
    parameters: list[Parameter] | None = None


class LimitedTimeOfferComponent(Part):
    type: Literal["limited_time_offer"]
    parameters: list[Parameter]


CardComponent = Annotated[
    HeaderComponent | BodyComponent | ButtonComponent, Field(discriminator="type")
]


class CarouselCard(Part):
    card_index: Annotated[int, Field(ge=0, lt=limit("carousel_most_cards"))]
    components: Annotated[
        list[
            Annotated[
                HeaderComponent | BodyComponent | ButtonComponent, Field(discriminator="type")
            ]
        ],
        Field(min_length=1),
    ]


class CarouselComponent(Part):
    type: Literal["carousel"]
    cards: Annotated[
        list[CarouselCard], Field(min_length=1, max_length=limit("carousel_most_cards"))
    ]


class NewerComponent(Part):
    type: Literal["call_permission_request", "order_status", "tap_target_configuration"]
    parameters: list[Parameter] | None = None


Component = Annotated[
    HeaderComponent
    | BodyComponent
    | ButtonComponent
    | LimitedTimeOfferComponent
    | CarouselComponent
    | NewerComponent,
    Field(discriminator="type"),
]


class Language(Part):
    code: Annotated[
        str,
        Matching(r"[a-z]{2,3}(_[A-Za-z]{2,4})?", "must be a language of the template: en, en_US"),
    ]
    policy: Literal["deterministic"] | None = None


class Template(Part):
    name: Annotated[
        str,
        up_to("template_name"),
        Matching(r"[a-z0-9_]+", "must be lower-case letters, digits and _"),
    ]
    language: Language
    components: list[Component] | None = None
