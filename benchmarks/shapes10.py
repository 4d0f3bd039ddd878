"""Check that each model of the course beats the previous one on shapes10.

The models are nearest neighbour, softmax, a two-layer net and a convolutional net; some others run for comparison.

    python benchmarks/shapes10.py             about a minute and a half
    python benchmarks/shapes10.py --seeds 3   mean and range over three training runs

Each step of the ladder must be at least 8 points above the previous one, and no accuracy may be above 95%; otherwise,
the exit code is 1. All models are the library's, and everything is seeded. All models except the first see 9,000
training images. For the nets, the epoch with the best validation accuracy counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cs231n_lib import data
from cs231n_lib.data import shapes10
from cs231n_lib.models import ConvNet, KNearestNeighbor, LinearSoftmax, LinearSVM, ThreeLayerConvNet, TwoLayerNet
from cs231n_lib.optim import schedules
from cs231n_lib.solver import Solver

NUM_VAL = 1_000
BATCH_SIZE = 100
SMALLEST_GAP = 8.0  # percentage points
CEILING = 95.0
Labels = NDArray[np.integer]  # (N,), of the test images
LADDER = ("nearest neighbour, k = 1", "softmax", "two-layer net", "convnet")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, help="Training runs per trained model (default: 1).")
    parser.add_argument("--data-seed", type=int, default=0, help="Seed for drawing shapes10 (default: 0).")
    arguments = parser.parse_args()
    if arguments.seeds < 1 or arguments.data_seed < 0:
        parser.error("--seeds must be at least 1 and --data-seed at least 0")

    start = time.perf_counter()
    images = draw(arguments.data_seed)
    print(f"{images}\ndata seed {arguments.data_seed}, drawn in {time.perf_counter() - start:.1f} s\n")

    print(f"{'model':34} {'test accuracy':>13} {'range':>15} {'gap':>6} {'seconds':>8}")
    ladder, below = {}, None
    for name, seeded, classify in ROWS:
        start = time.perf_counter()
        runs = [
            100 * np.mean(classify(images, seed) == images.y_test) for seed in range(arguments.seeds if seeded else 1)
        ]
        seconds = (time.perf_counter() - start) / len(runs)
        accuracy, gap = np.mean(runs), ""
        if name in LADDER:
            gap = "" if below is None else f"{accuracy - below:+.1f}"
            ladder[name] = below = accuracy
        spread = f"{min(runs):.1f} - {max(runs):.1f}" if len(runs) > 1 else ""
        print(f"{name:34} {accuracy:12.1f}% {spread:>15} {gap:>6} {seconds:8.1f}", flush=True)

    failures = missed_goals(ladder)
    print()
    for failure in failures:
        print(f"FAILED: {failure}")
    if not failures:
        print(
            f"The lesson holds: {' < '.join(ladder)};\n"
            f"every gap at least {SMALLEST_GAP:g} points, none above {CEILING:g}%."
        )
    return 1 if failures else 0


def draw(seed: int) -> data.Dataset:
    """Return shapes10, split as data.load("shapes10") does, for any seed."""
    X, y, X_test, y_test = shapes10.make(seed=seed)
    return data.Dataset(
        "shapes10",
        "shapes10",
        X[:-NUM_VAL],
        y[:-NUM_VAL],
        X[-NUM_VAL:],
        y[-NUM_VAL:],
        X_test,
        y_test,
        shapes10.CLASS_NAMES,
    )


def missed_goals(ladder: dict[str, float]) -> list[str]:
    """Describe each violated condition in a sentence; `ladder` is {name: accuracy in percent}, from the bottom up."""
    failures = [
        f"{name} has {accuracy:.1f}%, above {CEILING:g}%" for name, accuracy in ladder.items() if accuracy > CEILING
    ]
    steps = list(ladder.items())
    for (lower, low), (upper, high) in zip(steps, steps[1:], strict=False):
        if high - low < SMALLEST_GAP:
            failures.append(f"{upper} ({high:.1f}%) is not {SMALLEST_GAP:g} points above {lower} ({low:.1f}%)")
    return failures


def nearest_neighbour(images: data.Dataset, seed: int, k: int = 1, num_train: int | None = None) -> Labels:
    knn = KNearestNeighbor()
    knn.train(data.flatten(images.X_train[:num_train], np.float32), images.y_train[:num_train])
    return knn.predict(data.flatten(images.X_test, np.float32), k=k)


def classic_svm(images: data.Dataset, seed: int) -> Labels:
    """Train as the classic notebook does: on raw pixels minus their mean."""
    return linear(LinearSVM(), images, seed, data.center, learning_rate=2e-7, reg=5e3, num_iters=1_500)


def classic_softmax(images: data.Dataset, seed: int) -> Labels:
    return linear(LinearSoftmax(), images, seed, data.center, learning_rate=1e-6, reg=5e2, num_iters=1_500)


def softmax(images: data.Dataset, seed: int) -> Labels:
    return linear(LinearSoftmax(), images, seed, data.standardize, learning_rate=1e-3, reg=1e-2, num_iters=3_000)


def linear(
    model: LinearSVM | LinearSoftmax, images: data.Dataset, seed: int, preprocess: Callable[..., Any], **settings: Any
) -> Labels:
    _, X_train, X_test = preprocess(data.flatten(images.X_train, np.float32), data.flatten(images.X_test, np.float32))
    model.train(data.append_bias(X_train), images.y_train, rng=seed, **settings)
    return model.predict(data.append_bias(X_test))


def two_layer_net(images: data.Dataset, seed: int) -> Labels:
    """Train 150 hidden units on standardized pixels."""
    parts = [data.flatten(X, np.float32) for X in (images.X_train, images.X_val, images.X_test)]
    _, X_train, X_val, X_test = data.standardize(*parts)
    model = TwoLayerNet(hidden_dim=150, weight_scale=2e-2, reg=5e-3, dtype=np.float32, rng=seed)
    return net(
        model,
        images,
        (X_train, X_val, X_test),
        seed,
        num_epochs=15,
        update_rule="nesterov",
        optim_config={"learning_rate": 2e-3},
    )


def three_layer_convnet(images: data.Dataset, seed: int) -> Labels:
    """Train 32 filters of 7x7 and 100 hidden units."""
    model = ThreeLayerConvNet(weight_scale=1e-2, reg=1e-3, rng=seed)
    return net(
        model, images, scaled(images), seed, num_epochs=10, update_rule="adam", optim_config={"learning_rate": 1e-3}
    )


def convnet(images: data.Dataset, seed: int) -> Labels:
    """Train three convolutions with batch normalization, each followed by pooling, and one affine layer."""
    model = ConvNet(blocks=((16,), (32,), (32,)), weight_scale=1e-2, seed=seed)
    return net(
        model,
        images,
        scaled(images),
        seed,
        num_epochs=10,
        update_rule="adamw",
        optim_config={"learning_rate": 2e-3, "weight_decay": 0.05},
    )


def scaled(images: data.Dataset) -> list[NDArray[Any]]:
    """Return the three parts, each (N, 3, 32, 32), minus the mean training image and with a deviation of about 1."""
    parts = data.solver_data(images)
    return [parts[name] / np.float32(64) for name in ("X_train", "X_val", "X_test")]


def net(
    model: TwoLayerNet | ThreeLayerConvNet | ConvNet,
    images: data.Dataset,
    parts: Sequence[NDArray[Any]],
    seed: int,
    num_epochs: int,
    **settings: Any,
) -> Labels:
    """Train with a learning rate that falls along a cosine, and return the test labels of the best epoch."""
    X_train, X_val, X_test = parts
    examples = {"X_train": X_train, "y_train": images.y_train, "X_val": X_val, "y_val": images.y_val}
    Solver(
        model,
        examples,
        batch_size=BATCH_SIZE,
        num_epochs=num_epochs,
        verbose=False,
        rng=seed,
        schedule=schedules.cosine(num_epochs * (len(X_train) // BATCH_SIZE)),
        **settings,
    ).train()
    return np.concatenate(
        [model.loss(X_test[i : i + BATCH_SIZE]).argmax(axis=1) for i in range(0, len(X_test), BATCH_SIZE)]
    )


ROWS = (  # name, whether a seed changes it, (images, seed) -> labels of the test images
    ("nearest neighbour, 5,000 images", False, partial(nearest_neighbour, num_train=5_000)),
    ("nearest neighbour, k = 1", False, nearest_neighbour),
    ("nearest neighbour, k = 10", False, partial(nearest_neighbour, k=10)),
    ("SVM, raw pixels, SGD", True, classic_svm),
    ("softmax, raw pixels, SGD", True, classic_softmax),
    ("softmax", True, softmax),
    ("two-layer net", True, two_layer_net),
    ("three-layer convnet", True, three_layer_convnet),
    ("convnet", True, convnet),
)

if __name__ == "__main__":
    sys.exit(main())
