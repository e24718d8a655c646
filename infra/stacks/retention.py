"""What is deleted when its time is over, and what stops that: retention, legal holds."""

from pathlib import Path

from constructs import Construct

from infra.config import StageConfig
from infra.constructs.function import Function  # noqa: TC001 - used as soon as there is one
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack


class RetentionStack(FunctionStack):
    """`apis`: by folder, functions that answer routes. `content_users`: those with content keys."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
    ) -> None:
        super().__init__(
            scope,
            "retention",
            stage=stage,
            purpose="retention and legal holds",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.apis: dict[str, Function] = {}
        self.content_users: list[Function] = []
