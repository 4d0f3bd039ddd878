"""Training by minibatches, with everything that can be written down of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib.arguments import integer, number
from cs231n_lib.solver.checkpoint import restore_solver, save_solver
from cs231n_lib.solver.report import TrainingReport
from cs231n_lib.solver.trained_model import TrainedModel, copies, model_state

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Arrays = dict[str, NDArray[Any]]
    UpdateRule = Callable[[NDArray[Any], NDArray[Any], dict[str, Any]], tuple[NDArray[Any], dict[str, Any]]]


class TrainingDiverged(ArithmeticError):
    """The loss became infinite or NaN; str() says when and what to try."""


class Solver:
    """Trains a model on data, keeps the history, and leaves the model with its best parameters.

        solver = Solver(model, data, update_rule="adam", optim_config={"learning_rate": 1e-3}, num_epochs=5, rng=0)
        solver.train()

    Parameters
    ----------
    model
        An object with a dict `params` of arrays and a function loss: `loss(X)` returns scores (N, C), at test time;
        `loss(X, y)` returns (loss, grads), with grads of the names and shapes of params. If there is more that
        changes while it trains (running averages, random states), it also has `state()`, which returns it as a dict
        of arrays, and `load_state(state)`; and if something has to happen after each step, a function `after_step()`.
        The models of cs231n_lib.models have all of them.
    data
        A dict of X_train, y_train, X_val, y_val (others are ignored): arrays with one example per row, and integer
        labels (N,). Only the examples of a step are ever copied.
    update_rule
        A name in cs231n_lib.optim, or a function like those there.
    optim_config
        A dict of the rule's hyperparameters, the same for all parameters.
    lr_decay
        The learning rate is multiplied by it after each epoch.
    schedule
        A function of the number of the step, from 0, whose value multiplies the learning rate too (see
        cs231n_lib.optim.schedules).
    batch_size
        Examples per step.
    num_epochs
        Epochs in all, also over several calls of train().
    num_train_samples, num_val_samples
        Examples, chosen anew each time, on which the training and the validation accuracy are taken; None: all.
    print_every
        Steps between two prints of the loss.
    verbose
        Whether to print at all.
    progress
        Whether to show a progress bar (then the loss is shown there, not printed).
    patience
        Stop when so many epochs in a row have brought no better validation accuracy; None: never.
    checkpoint
        A path where the state is saved after each epoch, in place of the last one. See `resume`.
    augment
        A function (X_batch, rng) -> X_batch that the training examples of each step pass through.
    rng
        np.random.Generator or a seed; the same seed gives the same training.

    Attributes
    ----------
    loss_history : list of float
        The loss of each step.
    train_acc_history, val_acc_history : list of float
        Accuracies in 0..1, before the first step and after each epoch.
    best_val_acc, best_epoch, best_params
        The best validation accuracy, the epoch that brought it, and the parameters then.
    step, epoch
        Steps taken and epochs completed.

    Notes
    -----
    An epoch goes through the training examples in a new random order, in steps of batch_size; what is left over at
    its end (fewer than batch_size examples) is not used in this epoch. If there are fewer examples than batch_size,
    each step uses all of them.

    The accuracies are taken before the first step and after each epoch. If training has come to its end, or the
    loss is no longer finite, model.params are those of the best validation accuracy (of equal ones, the first).
    Calling train() again after num_epochs has been raised goes on from the latest ones instead, just as if there
    had been no stop.
    """

    def __init__(
        self,
        model: TrainedModel,
        data: Mapping[str, ArrayLike],
        update_rule: str | UpdateRule = "sgd",
        optim_config: dict[str, Any] | None = None,
        lr_decay: float = 1.0,
        schedule: Callable[[int], float] | None = None,
        batch_size: int = 100,
        num_epochs: int = 10,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        print_every: int = 10,
        verbose: bool = True,
        progress: bool = False,
        patience: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        augment: Callable[[NDArray[Any], np.random.Generator], NDArray[Any]] | None = None,
        rng: int | np.random.Generator | None = None,
    ) -> None:
        if not isinstance(getattr(model, "params", None), dict) or not callable(getattr(model, "loss", None)):
            raise TypeError(
                "Solver: model should be an object with a dict params and a function loss, such as "
                f"models.TwoLayerNet(), but is {model!r}"
            )
        self.model = model
        self.X_train, self.y_train, self.X_val, self.y_val = _validated_data(data)
        self.update_rule = _rule(update_rule)
        if not isinstance(optim_config, (dict, type(None))):
            raise TypeError(
                'Solver: optim_config should be a dict such as {"learning_rate": 1e-3}, or None, but is '
                f"{optim_config!r}"
            )
        self.optim_config = dict(optim_config or {})
        self.lr_decay = number("Solver", "lr_decay", lr_decay, above=0)
        self.schedule = _function("schedule", schedule)
        self.batch_size = integer("Solver", "batch_size", batch_size, 1)
        self.num_epochs = integer("Solver", "num_epochs", num_epochs, 0)
        self.num_train_samples = _count("num_train_samples", num_train_samples)
        self.num_val_samples = _count("num_val_samples", num_val_samples)
        self.print_every = integer("Solver", "print_every", print_every, 1)
        self.verbose, self.progress = verbose, progress
        self.patience = _count("patience", patience)
        if checkpoint is not None and Path(checkpoint).is_dir():  # also "": better now than after an epoch
            raise ValueError(f"Solver: checkpoint should be the path of a file, but {str(checkpoint)!r} is a folder")
        self.checkpoint = checkpoint
        self.augment = _function("augment", augment)
        self.rng = np.random.default_rng(rng)

        self.learning_rate = _learning_rate(self.update_rule, self.optim_config)
        self.step = 0  # steps taken
        self.optim_configs = {name: dict(self.optim_config) for name in model.params}
        self.loss_history: list[float] = []  # one per step
        self.train_acc_history: list[float] = []  # one before the first step and one per epoch
        self.val_acc_history: list[float] = []
        self.best_val_acc, self.best_epoch = -1.0, 0
        self.best_params: Arrays = {}
        self.best_state: Arrays = {}
        # Which examples an accuracy is taken on follows from this and the step: to look at one changes nothing.
        self.sample_seed = int(self.rng.integers(2**32))
        self.order: NDArray[np.int64] | None = None  # (num_train,) within an epoch
        self._latest: tuple[Arrays, Arrays] | None = None  # (params, state) while the model has the best params
        self._shown: Arrays | None = None  # those

    @property
    def steps_per_epoch(self) -> int:
        """Steps in an epoch."""
        return max(len(self.X_train) // self.batch_size, 1)

    @property
    def epoch(self) -> int:
        """Epochs completed."""
        return self.step // self.steps_per_epoch

    def train(self) -> None:
        """Train until num_epochs are complete or patience is at its end.

        Raises
        ------
        TrainingDiverged
            When the loss is NaN or infinite. Histories and best_params are there then as well.
        """
        self._back_to_latest()
        del self.loss_history[self.step :]  # the loss that ended an earlier call
        end = self.num_epochs * self.steps_per_epoch
        if self.step % self.steps_per_epoch == 0 and len(self.val_acc_history) <= self.epoch:
            self._end_epoch()  # the first, or one that was interrupted while the accuracies were taken
        with TrainingReport(self, end) as report:
            report.accuracies()
            try:
                while self.step < end and not self._patience_is_over():
                    self._step()
                    report.loss()
                    if self.step % self.steps_per_epoch == 0:
                        self._end_epoch()
                        report.accuracies()
            except TrainingDiverged:
                self._take_best()
                raise
            if self.step < end:
                report.line(f"Stopped: no better validation accuracy in {self.patience} epochs")
        self._take_best()

    def check_accuracy(
        self, X: ArrayLike, y: ArrayLike, num_samples: int | None = None, batch_size: int = 100
    ) -> float:
        """The fraction of the examples that the model gives their class.

        Parameters
        ----------
        X : (N, ...) array
            The examples.
        y : (N,) integers
            Their labels.
        num_samples
            How many of them to look at, at random (the same ones until the next step); None: all.
        batch_size
            How many to compute with at once.

        Returns
        -------
        float
            In 0..1.
        """
        X, y = np.asarray(X), np.asarray(y)
        N = len(X)
        if y.shape != (N,) or N == 0:
            raise ValueError(
                f"check_accuracy: y should have shape ({max(N, 1)},), one label for each example in X "
                f"{X.shape}, at least one, but has {y.shape}"
            )
        batch_size = integer("check_accuracy", "batch_size", batch_size, 1)
        chosen = np.arange(N)
        if num_samples is not None and integer("check_accuracy", "num_samples", num_samples, 1) < N:
            chosen = np.random.default_rng([self.sample_seed, self.step]).choice(N, num_samples, replace=False)
            chosen.sort()  # which reads the memory in order
        right = 0
        for start in range(0, len(chosen), batch_size):
            batch = chosen[start : start + batch_size]
            scores = self.model.loss(X[batch])  # (batch_size, C)
            right += int(np.sum(np.argmax(scores, axis=1) == y[batch]))
        return right / len(chosen)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all that is needed to go on from here, as .npz, to exactly this path."""
        save_solver(self, path)

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Go on where the Solver was that saved this file: train() then does to the bit what that one would have done.

        This Solver should have been made with a model, data and settings like that one's; num_epochs may be larger,
        and hyperparameters may differ where that is the aim.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged or does not fit; nothing is changed then.
        """
        restore_solver(self, path)
        self._latest = None

    def latest(self) -> tuple[Arrays, Arrays]:
        """(params, state) of the model as training has left them, also while the model has the best ones."""
        if self._latest is not None and self.model.params is self._shown:  # no other ones were assigned since
            return self._latest
        return self.model.params, model_state(self.model)

    def _step(self) -> None:
        first = self.step % self.steps_per_epoch * self.batch_size
        if self.order is None:
            self.order = self.rng.permutation(len(self.X_train))
        batch = self.order[first : first + self.batch_size]
        X, y = self.X_train[batch], self.y_train[batch]
        if self.augment:
            X = self.augment(X, self.rng)
        with np.errstate(all="ignore"):  # what comes of it is seen in the loss
            loss, grads = self.model.loss(X, y)
        self.loss_history.append(float(loss))
        rate = self._learning_rate_now()
        if not np.isfinite(loss):
            raise TrainingDiverged(
                f"the loss became {float(loss)} at step {self.step + 1} (epoch {self.epoch + 1}), with a learning rate "
                f"of {rate:g}. Try a lower one, for instance {rate / 10:.0e}; if that does not help, look for "
                "NaN or very large values in the data and for a mistake in the loss"
            )
        self._update(grads, rate)
        self.step += 1
        if self.step % self.steps_per_epoch == 0:
            self.order = None
        if hasattr(self.model, "after_step"):
            self.model.after_step()

    def _update(self, grads: Arrays, rate: float) -> None:
        params, updated = self.model.params, {}
        if grads.keys() != params.keys():
            raise ValueError(
                f"Solver: the model's loss returned gradients of {', '.join(sorted(grads))}, but its "
                f"params are {', '.join(sorted(params))}"
            )
        with np.errstate(all="ignore"):
            for name, w in params.items():
                config = {**self.optim_configs[name], "learning_rate": rate}
                updated[name] = self.update_rule(w, grads[name], config)
        for name, (next_w, next_config) in updated.items():
            params[name], self.optim_configs[name] = next_w, next_config

    def _learning_rate_now(self) -> float:
        rate = self.learning_rate * self.lr_decay**self.epoch
        if self.schedule is None:
            return rate
        factor = number("Solver", f"what schedule returns for step {self.step}", self.schedule(self.step), at_least=0)
        return rate * factor

    def _end_epoch(self) -> None:
        with np.errstate(all="ignore"):
            train = self.check_accuracy(self.X_train, self.y_train, self.num_train_samples)
            val = self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
        self.train_acc_history.append(train)
        self.val_acc_history.append(val)
        if self.val_acc_history[-1] > self.best_val_acc:
            self.best_val_acc, self.best_epoch = self.val_acc_history[-1], self.epoch
            self.best_params, self.best_state = copies(self.model.params), model_state(self.model)
        if self.checkpoint is not None and self.step:
            self.save(self.checkpoint)

    def _patience_is_over(self) -> bool:
        return self.patience is not None and self.epoch - self.best_epoch >= self.patience

    def _take_best(self) -> None:
        self._latest = self.latest()
        self._show(copies(self.best_params), self.best_state)
        self._shown = self.model.params

    def _back_to_latest(self) -> None:
        self._show(*self.latest())
        self._latest = None

    def _show(self, params: Arrays, state: Arrays) -> None:
        model: Any = self.model
        model.params = params
        if state:
            model.load_state(state)


def _validated_data(data: object) -> list[NDArray[Any]]:
    if not isinstance(data, Mapping):
        raise TypeError(
            "Solver: data should be a dict of X_train, y_train, X_val and y_val, but is "
            f"{type(data).__name__}; cs231n_lib.data.solver_data makes one of what data.load returns"
        )
    missing = [name for name in ("X_train", "y_train", "X_val", "y_val") if name not in data]
    if missing:
        raise ValueError(f"Solver: data should be a dict of X_train, y_train, X_val and y_val, but has no {missing[0]}")
    arrays = []
    for part in ("train", "val"):
        X, y = np.asanyarray(data[f"X_{part}"]), np.asarray(data[f"y_{part}"])
        if X.ndim == 0 or len(X) == 0:
            raise ValueError(f"Solver: X_{part} should hold at least one example, but has shape {X.shape}")
        if y.shape != (len(X),) or y.dtype.kind not in "iu":
            raise ValueError(
                f"Solver: y_{part} should hold {len(X)} integers, one label for each example in X_{part}, "
                f"but is {y.dtype} {y.shape}"
            )
        arrays += [X, y]
    return arrays


def _rule(update_rule: str | UpdateRule) -> UpdateRule:
    if callable(update_rule):
        return update_rule
    try:
        from cs231n_lib.optim import update_rules as optim  # an edition may leave it out
    except ImportError:
        raise ImportError(
            "this edition of the library leaves out cs231n_lib.optim because it is what an assignment "
            "asks you to write; pass your function as update_rule"
        ) from None
    if update_rule not in optim.__all__:
        raise ValueError(
            f"Solver: update_rule should be one of {', '.join(optim.__all__)}, or a function like those "
            f"in cs231n_lib.optim, but is {update_rule!r}"
        )
    return getattr(optim, update_rule)


def _learning_rate(update_rule: UpdateRule, optim_config: dict[str, Any]) -> float:
    """The learning rate of the config, or the rule's own; a mistake in the config comes up here, not in training."""
    result: Any = update_rule(np.zeros(1), np.zeros(1), dict(optim_config))
    if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], dict):
        raise TypeError(
            "Solver: update_rule should return (next_w, next_config), an array and a dict, but "
            f"{getattr(update_rule, '__name__', update_rule)} returns {result!r}"
        )
    rate = optim_config.get("learning_rate", result[1].get("learning_rate"))
    return number("Solver", "optim_config['learning_rate']", rate, at_least=0)


def _function(name: str, function: Any) -> Any:
    if function is not None and not callable(function):
        raise TypeError(f"Solver: {name} should be a function or None, but is {function!r}")
    return function


def _count(name: str, value: int | None) -> int | None:
    return None if value is None else integer("Solver", name, value, 1)
