"""Train the library's convolutional nets on CIFAR-10 and print a Markdown table of their epochs.

    python benchmarks/training.py                         both nets: half an hour on 2 cores
    python benchmarks/training.py --model three_layer
    python benchmarks/training.py --model convnet --epochs 2 --num-train 5000 --dataset shapes10    a quick trial

Goals on CIFAR-10: above 65% test accuracy for ThreeLayerConvNet; above 80% within 20 minutes for ConvNet. The exit
code is 1 if a goal is missed. The settings are usual ones for such nets, not the result of a search. The best epoch is
chosen by validation accuracy, and the test images are used once. The time is that of the whole training, including the
evaluation of accuracies, with data in memory.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cs231n_lib import data, kernels
from cs231n_lib.data.augmentation import compose, random_crop, random_horizontal_flip
from cs231n_lib.models import ConvNet, ThreeLayerConvNet
from cs231n_lib.optim import schedules
from cs231n_lib.solver import Solver

BATCH_SIZE = 100
Images = dict[str, NDArray[Any]]  # as data.solver_data returns them


def three_layer_convnet(images: Images, epochs: int, seed: int) -> Solver:
    model = ThreeLayerConvNet(num_filters=32, filter_size=7, hidden_dim=200, weight_scale=1e-2, reg=1e-4, rng=seed)
    return solver(model, images, epochs, seed, update_rule="adam", optim_config={"learning_rate": 1e-3}, padding=2)


def convnet(images: Images, epochs: int, seed: int) -> Solver:
    model = ConvNet(blocks=((32, 32), (64, 64), (128, 128)), global_average=True, weight_scale=1e-2, seed=seed)
    optim_config = {"learning_rate": 4e-3, "weight_decay": 0.05}
    return solver(model, images, epochs, seed, update_rule="adamw", optim_config=optim_config, padding=3)


def solver(
    model: ThreeLayerConvNet | ConvNet, images: Images, epochs: int, seed: int, padding: int, **settings: Any
) -> Solver:
    """Return a Solver whose learning rate rises over the first tenth of the steps, then falls to 0 along a cosine."""
    steps = epochs * max(1, len(images["X_train"]) // BATCH_SIZE)
    rise = max(1, steps // 10)
    return Solver(
        model,
        images,
        batch_size=BATCH_SIZE,
        rng=seed,
        verbose=False,
        schedule=schedules.warmup(rise, then=schedules.cosine(max(1, steps - rise))),
        augment=compose(random_horizontal_flip, partial(random_crop, padding=padding)),
        **settings,
    )


MODELS = {  # name: title, function, epochs, lowest test accuracy, most minutes
    "three_layer": ("ThreeLayerConvNet", three_layer_convnet, 15, 0.65, None),
    "convnet": ("ConvNet", convnet, 8, 0.80, 20),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=MODELS, help="Train only this model.")
    parser.add_argument("--dataset", default="cifar10", help="Name of an available data set (default: cifar10).")
    parser.add_argument("--num-train", type=int, help="Number of training images (default: all).")
    parser.add_argument("--epochs", type=int, help="Number of epochs (default: the model's own).")
    parser.add_argument("--seed", type=int, default=0, help="Seed of weights and training (default: 0).")
    arguments = parser.parse_args()

    loaded = data.load(arguments.dataset, num_train=arguments.num_train)
    images = data.solver_data(loaded)  # minus the mean training image
    for part in ("X_train", "X_val", "X_test"):
        images[part] /= np.float32(64)  # about the standard deviation of a pixel
    print(f"{loaded}\n{kernels.backend()} kernels, {kernels.num_threads()} threads")
    missed = []
    for name in [arguments.model] if arguments.model else MODELS:
        title, make, epochs, goal, minutes = MODELS[name]
        print(f"\n{title}\n")
        accuracy, seconds = train(make, images, arguments.epochs or epochs, arguments.seed)
        if accuracy <= goal:
            missed.append(f"{title}: {accuracy:.1%} test accuracy, the goal is above {goal:.0%}")
        if minutes and seconds > 60 * minutes:
            missed.append(f"{title}: {seconds / 60:.1f} minutes, the goal is {minutes}")
    for line in missed:
        print(f"MISSED: {line}", file=sys.stderr)
    return 1 if missed else 0


def train(make: Callable[[Images, int, int], Solver], images: Images, epochs: int, seed: int) -> tuple[float, float]:
    """Train and print a line for each epoch; return (test accuracy, seconds of training)."""
    start = time.perf_counter()
    training = make(images, epochs, seed)
    print("| epoch | time | loss | train accuracy | validation accuracy |\n| ----: | ---: | ---: | ---: | ---: |")
    for epoch in range(1, epochs + 1):
        training.num_epochs = epoch
        training.train()  # continues where it stopped
        loss = np.mean(training.loss_history[-training.steps_per_epoch :])
        print(
            f"| {epoch} | {_clock(time.perf_counter() - start)} | {loss:.3f} | {training.train_acc_history[-1]:.1%} "
            f"| {training.val_acc_history[-1]:.1%} |",
            flush=True,
        )
    seconds = time.perf_counter() - start
    accuracy = training.check_accuracy(images["X_test"], images["y_test"])
    print(
        f"\nThe best epoch by validation accuracy is {training.best_epoch}. Its test accuracy is {accuracy:.1%} "
        f"({len(images['y_test']):,} images), after {_clock(seconds)} of training."
    )
    return accuracy, seconds


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


if __name__ == "__main__":
    sys.exit(main())
