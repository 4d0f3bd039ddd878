import numpy as np

from cs231n_lib.solver.trained_model import copies, model_state


class Plain:
    params = {}


class Averaging(Plain):
    average = np.zeros(2)

    def state(self):
        return {"average": self.average}


def test_a_model_that_says_nothing_of_a_state_has_none():
    assert model_state(Plain()) == {}


def test_a_state_is_a_copy():
    model = Averaging()
    kept = model_state(model)
    model.average += 1
    np.testing.assert_array_equal(kept["average"], [0, 0])


def test_copies_are_arrays_of_their_own():
    array = np.arange(3, dtype=np.float32)
    made = copies({"w": array, "number": 2.0})
    assert list(made) == ["w", "number"] and made["w"].dtype == np.float32 and made["number"].shape == ()
    assert not np.shares_memory(made["w"], array)
