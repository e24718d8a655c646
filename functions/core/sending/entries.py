"""What the audit log is told of a message on its way out."""

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.audit.vocabulary import Outcome as Came
from functions.core.runtime.records import Item
from functions.core.sending.gate import Decision
from functions.core.sending.model import SendState
from functions.core.sending.outcomes import Verdict

_SENDER = Actor(kind="system", id="sender")
_CAME = {
    SendState.ACCEPTED: Came.DONE,
    SendState.REFUSED: Came.REFUSED,
    SendState.FAILED: Came.FAILED,
}


def claimed_entry(message_id: str, item: Item, decision: Decision) -> Event:
    """The gate let it pass in the very transaction that this is stored with."""
    duty = {"legal_duty": item["legal_duty"]} if "legal_duty" in item else {}
    overridden = {"overridden": list(decision.overridden)} if decision.overridden else {}
    return Event(
        action=Action.GATE_OVERRIDDEN if overridden else Action.SEND_CLAIMED,
        by=_SENDER,
        on=(item["contact_id"],),
        what=f"message/{message_id}",
        purpose=item.get("purpose", ""),
        facts={
            "attempt": item["attempt"] + 1,
            "in_window": decision.window_thread is not None,
            **duty,
            **overridden,
        },
    )


def settled_entry(message_id: str, item: Item, before: SendState, verdict: Verdict) -> Event:
    """What Graph or the gate said of try number `attempt`."""
    record = verdict.record
    return Event(
        action=Action.SEND_SETTLED,
        by=_SENDER,
        on=(item["contact_id"],),
        what=f"message/{message_id}",
        outcome=_CAME.get(verdict.state, Came.UNKNOWN),
        facts={
            "before": before.value,
            "state": verdict.state.value,
            "attempt": item["attempt"],
            "reasons": [reason["code"] for reason in record.get("reasons", ())],
            "graph_error": record.get("error", {}).get("code"),
        },
    )
