import warnings
from datetime import UTC, date, datetime, timedelta

import pytest

from functions.core.runtime import policies

LIMITS = policies.load("platform_limits")
NOTICE = timedelta(days=60)


def entries(node, path=()):
    if "value" in node:
        yield ".".join(path), node
        return
    for name, child in node.items():
        yield from entries(child, (*path, name))


ENTRIES = dict(entries(LIMITS))


def test_a_policy_is_read_once():
    assert policies.load("platform_limits") is policies.load("platform_limits")


def test_a_value_is_found_by_its_path():
    assert policies.value("platform_limits", "window", "entry_point_hours") == 72


def test_a_value_that_does_not_exist_is_an_error():
    with pytest.raises(KeyError):
        policies.value("platform_limits", "window", "nonsense")


@pytest.mark.parametrize("name", ENTRIES)
def test_every_number_says_where_and_when_it_was_read(name):
    entry = ENTRIES[name]

    assert entry["source"].startswith("https://")
    assert isinstance(entry["read"], date)


@pytest.mark.parametrize("name", [n for n in ENTRIES if n != "graph.version"])
def test_every_number_has_a_unit(name):
    assert ENTRIES[name]["unit"]


def test_the_graph_version_was_not_near_its_end_when_the_data_was_read():
    version = LIMITS["graph"]["version"]

    assert version["ends"] - version["read"] > NOTICE, "upgrade policies/platform_limits.toml"


@pytest.mark.filterwarnings("default:Graph:UserWarning")
def test_the_graph_version_is_watched_as_time_passes():
    version = LIMITS["graph"]["version"]
    today = datetime.now(UTC).date()
    if version["ends"] - today <= NOTICE:
        warnings.warn(f"Graph {version['value']} ends on {version['ends']}", stacklevel=1)


def test_ended_versions_are_not_configured():
    ended = LIMITS["graph"]["older"]["value"]

    assert LIMITS["graph"]["version"]["value"] not in ended
