"""What runs, where it answers, and what waits in the queues."""

from rich.table import Table

from cli import processes
from cli.local import facts, run
from cli.progress import Progress
from cli.stage import Stage, find_stage
from cli.workspace import Workspace

QUEUES = ("inbound", "outbound", "media")


def show_status(workspace: Workspace, progress: Progress) -> bool:
    """True when the platform is whole."""
    current = run.load(workspace)
    if not current.children:
        progress.say("The local platform is not running. Start it with `amana up`.")
        return False
    for child in current.children:
        alive = "running" if processes.is_running(child) else "[red]ended[/red]"
        progress.say(f"{child.name:<10} {alive}, process {child.pid}")
    if not current.all_alive or not workspace.local_json.exists():
        progress.say("It is not whole. `amana down` clears it away, `amana up` starts it anew.")
        return False
    found = facts.read(workspace)
    progress.say(f"webhook    {found.webhook_url}\napi        {found.api_url}")
    progress.say(f"sandbox    {found.graph_url}\nfacts      {workspace.local_json}")
    progress.console.print(_queues(find_stage("local", workspace=workspace)))
    return True


def _queues(stage: Stage) -> Table:
    table = Table("queue", "waiting", "dead letters")
    sqs = stage.sqs()
    for name in QUEUES:
        pair = stage.queue_pair(name)
        counts = [
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            for url in (pair.queue_url, pair.dlq_url)
        ]
        table.add_row(name, *(each["Attributes"]["ApproximateNumberOfMessages"] for each in counts))
    return table
