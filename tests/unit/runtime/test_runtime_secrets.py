import json

import pytest

from functions.core.runtime.secrets import MalformedSecretError, SecretCache


class FakeSecretsManager:
    def __init__(self, **values):
        self.values = values
        self.reads = 0

    def get_secret_value(self, *, SecretId):  # noqa: N803 (AWS's spelling)
        self.reads += 1
        return {"SecretString": self.values[SecretId]}


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def manager():
    return FakeSecretsManager(meta=json.dumps({"app_secret": "one"}), broken="canary-4711")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(manager, clock):
    return SecretCache(manager, clock=clock)


def test_a_secret_is_read_once_within_its_age(cache, manager, clock):
    cache.get("meta")
    clock.now += 299

    assert cache.get("meta") == {"app_secret": "one"}
    assert manager.reads == 1


def test_a_rotated_secret_is_seen_after_five_minutes(cache, manager, clock):
    cache.get("meta")
    manager.values["meta"] = json.dumps({"app_secret": "two"})
    clock.now += 300

    assert cache.get("meta") == {"app_secret": "two"}


def test_a_caller_may_ask_for_a_fresher_value(cache, manager, clock):
    cache.get("meta")
    manager.values["meta"] = json.dumps({"app_secret": "two"})
    clock.now += 30

    assert cache.get("meta", max_age_seconds=30) == {"app_secret": "two"}


def test_a_forgotten_secret_is_read_again(cache, manager):
    cache.get("meta")
    cache.forget("meta")
    cache.get("meta")

    assert manager.reads == 2


def test_a_clock_set_back_does_not_keep_a_secret_alive(cache, manager, clock):
    cache.get("meta")
    clock.now -= 3600
    cache.get("meta")

    assert manager.reads == 2


@pytest.mark.parametrize("text", ["canary-4711", '["canary-4711"]', ""])
def test_a_malformed_secret_is_named_but_not_quoted(cache, manager, text):
    manager.values["broken"] = text

    with pytest.raises(MalformedSecretError) as caught:
        cache.get("broken")

    assert "canary" not in str(caught.value)
