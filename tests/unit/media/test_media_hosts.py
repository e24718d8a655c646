"""The token goes to Meta's hosts and to no other."""

import pytest

from functions.core.media import policy
from functions.core.media.hosts import Hosts

META = Hosts(policy.meta_hosts())
PATH = "/whatsapp_business/attachments/?mid=1&ext=2&hash=3"


@pytest.mark.parametrize(
    "url",
    [
        f"https://lookaside.fbsbx.com{PATH}",
        f"https://LOOKASIDE.fbsbx.com{PATH}",
        f"https://lookaside.fbsbx.com:443{PATH}",
        "https://scontent.xx.fbcdn.net/v/t39.jpg?oh=1",
    ],
)
def test_metas_hosts_are_allowed(url):
    assert META.allow(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lookaside.fbsbx.com",
        f"http://lookaside.fbsbx.com{PATH}",
        f"https://lookaside.fbsbx.com:8443{PATH}",
        f"https://lookaside.fbsbx.com.evil.example{PATH}",
        f"https://evil-fbsbx.com{PATH}",
        f"https://fbcdn.net.evil.example{PATH}",
        "https://fbcdn.net/",
        f"https://user:pass@lookaside.fbsbx.com{PATH}",
        "https://lookaside.fbsbx.com@evil.example/",
        "https://evil.example#@lookaside.fbsbx.com/",
        "https://evil.example\\@lookaside.fbsbx.com/",
        "https://evil.example/lookaside.fbsbx.com",
        "https://169.254.169.254/latest/meta-data",
        "https://lookaside.fbsbx.com\r\nHost: evil.example/",
        "https://lookaside.fbsbx.cöm/",
        "https://[::1]/",
        "ftp://lookaside.fbsbx.com/",
        "file:///etc/passwd",
        "https:///etc/passwd",
        "https://",
        "javascript:alert(1)",
    ],
)
def test_others_are_not(url):
    assert not META.allow(url)


def test_an_origin_is_allowed_as_it_is_written_and_nothing_near_it():
    sandbox = Hosts("lookaside.fbsbx.com, http://127.0.0.1:8787")
    assert sandbox.allow("http://127.0.0.1:8787/whatsapp_business/attachments/")
    assert sandbox.allow("https://lookaside.fbsbx.com/")
    for url in ("http://127.0.0.1:8788/", "https://127.0.0.1:8787/", "http://127.0.0.2:8787/"):
        assert not sandbox.allow(url)


def test_no_hosts_allow_nothing():
    assert not Hosts("").allow("https://lookaside.fbsbx.com/")
