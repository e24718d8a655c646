"""Examples are accepted by the code they are examples for."""

import ast
import json
import re
from typing import Any

import pytest
from docs_pages import coded, page, pages, rows

from functions.core.runtime.policies import value
from functions.core.sending.message_errors import InvalidMessageError
from functions.core.sending.messages import parse_message
from functions.core.whatsapp.vocabulary import FIELDS
from infra.config import load_stage
from infra.tenant import load_tenant

README = page("README.md")
TEXT = "\n".join(each.text for each in pages())
JSON = [(each.name, block) for each in pages() for block in each.blocks("json")]


@pytest.mark.parametrize("block", [b for _, b in JSON], ids=[n for n, _ in JSON])
def test_every_json_example_is_json_and_every_message_one_that_is_taken(block):
    example = json.loads(block)
    if "type" in example and not example["type"].startswith("urn:"):
        parse_message(block)


def test_every_message_sent_with_curl_is_one_that_is_taken():
    bodies = re.findall(r"-d '(\{.*\})'", TEXT)
    assert bodies
    for body in bodies:
        parse_message(body)


def test_the_problem_shown_is_the_one_that_is_answered():
    [shown] = [json.loads(b) for b in page("docs/api.md").blocks("json") if "urn:" in b]
    with pytest.raises(InvalidMessageError) as refused:
        parse_message('{"to": "0151 23", "type": "text", "text": {"body": "Hello"}}')
    assert [(e.field, e.reason) for e in refused.value.errors] == [
        (e["field"], e["reason"]) for e in shown["errors"]
    ]


def test_the_stage_file_shown_can_be_used(tmp_path):
    [block] = README.blocks("toml")
    (tmp_path / "prod.toml").write_text(block, encoding="utf-8")
    tenant = load_tenant("prod", folder=tmp_path)
    assert tenant.region == "eu-central-1"
    assert tenant.reserve_concurrency


def test_secrets_are_written_under_the_names_the_stacks_give_them():
    stage = load_stage("prod")
    names = {stage.secret_name(name) for name in ("meta", "access-token", "pseudonym")}
    written = set(re.findall(r"--secret-id \"?(amana/[\w$/-]+)", TEXT))
    assert {name.replace("$STAGE", "prod") for name in written} <= names
    named = {coded(row[0])[0] for row in rows(page("docs/data-model.md").text, "secret")}
    assert {name.replace("<stage>", "prod") for name in named} == names


def test_secrets_are_written_with_the_keys_that_functions_read():
    blocks = [b for each in pages() for b in each.blocks("bash")]
    written = [json.loads(s) for b in blocks for s in re.findall(r"<<'JSON'\n(.*?)\nJSON", b)]
    meta = {"app_secret", "verify_token"}
    allowed: list[Any] = [meta, meta | {"previous_app_secret"}, {"access_token"}]
    assert len(written) == 4
    assert all(set(each) in allowed for each in written)


def test_addresses_of_graph_have_the_version_that_is_used():
    versions = set(re.findall(r"graph\.facebook\.com/(v[\d.]+)/", TEXT))
    assert versions == {
        load_stage("prod").graph_version,
        value("platform_limits", "graph", "version"),
    }


def test_the_interpreter_to_install_is_the_one_functions_run_on():
    versions = re.findall(r"uv python install ([\d.]+)", TEXT)
    assert set(versions) == {load_stage("prod").python}


def test_fields_to_subscribe_to_are_known():
    subscribed = README.section("7. Connect the webhook").partition("Then subscribe")[2]
    fields = coded(subscribed.partition("You may")[0])
    assert "messages" in fields
    assert set(fields) <= FIELDS


def test_python_examples_are_python():
    blocks = page("docs/adding-a-function.md").blocks("python")
    assert blocks
    for block in blocks:
        ast.parse(block)
