from datetime import UTC

from functions.core.runtime import clock


def test_now_is_aware():
    assert clock.now().tzinfo is UTC


def test_both_clocks_agree():
    assert abs(clock.now().timestamp() * 1000 - clock.now_ms()) < 1000
