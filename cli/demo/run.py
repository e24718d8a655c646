"""`amana demo`: start what is not running, tell the story, stop what was started."""

from cli.demo.scenario import Scenario
from cli.demo.screen import Screen
from cli.demo.story import Check
from cli.demo.world import LocalWorld
from cli.local.down import stop_platform
from cli.local.facts import Facts
from cli.local.up import start_platform
from cli.progress import Progress
from cli.workspace import Workspace


def run_demo(workspace: Workspace, progress: Progress) -> bool:
    """True when everything was as announced."""
    facts, started = start_platform(workspace, progress)
    try:
        return _tell(workspace, facts, progress, stays=not started)
    finally:
        if started:
            stop_platform(workspace)
            progress.say("The platform that was started for this is stopped again.")


def _tell(workspace: Workspace, facts: Facts, progress: Progress, *, stays: bool) -> bool:
    screen, scenario = Screen(progress.console), Scenario(LocalWorld(facts))
    checks = []
    for part in scenario.tell():
        screen.show(part)
        if isinstance(part, Check):
            checks.append(part)
    screen.timeline(scenario.timeline())
    screen.refusals(checks)
    screen.ending(checks, workspace, facts, stays=stays)
    return all(each.ok for each in checks)
