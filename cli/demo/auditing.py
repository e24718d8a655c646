"""What an auditor does: checks the log from its files, and the proof of one entry."""

from cli.demo.story import Chapter, Check, Story
from cli.demo.world import World


def audit_log(world: World, *, message_id: str) -> Story:
    yield Chapter(title="An auditor looks at the log")
    proved = world.until(lambda: world.prove(message_id))
    yield Check(
        announced="the entry of an answer comes with a proof that holds offline",
        found=proved or "no proof",
        ok=bool(proved),
    )
    report = world.audit()
    yield Check(
        announced="the log verifies from its files and its key alone",
        found=f"{report.entries} entries, {len(report.findings)} findings",
        ok=not report.findings and report.entries > 0,
    )
    forged = world.audit(changed=True)
    told = str(forged.findings[0].kind) if forged.findings else "nothing was found"
    yield Check(
        announced="a copy in which one letter was changed is found out",
        found=told,
        ok=told == "flipped",
        refused="every entry is in a tree of hashes, and its root is signed",
    )
