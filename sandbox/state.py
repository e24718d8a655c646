"""What all parts of one sandbox share, under one lock."""

import threading
from dataclasses import dataclass, field

from sandbox.clock import SandboxClock
from sandbox.config import SandboxConfig
from sandbox.faults import Faults
from sandbox.graph.account import Account
from sandbox.ids import Ids
from sandbox.webhooks.outbox import Outbox
from sandbox.webhooks.publisher import Publisher


@dataclass
class State:
    config: SandboxConfig
    clock: SandboxClock
    ids: Ids
    account: Account
    faults: Faults
    outbox: Outbox
    publisher: Publisher
    webhook_url: str | None
    # held while the account or the faults are read or changed, never while waiting for a network
    lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def fresh(cls, config: SandboxConfig, clock: SandboxClock | None = None) -> "State":
        clock = clock or SandboxClock()
        account, faults = Account.opened(config), Faults()
        # the limits may be changed later, so they are asked for each time
        outbox = Outbox(clock, lambda: state.account.limits.redelivery_delays)
        state = cls(
            config=config,
            clock=clock,
            ids=Ids(config.seed),
            account=account,
            faults=faults,
            outbox=outbox,
            publisher=Publisher(outbox, faults),
            webhook_url=config.webhook_url,
        )
        return state

    def reset(self) -> None:
        """As after the start, but for the webhook URL."""
        with self.lock:
            self.account = Account.opened(self.config)
            self.faults.clear()
            self.publisher.forget()
            self.clock.reset()
            self.outbox.clear()
