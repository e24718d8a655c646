"""Composition root: built once per execution environment."""

import os
from collections.abc import Iterable
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.cards.deflection import Deflection
from functions.core.cards.guard import CardGuard
from functions.core.cards.policy import Policy, deflection_text
from functions.core.cards.splits import SplitNumbers
from functions.core.consent import wiring as consents
from functions.core.consent.answering import ConsentWatch
from functions.core.consent.controller import Controller
from functions.core.consent.notices import Notices
from functions.core.consent.rules import reply_ms, rules
from functions.core.consent.watching import Parts, consent_watch
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.contacts.tombstones import DynamoTombstones
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.transit import TransitOpener
from functions.core.content.wiring import sealing
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.minimising import minimising
from functions.core.conversations.read_dynamodb import DynamoListing
from functions.core.conversations.service import ConversationsService
from functions.core.holds.following import Following
from functions.core.holds.guard import Guards
from functions.core.holds.store import DynamoHolds
from functions.core.media.announce import SqsMediaQueue
from functions.core.rights import wiring as rights
from functions.core.rights.filing import FilingDesk
from functions.core.rights.hearing import RightsWatch
from functions.core.rights.saying import Saying
from functions.core.rights.subjects import Subjects
from functions.core.rights.words import wanted
from functions.core.runtime import aws, clock, policies
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.service import SendingService
from functions.core.sending.templates import learn
from functions.core.sending.wiring import purposes, sending_service
from functions.core.whatsapp.model import Update
from functions.inbound.intake import Intake
from functions.inbound.settings import InboundSettings


@cache
def settings() -> InboundSettings:
    return InboundSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="inbound", outbox_table=settings().outbox_table)


@cache
def opener() -> TransitOpener:
    return TransitOpener(aws.kms())


class _Templates:
    def learn(self, updates: Iterable[Update]) -> None:
        chosen = settings()
        learn(DynamoRecords(aws.dynamodb(), chosen.consent_table), updates, waba_id=chosen.waba_id)


@cache
def intake() -> Intake:
    conversations = ConversationsService(
        records=records(),
        directory=directory(),
        pseudonyms=pseudonyms(),
        blobs=S3Blobs(aws.s3(), settings().media_bucket, seal().ring),
        entry_point_hours=policies.value("platform_limits", "window", "entry_point_hours"),
        minimising=minimising(settings().content_rules),
        keeps_names=settings().profile_names == "on",
        tombstones=DynamoTombstones(
            aws.dynamodb(), settings().ephemeral_table, now_ms=clock.now_ms
        ),
    )
    return Intake(
        conversations=conversations,
        media=SqsMediaQueue(aws.sqs(), settings().media_queue_url),
        audit=audit(),
        templates=_Templates(),
        cards=CardGuard(splits=_splits(), answers=_answers()),
        consent=_consent(),
        rights=_rights(),
    )


@cache
def seal() -> Sealing:
    return sealing(keys_table=settings().keys_table, audit=audit())


@cache
def records() -> SealedRecords:
    return SealedRecords(DynamoRecords(aws.dynamodb(), settings().conversations_table), seal())


@cache
def pseudonyms() -> Pseudonyms:
    return contacts.pseudonyms(
        secret_arn=settings().pseudonym_secret_arn, portfolio_id=settings().portfolio_id
    )


@cache
def directory() -> Directory:
    return contacts.directory(records(), pseudonyms())


def _splits() -> SplitNumbers:
    return SplitNumbers(
        records=records(),
        listing=DynamoListing(aws.dynamodb(), settings().conversations_table, seal()),
        pseudonyms=pseudonyms(),
        within_ms=policies.load("cards")["split"]["seconds"] * 1000,
    )


def _answers() -> Deflection | None:
    if settings().card_policy == Policy.MASK:
        return None
    return Deflection(
        sending=_sending(),
        directory=directory(),
        text=deflection_text(settings().language),
        now_ms=clock.now_ms,
    )


@cache
def _sending() -> SendingService:
    chosen = settings()
    return sending_service(
        store=DynamoSending(aws.dynamodb(), chosen.conversations_table, seal(), audit()),
        records=records(),
        directory=directory(),
        pseudonyms=pseudonyms(),
        phone_number_ids=chosen.phone_number_ids,
        outbound_queue_url=chosen.outbound_queue_url,
        max_pending=chosen.max_pending_per_conversation,
        purposes=purposes(consent_table=chosen.consent_table, changes=chosen.consent_rules),
    )


def _holds() -> Following:
    table = settings().compliance_table
    return Following(
        store=DynamoHolds(aws.dynamodb(), table, audit()),
        nodes=directory(),
        guards=Guards(aws.dynamodb(), table),
        records=DynamoRecords(aws.dynamodb(), table),
    )


def _consent() -> ConsentWatch:
    chosen = settings()
    controller = Controller.parse(chosen.controller)
    store = consents.store(
        consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
    )
    ledger = consents.ledger(store=store, directory=directory())
    return consent_watch(
        Parts(
            ledger=ledger,
            holds=_holds(),
            records=records(),
            sending=_sending(),
            double_opt_in=consents.double_opt_in(
                ledger=ledger,
                records=records(),
                sending=_sending(),
                pseudonyms=pseudonyms(),
                controller=controller,
            ),
            pseudonyms=pseudonyms(),
            notices=Notices(controller),
            replies=consents.replies(controller),
            rules=rules(chosen.consent_rules),
            language=chosen.language,
            greets=chosen.first_contact_notice == "on",
            now_ms=clock.now_ms,
            spoken_for=lambda text: wanted(text) is not None,
        )
    )


def _rights() -> RightsWatch:
    chosen = settings()
    store = rights.requests(
        compliance_table=chosen.compliance_table, keys_table=chosen.keys_table, audit=audit()
    )
    changes = rights.changes(store=store, machine_arn=chosen.rights_machine_arn)
    controller = Controller.parse(chosen.controller)
    return RightsWatch(
        desk=FilingDesk(
            changes=changes,
            subjects=Subjects(directory()),
            # what takes effect at once is not asked for in a chat
            effects=None,
            pseudonyms=pseudonyms(),
        ),
        store=store,
        directory=directory(),
        saying=Saying(sending=_sending(), checking=None, controller=controller, template=""),
        # holidays are looked up by who files a request, not by every cold start
        due_on=lambda request: rights.due_on(
            request,
            deadlines=chosen.deadlines,
            calendar=rights.calendar(controller=chosen.controller, timezone=chosen.timezone),
        ),
        language=chosen.language,
        now_ms=clock.now_ms,
        fresh_ms=reply_ms(),
    )
