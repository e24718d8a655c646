"""The business that is responsible, as a stage's file describes it. Stdlib only."""

import json
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Controller:
    """The party of ISO/IEC TS 27560: notices, records and receipts name it.

    `contact`: where people reach its data protection, such as a mail address. `kind`: of
    organisation, such as "bank". `jurisdiction`, `storage_location`: ISO 3166 codes, or "EU".
    `authority`: that people may complain to.
    """

    name: str
    address: str
    contact: str
    kind: str
    privacy_url: str
    jurisdiction: str
    storage_location: str
    authority: str

    def __post_init__(self) -> None:
        empty = [field.name for field in fields(self) if not getattr(self, field.name).strip()]
        if empty:
            raise ValueError(f"the controller lacks: {', '.join(empty)}")
        if not self.privacy_url.startswith("https://"):
            raise ValueError("the controller's privacy_url must start with https://")

    @classmethod
    def parse(cls, json_text: str) -> "Controller":
        """Raises ValueError that says what is missing, unknown or empty."""
        told = json.loads(json_text)
        if not isinstance(told, dict):
            raise ValueError("the controller is no JSON object")  # noqa: TRY004 - one kind of error
        names = {field.name for field in fields(cls)}
        if missing := sorted(names - told.keys()):
            raise ValueError(f"the controller lacks: {', '.join(missing)}")
        if unknown := sorted(told.keys() - names):
            raise ValueError(f"the controller has no: {', '.join(unknown)}")
        if wrong := sorted(name for name, value in told.items() if not isinstance(value, str)):
            raise ValueError(f"the controller needs text for: {', '.join(wrong)}")
        return cls(**told)

    def json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
