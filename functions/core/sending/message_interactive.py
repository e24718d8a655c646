"""Every kind of interactive message that Meta takes."""

from typing import Annotated

from pydantic import Field

from functions.core.sending.message_carousel import Carousel
from functions.core.sending.message_choices import ListOfRows, ReplyButtons
from functions.core.sending.message_prompts import (
    CallPermissionRequest,
    CallToActionUrl,
    Flow,
    LocationRequest,
    Regional,
    VoiceCall,
)
from functions.core.sending.message_shop import Catalog, Products, SingleProduct

Interactive = Annotated[
    ReplyButtons
    | ListOfRows
    | CallToActionUrl
    | Flow
    | SingleProduct
    | Products
    | Catalog
    | LocationRequest
    | CallPermissionRequest
    | VoiceCall
    | Carousel
    | Regional,
    Field(discriminator="type"),
]
