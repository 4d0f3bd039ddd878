"""The lines and the progress bar that a Solver shows during training."""

import subprocess
import sys

import numpy as np
import pytest

from cs231n_lib.solver import Solver


class Planned:
    """A model of one weight whose validation accuracy after each epoch follows a plan."""

    def __init__(self, right=(1.0,)):
        self.params, self.right, self.looks = {"w": np.zeros(1)}, list(right), 0

    def loss(self, X, y=None):
        if y is not None:
            return 1.0, {"w": np.ones(1)}
        right = np.ones(len(X), bool)
        if X[0, 0] < 0:  # validation examples
            right = np.arange(len(X)) < self.right[min(self.looks, len(self.right) - 1)] * len(X)
            self.looks += 1
        return np.stack([right, ~right], axis=1).astype(float)


def numbered(N=10, num_val=10):
    """Examples whose values are their own numbers, all of class 0; validation examples have negative numbers."""
    return {
        "X_train": np.arange(N)[:, None],
        "y_train": np.zeros(N, int),
        "X_val": -1.0 - np.arange(num_val)[:, None],
        "y_val": np.zeros(num_val, int),
    }


def test_what_is_printed(capsys):
    Solver(Planned(right=[0.25, 0.5]), numbered(num_val=8), batch_size=2, num_epochs=1, print_every=3, rng=0).train()
    assert capsys.readouterr().out == (
        "(Epoch 0 / 1) train acc: 1.0000; val acc: 0.2500\n"
        "(Iteration 1 / 5) loss: 1.000000\n"
        "(Iteration 4 / 5) loss: 1.000000\n"
        "(Epoch 1 / 1) train acc: 1.0000; val acc: 0.5000\n"
    )


def test_early_stopping_is_told(capsys):
    Solver(Planned(right=[0.5]), numbered(), batch_size=10, num_epochs=9, patience=3, rng=0).train()
    assert capsys.readouterr().out.endswith("Stopped: the validation accuracy has not improved in the last 3 epochs.\n")


def test_the_progress_bar_has_the_loss_and_comes_to_its_end(capsys):
    Solver(Planned(), numbered(), batch_size=2, num_epochs=4, progress=True, rng=0).train()
    printed = capsys.readouterr()
    assert "20/20" in printed.err and "loss=1.0000" in printed.err
    assert "Iteration" not in printed.out and printed.out.count("Epoch") == 5


def test_tqdm_is_imported_only_when_it_is_used():
    code = "import cs231n_lib.solver, sys; print('tqdm' in sys.modules, 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split() == ["False"] * 2


def test_a_silent_solver_prints_nothing(capsys):
    Solver(Planned(), numbered(), batch_size=5, num_epochs=2, verbose=False, rng=0).train()
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_a_silent_solver_may_have_a_bar(capsys):
    Solver(Planned(), numbered(), batch_size=5, num_epochs=2, verbose=False, progress=True, rng=0).train()
    printed = capsys.readouterr()
    assert printed.out == "" and "4/4" in printed.err and "training" in printed.err


def test_a_second_call_shows_where_it_goes_on(capsys):
    solver = Solver(Planned(), numbered(), batch_size=5, num_epochs=1, verbose=False, progress=True, rng=0)
    solver.train()
    solver.num_epochs = 2
    capsys.readouterr()
    solver.train()
    shown = capsys.readouterr().err
    assert " 2/4 " in shown and " 0/4 " not in shown and " 4/4 " in shown


def test_the_bar_is_closed_when_training_fails(capsys):
    class Failing(Planned):
        def loss(self, X, y=None):
            if y is not None:
                raise ZeroDivisionError
            return super().loss(X)

    with pytest.raises(ZeroDivisionError):
        Solver(Failing(), numbered(), batch_size=5, num_epochs=1, progress=True, rng=0).train()
    assert capsys.readouterr().err.endswith("\n")
