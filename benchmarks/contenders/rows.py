"""The rows of the table: what is compared with which contender, and the goal."""

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from contenders.processes import Failed, Missing
from contenders.table import Line
from contenders.works import CONV_SHAPES, LARGE_SHAPES, Shape, Work, conv, conv_flops

if TYPE_CHECKING:
    from kernels import Contest

Times = dict[str, list[float]]  # seconds per call of each contender, round by round
Measure = Callable[["Contest"], Iterator[Line]]

# Largest difference over largest value. Sums of 10^5 products stay below this, whatever their order.
TOLERANCE = {"float32": 2e-4, "float64": 1e-11}
# Adam divides a gradient by its own size, so if both are near 0, the last digit decides the direction of the step.
STEP_TOLERANCE = {"loss": 1e-3, "params": 3e-2}
PEERS = {"pytorch": "PyTorch", "plain_numpy": "plain NumPy", "scikit_learn": "scikit-learn"}


@dataclass(frozen=True)
class Row:
    key: str
    measure: Measure


def _conv(dtype: str, goals: dict[str, float], each: float | None) -> Measure:
    """`goals` are those of the geometric means; `each` is that of every shape against PyTorch."""

    def measure(contest: "Contest") -> Iterator[Line]:
        all_times = []
        for shape in CONV_SHAPES:
            lines, times = compare(
                contest, f"conv {dtype}, {_named(shape)}", conv(shape, dtype), dict.fromkeys(goals) | {"pytorch": each}
            )
            all_times.append(times)
            yield from lines
        for peer, goal in goals.items():
            work = f"conv forward + backward, {dtype}, geometric mean"
            per_shape = [_ratios(times, peer) for times in all_times]
            if not all(per_shape):
                yield Line(work, PEERS[peer], goal=goal, problem="not all shapes could be measured")
                continue
            means = [statistics.geometric_mean(ratios) for ratios in zip(*per_shape, strict=True)]
            yield Line(work, PEERS[peer], goal=goal, ratios=means)

    return measure


def _single(*works: tuple[str, Work], goal: float, peer: str = "pytorch") -> Measure:
    def measure(contest: "Contest") -> Iterator[Line]:
        for title, work in works:
            lines, _ = compare(contest, title, work, {peer: None if work in INFORMATION else goal})
            yield from lines

    return measure


def compare(contest: "Contest", title: str, work: Work, goals: Mapping[str, float | None]) -> tuple[list[Line], Times]:
    """Return (lines, times), with one line per peer of the work; `goals` is {peer: goal or None}."""
    try:
        seconds, ours = contest.prepare("ours", work)
    except (Missing, Failed) as problem:
        return [Line(title, PEERS[peer], goal=goal, problem=str(problem)) for peer, goal in goals.items()], {}
    problems: dict[str, str | None] = {}
    ready = {"ours": seconds}
    for peer in goals:
        try:
            ready[peer], theirs = contest.prepare(peer, work)
        except (Missing, Failed) as problem:
            problems[peer] = str(problem)
            continue
        problems[peer] = _disagreement(work, ours, theirs)
        if problems[peer]:
            del ready[peer]
    times = contest.take_turns(ready)
    lines = []
    for peer, goal in goals.items():
        if problems[peer]:
            lines.append(Line(title, PEERS[peer], goal=goal, problem=problems[peer]))
        else:
            lines.append(
                Line(
                    title,
                    PEERS[peer],
                    goal=goal,
                    ratios=_ratios(times, peer),
                    ours=statistics.median(times["ours"]),
                    theirs=statistics.median(times[peer]),
                )
            )
    return lines, times


def _ratios(times: Times, peer: str) -> list[float]:
    return [ours / theirs for ours, theirs in zip(times["ours"], times[peer], strict=True)] if peer in times else []


def _disagreement(work: Work, ours: Path, theirs: Path) -> str | None:
    """Describe where the results of two contenders differ by more than rounding; None if they agree."""
    with np.load(ours) as mine, np.load(theirs) as other:
        if len(mine.files) != len(other.files):
            return f"wrong: {len(mine.files)} results against {len(other.files)}"
        for index, (a, b) in enumerate(zip(mine.values(), other.values(), strict=True)):
            if a.shape != b.shape or a.dtype != b.dtype and a.ndim:
                return f"wrong: result {index} is {a.dtype} {a.shape} against {b.dtype} {b.shape}"
            largest = np.abs(b).max(initial=0)
            difference = np.abs(a - b).max(initial=0) / (largest or 1)
            tolerance = TOLERANCE[work.dtype]
            if work.kind.endswith("training step"):
                tolerance = STEP_TOLERANCE["loss" if index == 0 else "params"]
            if not difference <= tolerance:  # NaN is a disagreement
                return f"wrong: result {index} differs by {difference:.1e} of its largest value"
    return None


def speedrun_step(contest: "Contest") -> list[Line]:
    """Compare a step of benchmarks/speedrun.py, which is too long for the table of kernels."""
    settings = {"size": 500, "rate": 0.02, "momentum": 0.85, "decay": 1.3e-3, "smoothing": 0.2}
    lines = []
    for title, last in (
        ("training step of WhitenedConvNet, batch 500", False),
        ("the same, PyTorch in channels_last", True),
    ):
        work = Work("speedrun training step", options=settings | {"channels_last": last})
        lines += compare(contest, title, work, {"pytorch": None})[0]
    return lines


def _memory(contest: "Contest") -> Iterator[Line]:
    for shape in CONV_SHAPES:
        title, work = f"peak memory of conv float32, {_named(shape)}", conv(shape)
        try:
            ours, theirs = contest.peak_memory("ours", work), contest.peak_memory("pytorch", work)
            yield Line(title, PEERS["pytorch"], goal=1.0, ratios=[ours / theirs], ours=ours, theirs=theirs, unit="MB")
        except (Missing, Failed) as problem:
            yield Line(title, PEERS["pytorch"], goal=1.0, problem=str(problem))


def _gemm(dtype: str) -> Measure:
    def measure(contest: "Contest") -> Iterator[Line]:
        for index in LARGE_SHAPES:
            yield _fraction(contest, CONV_SHAPES[index], dtype)

    return measure


def _fraction(contest: "Contest", shape: Shape, dtype: str) -> Line:
    """Return the FLOP rate of conv forward divided by that of one large matrix product."""
    title, work, size = f"conv forward {dtype}, {_named(shape)}", conv(shape, dtype, "conv forward"), 2048
    try:
        ready = {
            "ours": contest.prepare("ours", work)[0],
            "plain_numpy": contest.prepare("plain_numpy", Work("gemm", dtype, {"size": size}))[0],
        }
    except (Missing, Failed) as problem:
        return Line(title, "matrix product", goal=0.7, at_least=True, problem=str(problem))
    times = contest.take_turns(ready)
    rates = [conv_flops(work.options) / seconds / 1e9 for seconds in times["ours"]]
    peaks = [2 * size**3 / seconds / 1e9 for seconds in times["plain_numpy"]]
    return Line(
        title,
        "matrix product",
        goal=0.7,
        at_least=True,
        unit="GFLOP/s",
        ours=statistics.median(rates),
        theirs=statistics.median(peaks),
        ratios=[rate / peak for rate, peak in zip(rates, peaks, strict=True)],
    )


def _named(shape: Shape) -> str:
    (N, C, H, W), (F, _, HH, WW), stride, pad = shape
    return f"{N}x{C}x{H}x{W}, {F} of {HH}x{WW}/{stride} pad {pad}"


def _pool(field: int, stride: int) -> tuple[str, Work]:
    return (
        f"max pooling {field}x{field}/{stride}, 100x32x32x32",
        Work("max pooling", options={"x": [100, 32, 32, 32], "field": field, "stride": stride}),
    )


def _norm(kind: str, *x: int) -> tuple[str, Work]:
    return f"{kind}, {'x'.join(map(str, x))}", Work(kind, options={"x": list(x)})


def _relu(*x: int) -> tuple[str, Work]:
    return f"ReLU, {'x'.join(map(str, x))}", Work("relu", options={"x": list(x)})


# No goal covers a step of this net with PyTorch's non-default optimizer.
FUSED_STEP, FUSED_ADAM = (Work(kind, options={"fused": True}) for kind in ("training step", "adam"))
DEEP_STEP, DEEP_CHANNELS_LAST = (Work("deep training step", options={"channels_last": last}) for last in (False, True))
INFORMATION = (FUSED_STEP,)

ROWS = (
    Row("conv32", _conv("float32", {"pytorch": 0.6, "plain_numpy": 0.5}, each=0.9)),
    Row("conv64", _conv("float64", {"pytorch": 0.4, "plain_numpy": 0.5}, each=0.4)),
    Row("pooling", _single(_pool(2, 2), _pool(3, 2), goal=1.0)),
    Row(
        "step",
        _single(
            ("training step of ThreeLayerConvNet, batch 100", Work("training step")),
            ("the same, PyTorch's Adam fused", FUSED_STEP),
            goal=1.0,
        ),
    ),
    Row(
        "norms",
        _single(
            _norm("batchnorm", 100, 100),
            _norm("batchnorm", 100, 512),
            _norm("spatial batchnorm", 100, 32, 32, 32),
            _norm("layernorm", 100, 100),
            _norm("layernorm", 100, 512),
            goal=1.5,
        ),
    ),
    Row(
        "deep",
        _single(
            ("training step of ConvNet, batch 100, PyTorch's AdamW fused", DEEP_STEP),
            ("the same, PyTorch in channels_last", DEEP_CHANNELS_LAST),
            goal=0.8,
        ),
    ),
    Row("relu", _single(_relu(100, 32, 32, 32), goal=1.0)),
    Row(
        "softmax",
        _single(
            *(
                (f"softmax loss, {N}x{C}", Work("softmax loss", options={"x": [N, C]}))
                for N, C in ((100, 10), (1000, 100))
            ),
            goal=1.0,
        ),
    ),
    Row("adam", _single(("Adam update of ThreeLayerConvNet", Work("adam")), goal=1.5)),
    Row("fused", _single(("the same in place, PyTorch's Adam fused", FUSED_ADAM), goal=1.0)),
    Row("memory", _memory),
    Row("gemm", _gemm("float32")),
    Row(
        "knn",
        _single(
            *(
                (
                    f"kNN distances 5,000 x 500 x 3,072, {dtype}",
                    Work("knn distances", dtype, {"train": 5000, "test": 500, "dim": 3072}),
                )
                for dtype in ("float64", "float32")
            ),
            goal=1.0,
            peer="scikit_learn",
        ),
    ),
)
