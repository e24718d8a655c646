"""Entry point of the CDK CLI: builds the functions' assets, then writes one stage's templates."""

from infra.app import add_rule_packs, add_stacks, new_app
from infra.build import build_assets, say
from infra.config import load_stage

app = new_app()
stage = load_stage(
    app.node.try_get_context("stage") or "dev", graph_url=app.node.try_get_context("graph_url")
)
if stage.tenant.is_example and not stage.is_local:
    say(f"infra/stages/{stage.name}.toml holds example ids: put in your own before you deploy")
add_stacks(app, stage, build_assets(stage))
if not stage.is_local:
    add_rule_packs(app)
app.synth()
