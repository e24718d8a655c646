import hashlib
import hmac

import pytest

from functions.core.whatsapp.signature import is_signed

# the vector Meta's page gives
SECRET = "test_app_secret"
BODY = b'{"object":"whatsapp_business_account","entry":[]}'
DIGEST = "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"


def signed_under(secret, body=BODY):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_published_vector_is_accepted():
    assert is_signed(BODY, f"sha256={DIGEST}", [SECRET])


def test_hexadecimal_may_be_upper_case():
    assert is_signed(BODY, f"sha256={DIGEST.upper()}", [SECRET])


def test_either_secret_of_a_rotation_is_accepted():
    assert is_signed(BODY, signed_under("old"), ["new", "old"])
    assert is_signed(BODY, signed_under("new"), ["new", "old"])


def test_another_body_is_refused():
    assert not is_signed(BODY + b" ", f"sha256={DIGEST}", [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        DIGEST,
        f"sha1={DIGEST}",
        f"sha256={DIGEST[:-1]}",
        f"sha256={DIGEST}0",
        f" sha256={DIGEST}",
        f"sha256={DIGEST}\n",
        f"sha256={DIGEST[:-1]}\N{FULLWIDTH DIGIT SIX}",
        f"sha256={'g' * 64}",
    ],
)
def test_a_malformed_header_is_refused(header):
    assert not is_signed(BODY, header, [SECRET])


@pytest.mark.parametrize("secrets", [[], [None], [""], ["", None]])
def test_without_a_secret_nothing_is_signed(secrets):
    assert not is_signed(BODY, signed_under(""), secrets)
