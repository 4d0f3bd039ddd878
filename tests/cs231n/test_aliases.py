import sys
from types import ModuleType

import pytest

from cs231n.aliases import aliases, pairs


@pytest.fixture
def module(monkeypatch):
    made = ModuleType("made_of_aliases")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    made.__getattr__, made.__dir__, made.__all__ = aliases(
        made.__name__, {"math": ["sqrt", "pi"], "os.path": ["join"]}, {"root": "math.sqrt"}
    )
    return made


def test_names_are_looked_up_when_they_are_used(module):
    import math

    assert "sqrt" not in vars(module)
    assert module.sqrt is math.sqrt and module.root is math.sqrt and module.pi == math.pi
    assert vars(module)["sqrt"] is math.sqrt


def test_all_names_are_listed(module):
    assert module.__all__ == ["sqrt", "pi", "join", "root"]
    assert dir(module) == ["join", "pi", "root", "sqrt"]


def test_another_name_is_an_attribute_error(module):
    with pytest.raises(AttributeError, match="module 'made_of_aliases' has no attribute 'cbrt'"):
        module.cbrt  # noqa: B018


def test_pairs():
    assert pairs("relu", "conv_*_fast") == ["relu_forward", "relu_backward", "conv_forward_fast", "conv_backward_fast"]
