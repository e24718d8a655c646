import pytest
from sandbox_bench import set_up


@pytest.fixture(scope="session")
def make_bench():
    return set_up


@pytest.fixture
def bench():
    return set_up()


@pytest.fixture
def open_bench(bench):
    """The person has just written, so the customer service window is open."""
    bench.writes()
    bench.deliver()
    return bench
