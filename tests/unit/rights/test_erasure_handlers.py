"""Every store that holds something of a person has who takes it away, or a reason."""

from importlib import import_module

import pytest

from functions.core.rights.handlers import HANDLERS


@pytest.mark.parametrize("name", HANDLERS)
def test_who_erases_a_store_exists_or_a_reason_stands_in_their_place(name):
    handler = HANDLERS[name]
    if not handler.erase:
        assert handler.why
        return
    module, _, part = handler.erase.partition(":")
    assert isinstance(getattr(import_module(module), part), type)
