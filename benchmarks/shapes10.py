"""Does the course's lesson hold on shapes10? Test accuracy of nearest neighbour, softmax, a two-layer net, a convnet.

    python benchmarks/shapes10.py             two to three minutes
    python benchmarks/shapes10.py --seeds 3   mean and range over three runs of what is trained

Each step of the ladder must be at least 8 points above the one before, and none above 95%; exits with 1 if not.
The library's own models stand on the first two steps. scikit-learn and PyTorch stand in for the nets, and a
row whose package is missing is left out and not checked. Everything is seeded; all models but
the first see 9,000 training images.
"""

import argparse
import sys
import time
import warnings

import numpy as np

from cs231n_lib import data
from cs231n_lib.data import shapes10
from cs231n_lib.models import KNearestNeighbor, LinearSoftmax, LinearSVM

NUM_VAL = 1_000
SMALLEST_GAP = 8.0  # percentage points
CEILING = 95.0
LADDER = ("nearest neighbour, k = 1", "softmax", "two-layer net", "convnet")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, help="train every trained model this often (default: 1)")
    parser.add_argument("--data-seed", type=int, default=0, help="draw another shapes10 (default: 0)")
    arguments = parser.parse_args()
    if arguments.seeds < 1 or arguments.data_seed < 0:
        parser.error("--seeds must be at least 1 and --data-seed at least 0")

    start = time.perf_counter()
    X, y, X_test, y_test = shapes10.make(seed=arguments.data_seed)
    print(f"shapes10, data seed {arguments.data_seed}: {len(X) - NUM_VAL:,} training and {len(X_test):,} test images, "
          f"drawn in {time.perf_counter() - start:.1f} s\n")
    X, y = X[:-NUM_VAL], y[:-NUM_VAL]

    print(f"{'model':34} {'test accuracy':>13} {'range':>15} {'gap':>6} {'seconds':>8}")
    ladder, below = {}, None
    for name, seeded, classify in ROWS:
        runs, missing = [], None
        start = time.perf_counter()
        for seed in range(arguments.seeds if seeded else 1):
            try:
                runs.append(100 * np.mean(classify(X, y, X_test, seed) == y_test))
            except ModuleNotFoundError as error:
                missing = error.name
                break
        if missing:
            package = "scikit-learn" if missing == "sklearn" else missing
            print(f"{name:34} not measured: it needs {package} (pip install {package})")
            continue
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
        print(f"The lesson holds: {' < '.join(ladder)};\n"
              f"every gap at least {SMALLEST_GAP:g} points, none above {CEILING:g}%.")
    unchecked = [name for name in LADDER if name not in ladder]
    if unchecked:
        print(f"Not checked: {', '.join(unchecked)}.")
    return 1 if failures else 0


def missed_goals(ladder):
    """What is wrong, one sentence each, with {name: accuracy in percent} of the ladder's steps from the bottom."""
    failures = [f"{name} has {accuracy:.1f}%, above {CEILING:g}%" for name, accuracy in ladder.items()
                if accuracy > CEILING]
    steps = list(ladder.items())
    for (lower, low), (upper, high) in zip(steps, steps[1:], strict=False):
        if high - low < SMALLEST_GAP:
            failures.append(f"{upper} ({high:.1f}%) is not {SMALLEST_GAP:g} points above {lower} ({low:.1f}%)")
    return failures


def nearest_neighbour(X, y, X_test, seed, k=1):
    knn = KNearestNeighbor()
    knn.train(data.flatten(X, np.float32), y)
    return knn.predict(data.flatten(X_test, np.float32), k=k)


def nearest_ten(X, y, X_test, seed):
    return nearest_neighbour(X, y, X_test, seed, k=10)


def small_nearest_neighbour(X, y, X_test, seed):
    return nearest_neighbour(X[:5_000], y[:5_000], X_test, seed)


def classic_svm(X, y, X_test, seed):
    """As the classic notebook trains it: raw pixels minus their mean."""
    _, X, X_test = data.center(data.flatten(X, np.float32), data.flatten(X_test, np.float32))
    return _linear(LinearSVM(), X, y, X_test, seed, learning_rate=2e-7, reg=5e3, num_iters=1_500)


def classic_softmax(X, y, X_test, seed):
    _, X, X_test = data.center(data.flatten(X, np.float32), data.flatten(X_test, np.float32))
    return _linear(LinearSoftmax(), X, y, X_test, seed, learning_rate=1e-6, reg=5e2, num_iters=1_500)


def softmax(X, y, X_test, seed):
    X, X_test = _standardized(X, X_test)
    return _linear(LinearSoftmax(), X, y, X_test, seed, learning_rate=1e-3, reg=1e-2, num_iters=3_000)


def _linear(model, X, y, X_test, seed, **settings):
    model.train(data.append_bias(X), y, rng=seed, **settings)
    return model.predict(data.append_bias(X_test))


def two_layer_net(X, y, X_test, seed):
    """Affine, ReLU with 150 units, affine, on standardised pixels."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    X, X_test = _standardized(X, X_test)
    net = MLPClassifier((150,), solver="sgd", learning_rate_init=2e-3, momentum=0.9, alpha=1.0, batch_size=100,
                        max_iter=15, n_iter_no_change=15, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 15 epochs are what is meant
        net.fit(X, y)
    return net.predict(X_test)


def convnet(X, y, X_test, seed, epochs=10, batch_size=100):
    """Three times convolution, ReLU, 2x2 max pooling; then one affine layer. 23,000 parameters."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    X, X_test = (torch.from_numpy((data.to_nchw(images) - 125) / 60) for images in (X, X_test))
    y = torch.from_numpy(y)
    model = nn.Sequential(
        nn.Conv2d(3, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),  # (N, 16, 16, 16)
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # (N, 32, 8, 8)
        nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # (N, 32, 4, 4)
        nn.Flatten(), nn.Linear(32 * 4 * 4, 10),
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * -(-len(X) // batch_size))
    for _ in range(epochs):
        for batch in torch.randperm(len(X)).split(batch_size):
            loss = nn.functional.cross_entropy(model(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        return model(X_test).argmax(dim=1).numpy()


def _standardized(X, X_test):
    _, X, X_test = data.standardize(data.flatten(X, np.float32), data.flatten(X_test, np.float32))
    return X, X_test


ROWS = (  # name, whether a seed changes it, labels for X_test
    ("nearest neighbour, 5,000 images", False, small_nearest_neighbour),
    ("nearest neighbour, k = 1", False, nearest_neighbour),
    ("nearest neighbour, k = 10", False, nearest_ten),
    ("SVM, raw pixels, SGD", True, classic_svm),
    ("softmax, raw pixels, SGD", True, classic_softmax),
    ("softmax", True, softmax),
    ("two-layer net", True, two_layer_net),
    ("convnet", True, convnet),
)

if __name__ == "__main__":
    sys.exit(main())
