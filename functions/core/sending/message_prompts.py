"""Interactive messages with one button: a page, a flow, a call, a location, a permission."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue

from functions.core.sending.message_frame import Body, Footer, Header
from functions.core.sending.message_parts import (
    ButtonTitle,
    Link,
    OneOf,
    Part,
    SomeText,
    limit,
    up_to,
)


class UrlButton(Part):
    display_text: ButtonTitle
    url: Link


class UrlAction(Part):
    name: Literal["cta_url"]
    parameters: UrlButton


class CallToActionUrl(Part):
    type: Literal["cta_url"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: UrlAction


class FirstScreen(Part):
    screen: SomeText | None = None
    data: dict[str, JsonValue] | None = None


class FlowButton(OneOf):
    alternatives: ClassVar[tuple[str, ...]] = ("flow_id", "flow_name")

    flow_message_version: Literal["3"]
    flow_id: SomeText | None = None
    flow_name: SomeText | None = None
    flow_cta: Annotated[str, up_to("flow_cta")]
    flow_token: SomeText | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    flow_action_payload: FirstScreen | None = None
    mode: Literal["draft", "published"] | None = None


class FlowAction(Part):
    name: Literal["flow"]
    parameters: FlowButton


class Flow(Part):
    type: Literal["flow"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: FlowAction


class LocationAction(Part):
    name: Literal["send_location"]


class LocationRequest(Part):
    type: Literal["location_request_message"]
    body: Body
    action: LocationAction


class PermissionAction(Part):
    name: Literal["call_permission_request"]


class CallPermissionRequest(Part):
    type: Literal["call_permission_request"]
    body: Body | None = None
    action: PermissionAction


class CallButton(Part):
    display_text: ButtonTitle | None = None
    ttl_minutes: Annotated[int, Field(ge=1, le=limit("voice_call_ttl"))] | None = None
    payload: Annotated[str, up_to("voice_call_payload")] | None = None


class CallAction(Part):
    name: Literal["voice_call"]
    parameters: CallButton | None = None


class VoiceCall(Part):
    type: Literal["voice_call"]
    body: Body
    action: CallAction


class RegionalAction(Part):
    name: SomeText
    parameters: dict[str, JsonValue]


class Regional(Part):
    """Addresses and payments exist in a few countries, in forms that Meta changes often."""

    type: Literal["address_message", "order_details", "order_status"]
    header: Header | None = None
    body: Body
    footer: Footer | None = None
    action: RegionalAction
