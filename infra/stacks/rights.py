"""Rights of persons: requests, access, correction, erasure."""

from pathlib import Path

from constructs import Construct

from infra.config import StageConfig
from infra.functions.access import access
from infra.functions.disclosure import disclosure
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack


class RightsStack(FunctionStack):
    """`apis`: by folder, functions that answer routes. `content_users`: those with content keys."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
        messaging: MessagingStack,
    ) -> None:
        super().__init__(
            scope,
            "rights",
            stage=stage,
            purpose="rights of persons",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.messaging = messaging
        self.access = access(self, data)
        self.disclosure = disclosure(self, data, messaging)
        self.apis = {"disclosure": self.disclosure}
        self.content_users = [self.access, self.disclosure]
