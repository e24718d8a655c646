"""The inbound function as it is deployed, over simulated AWS."""

from typing import Any

from sealed_platform import create_queue, pseudonym_secret, start_anew

from functions.inbound import wiring
from functions.inbound.settings import InboundSettings
from tests.fakes import build


def deploy_inbound(monkeypatch: Any, **changes: Any) -> None:
    """Inside `mock_aws`, once its stores are there. `changes`: settings that are otherwise."""
    told: dict[str, Any] = {
        "rights_machine_arn": "arn:aws:states:eu-central-1:123456789012:stateMachine:none",
        "deadlines": "{}",
        "timezone": "UTC",
        "content_rules": "{}",
        "profile_names": "on",
        "outbox_table": "outbox",
        "conversations_table": "conversations",
        "keys_table": "keys",
        "transit_bucket": "transit",
        "media_bucket": "media",
        "pseudonym_secret_arn": pseudonym_secret(),
        "portfolio_id": "portfolio-1",
        "media_queue_url": create_queue("media"),
        "outbound_queue_url": create_queue("outbound.fifo"),
        "max_pending_per_conversation": 9,
        "phone_number_ids": build.NUMBER,
        "card_policy": "mask",
        "language": "en",
        "consent_table": "consent",
        "ephemeral_table": "ephemeral",
        "compliance_table": "compliance",
        "consent_rules": "{}",
        "controller": build.CONTROLLER,
        "first_contact_notice": "off",
        "waba_id": build.WABA,
    }
    for name, value in InboundSettings(**(told | changes)).environment().items():
        monkeypatch.setenv(name, value)
    start_anew(wiring)
