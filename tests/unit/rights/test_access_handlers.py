"""Every handler of a store is a real one."""

from importlib import import_module

import pytest

from functions.core.rights.handlers import HANDLERS


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_what_gives_out_the_data_of_a_store_exists(name):
    handler = HANDLERS[name]
    if not handler.collect:
        assert handler.why
        return
    module, _, kind = handler.collect.partition(":")
    assert isinstance(getattr(import_module(module), kind), type)
