"""Signing as Meta does."""

from cli.client import sign


def test_metas_own_example_gives_its_signature():
    body = b'{"object":"whatsapp_business_account","entry":[]}'

    assert sign(body, "test_app_secret") == (
        "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
    )
