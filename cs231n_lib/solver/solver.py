"""Minibatch training of any model, with its history and checkpoints."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n_lib import optim
from cs231n_lib.arguments import generator, integer, number
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
        An object with a dict `params` of arrays and a function loss: `loss(X)` returns test-time scores (N, C), and
        `loss(X, y)` returns (loss, grads), where grads has the names and shapes of params. A model with other state
        that changes during training (running averages, random states) also has `state()`, which returns it as a dict
        of arrays, and `load_state(state)`. A model that must act after each step has `after_step()`. The models of
        cs231n_lib.models have all of these.
    data
        A dict of X_train, y_train, X_val, y_val (others are ignored): arrays with one example per row, and integer
        labels (N,). The Solver never copies more than the examples of one step.
    update_rule
        A name in cs231n_lib.optim, or a function with the same interface.
    optim_config
        A dict of the rule's hyperparameters, the same for all parameters.
    lr_decay
        The factor by which the learning rate is multiplied after each epoch.
    schedule
        A function of the step number, from 0, whose value also multiplies the learning rate (see
        cs231n_lib.optim.schedules).
    batch_size
        Examples per step.
    num_epochs
        The total number of epochs, over all calls of train().
    num_train_samples, num_val_samples
        The number of examples, chosen anew each time, on which the training and validation accuracies are measured;
        None: all.
    print_every
        The number of steps between two printed losses.
    verbose
        Whether to print at all.
    progress
        Whether to show a progress bar, which then shows the loss instead of printed lines.
    patience
        Stop after this many epochs in a row without a better validation accuracy; None: never.
    checkpoint
        A path where the state is saved after each epoch, replacing the previous one. See `resume`.
    augment
        A function (X_batch, rng) -> X_batch that is applied to the training examples of each step.
    mix
        A function (X_batch, y_batch, rng) -> (X_batch, y_batch) that is applied after `augment`. It may change the
        labels, as mixup does, to whatever the model's loss takes.
    frozen
        The names of the parameters that training leaves as they are. The running averages of a batch normalization are
        state, not parameters, and go on.
    on_epoch
        A function of this Solver that is called after each epoch, when its accuracies have been measured, for instance
        to copy model.params.
    rng
        np.random.Generator or a seed; the same seed gives the same training.

    Attributes
    ----------
    loss_history : list of float
        The loss of each step.
    train_acc_history, val_acc_history : list of float
        Accuracies in 0..1, before the first step and after each epoch.
    best_val_acc, best_epoch, best_params
        The best validation accuracy, and the epoch and the parameters that reached it.
    step, epoch
        The number of steps taken and of epochs completed.

    Notes
    -----
    An epoch goes through the training examples in a new random order, in steps of batch_size. The remaining examples,
    fewer than batch_size, are not used in that epoch. If there are fewer examples than batch_size, each step uses all
    of them.

    The accuracies are measured before the first step and after each epoch. When training ends, or the loss is no
    longer finite, model.params become those of the best validation accuracy (the first of equal ones). Calling
    train() again with a larger num_epochs continues from the latest parameters instead, as if training had not
    stopped.
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
        mix: Callable[[NDArray[Any], NDArray[Any], np.random.Generator], tuple[Any, Any]] | None = None,
        frozen: Collection[str] = (),
        on_epoch: Callable[[Solver], object] | None = None,
        rng: int | np.random.Generator | None = None,
    ) -> None:
        if not isinstance(getattr(model, "params", None), dict) or not callable(getattr(model, "loss", None)):
            raise TypeError(
                "Solver: model should be an object with a dict params and a function loss, such as "
                f"models.TwoLayerNet(), but is {model!r}."
            )
        self.model = model
        self.X_train, self.y_train, self.X_val, self.y_val = _validated_data(data)
        self.update_rule = _rule(update_rule)
        if not isinstance(optim_config, (dict, type(None))):
            raise TypeError(
                'Solver: optim_config should be a dict such as {"learning_rate": 1e-3}, or None, but is '
                f"{optim_config!r}."
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
        if checkpoint is not None and Path(checkpoint).is_dir():  # true for "" too; fail now, not after an epoch
            raise ValueError(f"Solver: checkpoint should be the path of a file, but {str(checkpoint)!r} is a folder.")
        self.checkpoint = checkpoint
        self.augment, self.mix = _function("augment", augment), _function("mix", mix)
        self.frozen, self.on_epoch = _names(frozen, model.params), _function("on_epoch", on_epoch)
        self.rng = generator("Solver", "rng", rng)

        self.learning_rate = _learning_rate(self.update_rule, self.optim_config)
        self.step = 0  # steps taken
        self.optim_configs = {name: dict(self.optim_config) for name in model.params}
        self.loss_history: list[float] = []  # one per step
        self.train_acc_history: list[float] = []  # one before the first step and one per epoch
        self.val_acc_history: list[float] = []
        self.best_val_acc, self.best_epoch = -1.0, 0
        self.best_params: Arrays = {}
        self.best_state: Arrays = {}
        # this and the step determine the examples of an accuracy, so that measuring one changes no later result
        self.sample_seed = int(self.rng.integers(2**32))
        self.order: NDArray[np.int64] | None = None  # (num_train,) within an epoch
        self._latest: tuple[Arrays, Arrays] | None = None  # (params, state), while the model has the best params
        self._shown: Arrays | None = None  # the best params that the model has then

    @property
    def steps_per_epoch(self) -> int:
        """The number of steps in an epoch."""
        return max(len(self.X_train) // self.batch_size, 1)

    @property
    def epoch(self) -> int:
        """The number of completed epochs."""
        return self.step // self.steps_per_epoch

    def train(self) -> None:
        """Train until num_epochs are complete or `patience` epochs have brought no improvement.

        Raises
        ------
        TrainingDiverged
            If the loss is NaN or infinite. The histories and best_params are kept.
        """
        self._back_to_latest()
        del self.loss_history[self.step :]  # a loss that was not finite and ended an earlier call
        end = self.num_epochs * self.steps_per_epoch
        if self.step % self.steps_per_epoch == 0 and len(self.val_acc_history) <= self.epoch:
            self._end_epoch()  # before the first step, or after an interruption while the accuracies were measured
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
                epochs = "epoch" if self.patience == 1 else f"{self.patience} epochs"
                report.line(f"Stopped: the validation accuracy has not improved in the last {epochs}.")
        self._take_best()

    def check_accuracy(
        self, X: ArrayLike, y: ArrayLike, num_samples: int | None = None, batch_size: int = 100
    ) -> float:
        """Measure the accuracy of the model: the fraction of examples that it classifies correctly.

        Parameters
        ----------
        X : (N, ...) array
            The examples.
        y : (N,) integers
            Their labels.
        num_samples
            The number of examples to use, chosen at random (the same ones until the next step); None: all.
        batch_size
            The number of examples to process at once.

        Returns
        -------
        float
            The accuracy, in 0..1.

        Raises
        ------
        ValueError
            If there is no example, or not one label for each.
        """
        X, y = np.asarray(X), np.asarray(y)
        N = len(X)
        if y.shape != (N,) or N == 0:
            raise ValueError(
                f"check_accuracy: y should have shape ({max(N, 1)},), one label for each example in X {X.shape}, "
                f"and there should be at least one example, but y has {y.shape}."
            )
        batch_size = integer("check_accuracy", "batch_size", batch_size, 1)
        chosen = np.arange(N)
        if num_samples is not None and integer("check_accuracy", "num_samples", num_samples, 1) < N:
            chosen = np.random.default_rng([self.sample_seed, self.step]).choice(N, num_samples, replace=False)
            chosen.sort()  # so that memory is read in order
        right = 0
        for start in range(0, len(chosen), batch_size):
            batch = chosen[start : start + batch_size]
            scores = self.model.loss(X[batch])  # (batch_size, C)
            right += int(np.sum(np.argmax(scores, axis=1) == y[batch]))
        return right / len(chosen)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the complete state of training as .npz to exactly this path; see `resume`."""
        save_solver(self, path)

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Load the state that another Solver saved, so that train() continues exactly as that Solver would have.

        Create this Solver with the same kind of model, the same data and the same settings. num_epochs may be larger,
        and hyperparameters may differ if that is intended.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged or does not fit this Solver, which is then left unchanged.
        """
        restore_solver(self, path)
        self._latest = None

    def latest(self) -> tuple[Arrays, Arrays]:
        """Return (params, state) of the model after the latest step, even while the model has the best ones."""
        if self._latest is not None and self.model.params is self._shown:  # the caller has not assigned other params
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
        if self.mix:
            X, y = self.mix(X, y, self.rng)
        with np.errstate(all="ignore"):  # the loss shows the result of an overflow
            loss, grads = self.model.loss(X, y)
        self.loss_history.append(float(loss))
        rate = self._learning_rate_now()
        if not np.isfinite(loss):
            raise TrainingDiverged(
                f"The loss became {float(loss)} at step {self.step + 1} (epoch {self.epoch + 1}), with a learning rate "
                f"of {rate:g}. Try a lower rate, for instance {rate / 10:.0e}. If that does not help, look for NaN or "
                "very large values in the data, and for a mistake in the loss."
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
                f"params are {', '.join(sorted(params))}."
            )
        with np.errstate(all="ignore"):
            for name, w in params.items():
                if name in self.frozen:
                    continue
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
        if self.on_epoch and self.step:
            self.on_epoch(self)
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
            f"{type(data).__name__}. cs231n_lib.data.solver_data makes one from a Dataset of data.load."
        )
    missing = [name for name in ("X_train", "y_train", "X_val", "y_val") if name not in data]
    if missing:
        wanted = "a dict of X_train, y_train, X_val and y_val"
        raise ValueError(f"Solver: data should be {wanted}, but has no {missing[0]}.")
    arrays = []
    for part in ("train", "val"):
        X, y = np.asanyarray(data[f"X_{part}"]), np.asarray(data[f"y_{part}"])
        if X.ndim == 0 or len(X) == 0:
            raise ValueError(f"Solver: X_{part} should hold at least one example, but has shape {X.shape}.")
        if y.shape != (len(X),) or y.dtype.kind not in "iu":
            raise ValueError(
                f"Solver: y_{part} should hold {len(X)} integers, one label for each example in X_{part}, "
                f"but is {y.dtype} {y.shape}."
            )
        arrays += [X, y]
    return arrays


def _rule(update_rule: str | UpdateRule) -> UpdateRule:
    if callable(update_rule):
        return update_rule
    if update_rule not in optim.__all__:
        raise ValueError(
            f"Solver: update_rule should be one of {', '.join(optim.__all__)}, or a function like those "
            f"in cs231n_lib.optim, but is {update_rule!r}."
        )
    try:
        return getattr(optim, update_rule)
    except ImportError as error:  # an edition may leave it out
        raise ImportError(f"{error} Or pass your own function as update_rule.", name=error.name) from None


def _learning_rate(update_rule: UpdateRule, optim_config: dict[str, Any]) -> float:
    """Return the learning rate of the config, or else the rule's default; a mistake in the config raises here."""
    result: Any = update_rule(np.zeros(1), np.zeros(1), dict(optim_config))
    if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], dict):
        raise TypeError(
            "Solver: update_rule should return (next_w, next_config), an array and a dict, but "
            f"{getattr(update_rule, '__name__', update_rule)} returns {result!r}."
        )
    rate = optim_config.get("learning_rate", result[1].get("learning_rate"))
    return number("Solver", "optim_config['learning_rate']", rate, at_least=0)


def _function(name: str, function: Any) -> Any:
    if function is not None and not callable(function):
        raise TypeError(f"Solver: {name} should be a function or None, but is {function!r}.")
    return function


def _names(frozen: Collection[str], params: Arrays) -> frozenset[str]:
    if isinstance(frozen, str) or not isinstance(frozen, Collection):
        raise TypeError(f"Solver: frozen should be a list of names of parameters, but is {frozen!r}.")
    for name in frozen:
        if name not in params:
            raise ValueError(f"Solver: frozen names {name!r}, but the model's params are {', '.join(params)}.")
    return frozenset(frozen)


def _count(name: str, value: int | None) -> int | None:
    return None if value is None else integer("Solver", name, value, 1)
