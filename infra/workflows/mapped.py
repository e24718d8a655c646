"""A workflow that plans, does each part of the plan on its own, and ends: for exports, imports."""

from dataclasses import dataclass

from infra.workflows.states import (
    INPUT_STAYS,
    NOTHING,
    Definition,
    State,
    call,
    caught,
    fail,
    for_each,
    succeed,
)


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """What such a workflow is about.

    `subject`: the name of the id that every step gets. `plan`: the name of the list of parts in
    the plan's answer; `part`: of one of them. `each`, `last`: the steps that follow on the plan.
    """

    subject: str
    plan: str
    part: str
    each: str
    last: str
    error: str
    cause: str


def mapped_definition(
    function_arn: str, mapped: Mapped, *, step_seconds: int, most_seconds: int, at_once: int
) -> Definition:
    """Input: {subject: id}. `at_once`: parts that are done at the same time."""
    subject, part = f"{mapped.subject}.$", f"{mapped.part}.$"
    told = {subject: f"$.{mapped.subject}"}
    each, last = mapped.each.title(), mapped.last.title()

    def step(name: str, *, then: str) -> State:
        payload = {"step": name, **told}
        return caught(call(function_arn, payload, seconds=step_seconds, then=then), then="GiveUp")

    one = call(
        function_arn,
        {"step": mapped.each, **told, part: f"$.{mapped.part}"},
        seconds=step_seconds,
        then=None,
        # thousands of answers would be too large for a state
        output=NOTHING,
    )
    item = {**told, part: "$$.Map.Item.Value"}
    states = {
        "Plan": step("plan", then=each),
        each: caught(
            for_each(f"$.{mapped.plan}", item, one, at_once=at_once, then=last), then="GiveUp"
        ),
        last: step(mapped.last, then="Done"),
        "Done": succeed(),
        "GiveUp": call(
            function_arn,
            {"step": "fail", **told},
            seconds=step_seconds,
            then="Failed",
            output=INPUT_STAYS,
        ),
        "Failed": fail(mapped.error, mapped.cause),
    }
    return {"StartAt": "Plan", "TimeoutSeconds": most_seconds, "States": states}
