import hashlib
import hmac

import pytest

from functions.webhook.gatekeeper import Gatekeeper

BODY = b'{"entry":[]}'


class FakeSecrets:
    """A `SecretCache` that counts what would be read from Secrets Manager."""

    def __init__(self, **secret):
        self.stored = secret
        self.kept = dict(secret)
        self.age = 0.0
        self.reads = 0

    def get(self, _arn, *, max_age_seconds=300.0):
        if self.age >= max_age_seconds:
            self.reads += 1
            self.kept, self.age = dict(self.stored), 0.0
        return self.kept


def sign(secret):
    return "sha256=" + hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("secret", ["new", "old"])
def test_both_secrets_of_a_rotation_open(secret):
    keeper = Gatekeeper(FakeSecrets(app_secret="new", previous_app_secret="old"), "arn")

    assert keeper.signed(BODY, sign(secret))


def test_a_secret_rotated_a_minute_ago_opens_at_once():
    secrets = FakeSecrets(app_secret="old", verify_token="t")
    secrets.stored = {"app_secret": "new", "verify_token": "u"}
    secrets.age = 60

    assert Gatekeeper(secrets, "arn").signed(BODY, sign("new"))
    assert Gatekeeper(secrets, "arn").knows("u")


def test_forgeries_do_not_cause_a_read_each():
    secrets = FakeSecrets(app_secret="s")
    keeper = Gatekeeper(secrets, "arn")

    assert not any(keeper.signed(BODY, sign("forged")) for _ in range(100))
    assert secrets.reads == 0


@pytest.mark.parametrize("token", ["", "wrong", "t\ud800"])
def test_a_wrong_verify_token_is_unknown(token):
    assert not Gatekeeper(FakeSecrets(verify_token="t"), "arn").knows(token)


def test_without_a_configured_token_or_secret_nothing_opens():
    keeper = Gatekeeper(FakeSecrets(verify_token="", app_secret=""), "arn")

    assert not keeper.knows("")
    assert not keeper.signed(BODY, sign(""))
