import pytest

from tests.unit.messages_api.api import Api


@pytest.fixture
def api(monkeypatch):
    return Api(monkeypatch)
