"""How the watch over what people say is put together."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from functions.core.consent.answering import ConsentWatch
from functions.core.consent.asking import DoubleOptIn
from functions.core.consent.deciding import Deciding
from functions.core.consent.first_contact import FirstContact
from functions.core.consent.ledger import Ledger
from functions.core.consent.linking import Follower, Linking
from functions.core.consent.notices import Notices
from functions.core.consent.overtaking import Overtaking
from functions.core.consent.questions import Replies
from functions.core.consent.replying import Replying
from functions.core.consent.requests import Requests
from functions.core.consent.resuming import Resuming
from functions.core.consent.rules import Rules, ask_again_ms, reply_ms
from functions.core.consent.signals import Signals
from functions.core.consent.telling import Telling
from functions.core.consent.words import Understood, understand
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.runtime.records import RecordStore
from functions.core.sending.service import SendingService


@dataclass(frozen=True, kw_only=True)
class Parts:
    """`records`: people and messages, opened. `language`: of the stage.

    `spoken_for`: whether a text says something else, which others answer.
    """

    ledger: Ledger
    holds: Follower
    records: RecordStore
    sending: SendingService
    double_opt_in: DoubleOptIn
    pseudonyms: Pseudonyms
    notices: Notices
    replies: Replies
    rules: Rules
    language: str
    greets: bool
    now_ms: Callable[[], int]
    spoken_for: Callable[[str], bool] = lambda _: False


def consent_watch(parts: Parts) -> ConsentWatch:
    ledger = parts.ledger
    requests = Requests(store=ledger.store, records=parts.records)
    overtaking = Overtaking(ledger=ledger, requests=requests, pseudonyms=parts.pseudonyms)
    telling = Telling(
        store=ledger.store,
        directory=ledger.directory,
        sending=parts.sending,
        now_ms=parts.now_ms,
        fresh_ms=reply_ms(),
    )
    greeting = FirstContact(telling=telling, notices=parts.notices, language=parts.language)
    return ConsentWatch(
        directory=ledger.directory,
        linking=Linking(ledger=ledger, holds=parts.holds, records=parts.records),
        signals=Signals(
            ledger=ledger,
            overtaking=overtaking,
            pseudonyms=parts.pseudonyms,
            rules=parts.rules,
            now_ms=parts.now_ms,
        ),
        deciding=Deciding(
            ledger=ledger,
            overtaking=overtaking,
            requests=requests,
            pseudonyms=parts.pseudonyms,
            rules=parts.rules,
            now_ms=parts.now_ms,
        ),
        replying=Replying(
            telling=telling,
            notices=parts.notices,
            replies=parts.replies,
            language=parts.language,
            ask_again_ms=ask_again_ms(),
        ),
        resuming=Resuming(
            telling=telling,
            double_opt_in=parts.double_opt_in,
            ledger=ledger,
            notices=parts.notices,
            rules=parts.rules,
            now_ms=parts.now_ms,
        ),
        first_contact=greeting if parts.greets else None,
        understand=partial(_understood, parts),
    )


def _understood(parts: Parts, text: str) -> Understood | None:
    return None if parts.spoken_for(text) else understand(text, preferred=parts.language)
