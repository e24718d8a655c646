import json

import pytest
from botocore.exceptions import ClientError

from functions.core.runtime import log
from functions.core.runtime.errors import StoreUnavailableError


@pytest.fixture(autouse=True)
def unbound():
    log.bind()
    yield
    log.bind()


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_carries_level_time_and_ids(capsys, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "webhook")
    log.bind(request_id="r-1")

    log.info("folded", updates=3)

    [line] = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "INFO",
        "message": "folded",
        "service": "webhook",
        "request_id": "r-1",
        "updates": 3,
    }


def test_binding_replaces_the_previous_invocations_ids(capsys):
    log.bind(request_id="r-1", other="x")
    log.bind(request_id="r-2")

    log.warning("late")

    [line] = lines(capsys)
    assert (line["request_id"], line["level"]) == ("r-2", "WARNING")
    assert "other" not in line


def test_an_error_is_described_by_type_and_code_never_by_its_message(capsys):
    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "canary-4711"}}, "Send")
    failure = StoreUnavailableError("canary-4711")
    failure.__cause__ = refusal

    log.error("not enqueued", failure)

    [line] = lines(capsys)
    assert (line["error"], line["code"]) == ("StoreUnavailableError", "AccessDenied")
    assert "canary" not in json.dumps(line)


def test_an_error_without_an_aws_cause_has_no_code(capsys):
    log.error("broken", ValueError("canary-4711"))

    [line] = lines(capsys)
    assert line["error"] == "ValueError"
    assert "code" not in line


def test_a_metric_is_in_embedded_metric_format(capsys):
    log.metric("SignatureFailures", reason="missing")

    [line] = lines(capsys)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Amana",
        "Dimensions": [["reason"]],
        "Metrics": [{"Name": "SignatureFailures", "Unit": "Count"}],
    }
    assert line["_aws"]["Timestamp"] > 1_700_000_000_000
    assert (line["SignatureFailures"], line["reason"]) == (1, "missing")


def test_a_metric_without_dimensions_has_one_empty_dimension_set(capsys):
    log.metric("Folded", 12.5, "Milliseconds")

    [line] = lines(capsys)
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
    assert line["Folded"] == 12.5
