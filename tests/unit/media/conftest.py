import pytest
from media_api_desk import MediaApi


@pytest.fixture
def api(monkeypatch):
    return MediaApi(monkeypatch)
