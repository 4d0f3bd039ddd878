import numpy as np
import pytest

from cs231n.classifiers.conventions import HalfPenalty, SavedByName


class Saved:
    def save(self, path):
        path.write_text("weights")

    def load(self, path):
        if path.read_text() != "weights":
            raise ValueError("another file")


class Model(SavedByName, Saved):
    pass


def test_saving_and_loading_say_what_they_did(tmp_path, capsys):
    path = tmp_path / "best"
    assert Model().load(path) is False
    Model().save(path)
    assert Model().load(path) is True
    assert capsys.readouterr().out == f"{path} not available.\n{path} saved.\n{path} loaded.\n"
    path.write_text("")
    with pytest.raises(ValueError, match="another file"):
        Model().load(path)


class Penalized:
    def __init__(self, reg):
        self.reg = reg

    def loss(self, X, y=None):
        if y is None:
            raise ValueError("no labels")
        return self.reg * np.sum(X * X)


class Half(HalfPenalty, Penalized):
    pass


def test_half_of_the_penalty_is_added_and_reg_stays_as_given():
    model = Half(3.0)
    assert model.loss(np.array([1.0, 2.0]), 0) == 7.5
    with pytest.raises(ValueError):
        model.loss(np.array([1.0, 2.0]))
    assert model.reg == 3.0
