"""A process that dies before or after any one call it makes to its parts."""

from collections.abc import Callable
from typing import Any, Self


class Killed(BaseException):
    """Nothing catches a dead process."""


class Reaper:
    """Counts the calls to all wrapped parts; at the chosen one, before or after it, dies."""

    def __init__(self, *, at: int | None = None, after: bool = False) -> None:
        self.at, self.after = at, after
        self.calls: list[str] = []

    def around(self, name: str, part: Any) -> "Mortal":
        return Mortal(self, name, part)

    def call(self, label: str, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        self.calls.append(label)
        due = len(self.calls) - 1 == self.at
        if due and not self.after:
            raise Killed(label)
        result = function(*args, **kwargs)
        if due:
            raise Killed(label)
        if hasattr(result, "commit"):
            return Mortal(self, label, result)
        return result


class Mortal:
    def __init__(self, reaper: Reaper, name: str, part: Any) -> None:
        self._reaper, self._name, self._part = reaper, name, part

    def __getattr__(self, method: str) -> Any:
        function, label = getattr(self._part, method), f"{self._name}.{method}"
        return lambda *args, **kwargs: self._reaper.call(label, function, args, kwargs)

    def __enter__(self) -> Self:
        self._part.__enter__()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not Killed:  # the dead clean nothing up
            self._part.__exit__(kind, error, trace)
