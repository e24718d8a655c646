"""Composition root: built once per execution environment."""

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.consent.refused import GraphRefusals
from functions.core.consent.rules import rules
from functions.core.consent.store import DynamoConsent
from functions.core.contacts import wiring as contacts
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords
from functions.core.content.wiring import sealing
from functions.core.conversations.minimising import minimising
from functions.core.media.sendable import SendableMedia
from functions.core.media.store import DynamoMedia
from functions.core.runtime import aws, clock, policies
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.secrets import SecretCache
from functions.core.sending.channels import DynamoChannels, DynamoPace
from functions.core.sending.delivery import Delivery, DeliveryRules
from functions.core.sending.drain import Drain
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.gate import Gate
from functions.core.sending.outcomes import OutcomeRules
from functions.core.sending.pacing import Pacing, PacingRules
from functions.core.sending.references import References
from functions.core.sending.wiring import purposes, window_rule
from functions.core.whatsapp.graph import GraphClient
from functions.core.whatsapp.graph_answers import Outcome, Refused
from functions.core.whatsapp.graph_errors import ErrorClass
from functions.sender.settings import SenderSettings

# Our own choices, not Meta's: transient errors are gone within minutes or need a person.
_BASE_BACKOFF_MS = 2_000
_MAX_BACKOFF_MS = 15 * 60_000
_MAX_ATTEMPTS = 10
_PROBE_MS = 5 * 60_000
# As often as the sweeper comes: messages behind an ambiguous one go on soon after its status.
_RECHECK_MS = 60_000
# A wait this short is cheaper slept than scheduled: the sweeper comes once a minute.
_LONGEST_WAIT_MS = 8_000
# Graph's time-outs and storing the answer take less; an older claim was abandoned.
_IN_FLIGHT_MS = 30_000


@cache
def settings() -> SenderSettings:
    return SenderSettings.parse(os.environ)


class AuthorisedGraph:
    """Graph with the deployment's token, read anew after Graph refused it."""

    def __init__(self, client: GraphClient, secrets: SecretCache, arn: str) -> None:
        self._client = client
        self._secrets = secrets
        self._arn = arn

    def send(self, phone_number_id: str, payload: Mapping[str, Any]) -> Outcome:
        token = self._secrets.get(self._arn)["access_token"]
        outcome = self._client.send(phone_number_id, payload, token)
        if isinstance(outcome, Refused) and outcome.error_class is ErrorClass.STOP_CHANNEL:
            self._secrets.forget(self._arn)
        return outcome


@cache
def audit() -> Writer:
    return auditing.writer(function="sender", outbox_table=settings().outbox_table)


@cache
def drain() -> Drain:
    chosen = settings()
    client, secrets = aws.dynamodb(), SecretCache(aws.secrets())
    seal = sealing(keys_table=chosen.keys_table, audit=audit())
    records = SealedRecords(DynamoRecords(client, chosen.conversations_table), seal)
    store = DynamoSending(client, chosen.conversations_table, seal, audit())
    pseudonyms = contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )
    directory = contacts.directory(records, pseudonyms)
    graph = GraphClient(url=chosen.graph_url, version=chosen.graph_version)
    delivery = Delivery(
        store=store,
        channels=DynamoChannels(client, chosen.conversations_table),
        gate=_gate(chosen, store, directory),
        pacing=Pacing(
            store=DynamoPace(client, chosen.ephemeral_table),
            rules=_pacing_rules(chosen),
            now_ms=clock.now_ms,
            sleep=time.sleep,
        ),
        graph=AuthorisedGraph(graph, secrets, chosen.access_token_secret_arn),
        references=References(
            store,
            SendableMedia(
                DynamoMedia(client, chosen.conversations_table, seal), now_ms=clock.now_ms
            ),
        ),
        refusals=GraphRefusals(
            ledger=consents.ledger(store=_consent(), directory=directory),
            pseudonyms=pseudonyms,
            rules=rules(chosen.consent_rules),
            now_ms=clock.now_ms,
        ),
        rules=_delivery_rules(chosen),
        now_ms=clock.now_ms,
    )
    return Drain(
        delivery=delivery,
        now_ms=clock.now_ms,
        sleep=time.sleep,
        longest_wait_ms=_LONGEST_WAIT_MS,
    )


@cache
def _consent() -> DynamoConsent:
    chosen = settings()
    return consents.store(
        consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
    )


def _gate(chosen: SenderSettings, store: DynamoSending, directory: Directory) -> Gate:
    return Gate(
        store=store,
        directory=directory,
        rule=window_rule(),
        consents=consents.gate(
            store=_consent(),
            consent_table=chosen.consent_table,
            changes=chosen.consent_rules,
            timezone=chosen.timezone,
        ),
        purposes=purposes(consent_table=chosen.consent_table, changes=chosen.consent_rules),
    )


def _pacing_rules(chosen: SenderSettings) -> PacingRules:
    return PacingRules(
        messages_per_second=chosen.messages_per_second,
        pair_interval_ms=policies.value("platform_limits", "rates", "pair_interval") * 1000,
        pair_burst=policies.value("platform_limits", "rates", "pair_burst"),
        longest_wait_ms=_LONGEST_WAIT_MS,
    )


def _delivery_rules(chosen: SenderSettings) -> DeliveryRules:
    return DeliveryRules(
        outcomes=OutcomeRules(
            ambiguous_wait_ms=chosen.ambiguous_wait_seconds * 1000,
            recheck_ms=_RECHECK_MS,
            base_backoff_ms=_BASE_BACKOFF_MS,
            max_backoff_ms=_MAX_BACKOFF_MS,
            max_attempts=_MAX_ATTEMPTS,
            pair_retry_base=policies.value("platform_limits", "rates", "pair_retry_base"),
            probe_ms=_PROBE_MS,
        ),
        in_flight_ms=_IN_FLIGHT_MS,
        minimising=minimising(chosen.content_rules),
    )
