"""A template message against the template it names."""

from sandbox.errors import GraphError
from sandbox.graph.fields import Fields
from sandbox.graph.templates import Template, Templates
from sandbox.limits import Limits

_COMPONENTS = {"body", "button", "carousel", "header", "limited_time_offer", "order_status"}
_PARAMETERS = {
    "action", "coupon_code", "currency", "date_time", "document", "image", "limited_time_offer",
    "location", "payload", "product", "text", "video",
}  # fmt: skip
# a template has at most 10 buttons
_LAST_BUTTON = 9


def check_template(part: Fields, templates: Templates, limits: Limits) -> Template:
    part.only("name", "language", "components", "namespace")
    name = part.string("name")
    language = part.object("language").string("code")
    components = part.optional_objects("components")
    kinds = [component.choice("type", _COMPONENTS) for component in components]
    for component in components:
        _check_parameters(component)
    template = templates.usable(name, language)
    _check_header(template, _parameters(components, kinds, "header"))
    _check_body(template, _parameters(components, kinds, "body"), limits)
    _check_buttons(template, components, kinds)
    return template


def _parameters(components: list[Fields], kinds: list[str], kind: str) -> list[Fields]:
    return [
        parameter
        for component, found in zip(components, kinds, strict=True)
        if found == kind
        for parameter in component.optional_objects("parameters")
    ]


def _check_parameters(component: Fields) -> None:
    for parameter in component.optional_objects("parameters"):
        kind = parameter.choice("type", _PARAMETERS)
        if kind == "text" and not parameter.value.get("text"):
            raise GraphError(
                100, "Parameter 'text' is mandatory for component parameter type 'text'"
            )
        text = str(parameter.value.get("text", ""))
        if "\n" in text or "\t" in text or " " * 5 in text:
            raise GraphError(
                100,
                "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
            )


def _check_header(template: Template, parameters: list[Fields]) -> None:
    received = str(parameters[0].value["type"]).upper() if parameters else "UNKNOWN"
    if template.header in {None, "TEXT"}:
        _check_count("header", len(parameters), template.header_variables)
        return
    if received != template.header:
        raise GraphError(
            132012, f"header: Format mismatch, expected {template.header}, received {received}"
        )


def _check_body(template: Template, parameters: list[Fields], limits: Limits) -> None:
    _check_count("body", len(parameters), len(template.body_variables))
    if template.named:
        names = {str(parameter.value.get("parameter_name")) for parameter in parameters}
        if names != set(template.body_variables):
            raise GraphError(100, "Parameter name is missing or empty")
    filled = sum(len(str(parameter.value.get("text", ""))) for parameter in parameters)
    if len(template.body) + filled > limits.count("text", "template_body"):
        raise GraphError(132005)


def _check_buttons(template: Template, components: list[Fields], kinds: list[str]) -> None:
    filled = {
        int(component.number("index", 0, _LAST_BUTTON))
        for component, kind in zip(components, kinds, strict=True)
        if kind == "button" and component.optional_objects("parameters")
    }
    for index, kind in template.open_buttons.items():
        if index not in filled:
            raise GraphError(
                131008, f"buttons: Button at index {index} of type {kind} requires a parameter"
            )


def _check_count(where: str, received: int, expected: int) -> None:
    if received != expected:
        raise GraphError(
            132000,
            f"{where}: number of localizable_params ({received}) does not match the expected "
            f"number of params ({expected})",
        )
