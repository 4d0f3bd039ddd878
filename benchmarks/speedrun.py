"""Train the library's fastest learner, WhitenedConvNet, on CIFAR-10 as quickly as a test accuracy allows.

    python benchmarks/speedrun.py                        at least 90% in at most 15 minutes, on two cores
    python benchmarks/speedrun.py --target 92            at least 92% in at most 30 minutes
    python benchmarks/speedrun.py --data FOLDER          with the images in FOLDER/cifar-10-batches-py
    python benchmarks/speedrun.py --against-pytorch --peers .venv-pytorch/bin/python      one step, beside PyTorch's

The time is that of everything after the images have been read: their conversion, the whitening, training with an
evaluation after each epoch, and the evaluation on the test images. Nothing is chosen by accuracy: the result is the net
after the last step, and the test images are used once. The exit code is 1 if the target is missed.

The recipe is that of Jordan (2024), "94% on CIFAR-10 in 3.29 seconds on a single GPU", with ReLU in place of GELU,
smaller batches, scales that learn, and a rate that falls to 0 in place of averaged weights.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from contenders.rows import speedrun_step
from contenders.table import print_header, print_line
from kernels import Contest, processor, processor_ticks
from numpy.typing import NDArray

from cs231n_lib import data, kernels, optim
from cs231n_lib.data.augmentation import random_crop
from cs231n_lib.models import WhitenedConvNet, ensemble_probabilities
from cs231n_lib.solver import Solver

BATCH_SIZE = 500
# In Jordan's units: the rate and the decay for 1,024 examples, and for a momentum of 0.
RATE, DECAY, MOMENTUM, NORM_RATE, SMOOTHING = 11.5, 0.0153, 0.85, 64, 0.2
PEAK = 0.23  # the part of training in which the rate rises
BLOCKS = (64, 256, 256)
TARGETS = {90: (8, 15), 92: (18, 30)}  # test accuracy in percent: epochs, most minutes
Images = dict[str, NDArray[Any]]  # as data.solver_data returns them


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", type=int, choices=TARGETS, default=90, help="Test accuracy in percent.")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="The folder with cifar-10-batches-py.")
    parser.add_argument("--epochs", type=int, help="Number of epochs (default: that of the target).")
    parser.add_argument("--num-train", type=int, default=49_000, help="Number of training images (default: 49,000).")
    parser.add_argument("--blocks", type=int, nargs="+", default=BLOCKS, help="Filters of each block.")
    parser.add_argument("--seed", type=int, default=0, help="Seed of weights and training (default: 0).")
    parser.add_argument("--threads", type=int, default=2, help="Number of threads (default: 2).")
    parser.add_argument("--against-pytorch", action="store_true", help="Time one step beside PyTorch's, and end.")
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable, help="The Python that has PyTorch.")
    parser.add_argument("--rounds", type=int, default=15, help="Turns of each net beside PyTorch (default: 15).")
    arguments = parser.parse_args()
    if arguments.against_pytorch:
        return against_pytorch(arguments.threads, arguments.rounds, arguments.peers)

    kernels.set_num_threads(arguments.threads)
    kernels.keep_memory()
    loaded = read(arguments.data, arguments.num_train)
    print(f"{loaded}\n{processor()}; {kernels.backend()} kernels, {kernels.num_threads()} threads", flush=True)
    epochs, minutes = TARGETS[arguments.target]
    clock = Clock()
    images = standardized(loaded)
    training = recipe(images, arguments.epochs or epochs, arguments.blocks, arguments.seed, clock)
    training.train()
    training.model.params, state = training.latest()  # not those of the best validation accuracy
    training.model.load_state(state)
    plain, mirrored = accuracies(training.model, images["X_test"], images["y_test"])
    met = mirrored >= arguments.target / 100 and clock.wall() <= 60 * minutes
    print(
        "\n| target | epochs | test accuracy | with mirrored views | time | processor time | other work | met |\n"
        "|---|---:|---:|---:|---:|---:|---:|---|\n"
        f"| {arguments.target}% in {minutes} minutes | {training.epoch} | {plain:.2%} | {mirrored:.2%} | {clock} "
        f"| {'yes' if met else 'NO'} |"
    )
    return 0 if met else 1


def read(folder: Path | None, num_train: int) -> data.Dataset:
    if folder is None:
        return data.load("cifar10", num_train)
    if not (folder / "batches.meta").is_file():
        folder = folder / "cifar-10-batches-py"
    X, y, X_test, y_test = data.read_cifar10_batches(folder)
    train, val = slice(num_train), slice(-1000, None)
    return data.Dataset("cifar10", "CIFAR-10", X[train], y[train], X[val], y[val], X_test, y_test, ())


def standardized(loaded: data.Dataset) -> Images:
    """Return the images with mean 0 and variance 1 in each channel."""
    images = data.solver_data(loaded, subtract_mean=False)
    sample = images["X_train"][:5000]
    mean, std = sample.mean(axis=(0, 2, 3)), sample.std(axis=(0, 2, 3))
    for name in ("X_train", "X_val", "X_test"):
        images[name] -= mean[:, None, None]
        images[name] /= std[:, None, None]
    return images


def recipe(images: Images, epochs: int, blocks: list[int], seed: int, clock: Clock) -> Solver:
    rng = np.random.default_rng(seed)
    net = WhitenedConvNet(images["X_train"].shape[1:], blocks, reg=DECAY / RATE / 2, seed=rng)
    net.whiten(images["X_train"][:5000])
    steps = epochs * (len(images["X_train"]) // BATCH_SIZE)
    # a gradient moves the weights by rate * (1 + 1 / (1 - momentum)) in all
    rate = RATE * BATCH_SIZE / 1024 / (1 + 1 / (1 - MOMENTUM))
    # every image is mirrored in every second epoch, and half of them in the first
    mirror(images["X_train"], rng.random(len(images["X_train"])) < 0.5)

    def after_epoch(solver: Solver) -> None:
        clock.report(solver)
        mirror(solver.X_train, np.ones(len(solver.X_train), bool))

    return Solver(
        net,
        images,
        update_rule,
        {"learning_rate": rate, "momentum": MOMENTUM},
        schedule=lambda t: float(np.interp(t / steps, [0, PEAK, 1], [0.2, 1, 0])),
        batch_size=BATCH_SIZE,
        num_epochs=epochs,
        augment=partial(random_crop, padding=2, fill="reflect"),
        mix=lambda X, y, rng: (X, data.one_hot(y, 10, SMOOTHING)),
        on_epoch=after_epoch,
        verbose=False,
        rng=rng,
    )


def update_rule(w: NDArray[Any], dw: NDArray[Any], config: dict[str, Any]) -> tuple[NDArray[Any], dict[str, Any]]:
    """Take a step with Nesterov momentum, a much larger one for the scales and shifts of batch normalization."""
    if w.ndim == 1:
        config = config | {"learning_rate": NORM_RATE * config["learning_rate"]}
    return optim.nesterov(w, dw, config)


def mirror(X: NDArray[Any], which: NDArray[np.bool_]) -> None:
    """Mirror images in place, a few at a time so that the copies stay small."""
    for start in range(0, len(X), 1000):
        part, chosen = X[start : start + 1000], which[start : start + 1000]
        part[chosen] = part[chosen][..., ::-1]


def accuracies(net: WhitenedConvNet, X: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
    """Return the accuracy on the images, and that of the mean probabilities of each image and its mirror image."""
    right = np.zeros(2, int)
    for start in range(0, len(X), BATCH_SIZE):
        batch = slice(start, start + BATCH_SIZE)
        scores = net.loss(X[batch])
        both = ensemble_probabilities([scores, net.loss(X[batch, :, :, ::-1])])
        right += [np.sum(each.argmax(axis=1) == y[batch]) for each in (scores, both)]
    plain, mirrored = right / len(X)
    return float(plain), float(mirrored)


class Clock:
    """Measures wall time, processor time, and the share of the processors that other programs use."""

    def __init__(self) -> None:
        self.start, self.start_cpu, self.start_ticks = time.perf_counter(), time.process_time(), processor_ticks()
        print("| epoch | time | processor time | other work | loss | train accuracy | validation accuracy |")
        print("| ----: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)

    def wall(self) -> float:
        return time.perf_counter() - self.start

    def report(self, solver: Solver) -> None:
        loss = np.mean(solver.loss_history[-solver.steps_per_epoch :])
        accuracies = f"{solver.train_acc_history[-1]:.1%} | {solver.val_acc_history[-1]:.1%}"
        print(f"| {solver.epoch} | {self} | {loss:.3f} | {accuracies} |", flush=True)

    def __str__(self) -> str:
        cpu = time.process_time() - self.start_cpu
        busy, total = (now - then for now, then in zip(processor_ticks(), self.start_ticks, strict=True))
        own = cpu * os.sysconf("SC_CLK_TCK")
        other = f"{max(0.0, busy - own) / total:.0%}" if total else "?"
        return f"{_minutes(self.wall())} | {_minutes(cpu)} | {other}"


def against_pytorch(threads: int, rounds: int, python: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(threads, rounds, 0.05, python, Path(folder))
        try:
            print(processor(), *contest.versions().values(), "", sep="\n")
            print_header()
            lines = speedrun_step(contest)
            for line in lines:
                print_line(line)
        finally:
            contest.close()
    print(contest.strangers)
    return 1 if any(line.problem for line in lines) else 0


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


if __name__ == "__main__":
    sys.exit(main())
