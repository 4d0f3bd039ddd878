"""The figure of a computational graph."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cs231n_lib.vis.style import BLUE, GREY, RED, figure_of, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    # a vertex of the layout: a name, or a point that an edge passes on its way over several columns
    Vertex = str | tuple[str, str, int, int]
    Graph = Mapping[str, tuple[str, ...]]

SYMBOLS = {"add": "+", "sub": "−", "mul": "×", "neg": "× (−1)", "inv": "1 / x", "log": "ln"}
HALF_WIDTH, HALF_HEIGHT = 0.36, 0.36  # of a box; the columns and rows have the distance 1
ROUNDS = 12  # of moving the boxes towards their neighbours


@styled
def computational_graph(
    graph: Graph, values: Mapping[str, float] | None = None, grads: Mapping[str, float] | None = None
) -> Figure:
    """Draw a computational graph, from its inputs on the left to its output on the right.

    Parameters
    ----------
    graph
        {node: (operation, argument, ...)}, such as {"a": ("mul", "w", "x"), "b": ("add", "a", "a")}. The arguments are
        names of other nodes, or of inputs.
    values
        The value of each input and node, drawn in black.
    grads
        The gradient of the output with respect to each of them, drawn in red below the value.

    Raises
    ------
    ValueError
        If the graph is empty, or has a cycle.
    """
    column = _columns(graph)
    row, routes = _rows(graph, column)
    low, high = min(row.values()), max(row.values())
    width, height = max(column.values()) + 1, high - low + 1
    fig, axes = figure_of(min(1.35 * width, 13.0), 1.15 * height)
    ax = axes[0, 0]
    ax.set(xlim=(-0.5, width - 0.5), ylim=(high + 0.5, low - 0.5))
    ax.axis("off")
    for route, bend in routes:
        _draw_arrow(ax, [(column[v] if isinstance(v, str) else v[3], row[v]) for v in route], bend)
    for name, x in column.items():
        _draw_box(ax, x, row[name], name, graph.get(name, ("",))[0], values, grads)
    return fig


def _columns(graph: Graph) -> dict[str, int]:
    """Return the column of each name: a node stands to the right of its arguments, an input next to its first user."""
    if not graph:
        raise ValueError("computational_graph: the graph should have at least one node, but it is empty.")
    inputs = list(dict.fromkeys(name for _, *used in graph.values() for name in used if name not in graph))
    column = dict.fromkeys([*inputs, *graph], 0)
    for _ in range(len(graph) + 1):
        before = dict(column)
        for node, (_, *used) in graph.items():
            column[node] = max(column[name] + 1 for name in used)
        if column == before:
            break
    else:
        raise ValueError("computational_graph: the graph has a cycle, a node that depends on itself.")
    for name in inputs:
        column[name] = min(column[node] for node, (_, *used) in graph.items() if name in used) - 1
    return column


def _rows(graph: Graph, column: Mapping[str, int]) -> tuple[dict[Vertex, float], list[tuple[list[Vertex], float]]]:
    """Return the height of each vertex, and for each edge its vertices and how much it bends.

    Each column moves several times towards the mean heights of its neighbours, as in Sugiyama's method.
    """
    routes: list[tuple[list[Vertex], float]] = []
    neighbors: dict[Vertex, list[Vertex]] = {name: [] for name in column}
    of_column: dict[int, list[Vertex]] = {k: [] for k in range(max(column.values()) + 1)}
    for name, k in column.items():
        of_column[k].append(name)
    for node, (_, *used) in graph.items():
        for place, name in enumerate(used):
            points: list[Vertex] = [(name, node, place, k) for k in range(column[name] + 1, column[node])]
            for point, k in zip(points, range(column[name] + 1, column[node]), strict=True):
                neighbors[point] = []
                of_column[k].append(point)
            route: list[Vertex] = [name, *points, node]
            routes.append((route, 0.0 if used.count(name) == 1 else 0.35 * (-1) ** place))
            for left, right in pairwise(route):
                neighbors[left].append(right)
                neighbors[right].append(left)
    row = {vertex: float(k) for vertices in of_column.values() for k, vertex in enumerate(vertices)}
    order = sorted(of_column)
    for turn in range(ROUNDS):
        for k in order if turn % 2 == 0 else order[::-1]:
            _move(of_column[k], neighbors, row)
    return row, routes


def _move(vertices: list[Vertex], neighbors: Mapping[Vertex, list[Vertex]], row: dict[Vertex, float]) -> None:
    """Move the vertices of a column to the mean heights of their neighbours, at least one row apart."""
    wanted = {v: float(np.mean([row[n] for n in neighbors[v]])) for v in vertices}
    vertices.sort(key=lambda v: (wanted[v], row[v]))
    heights: list[float] = []
    for vertex in vertices:
        heights.append(max(wanted[vertex], heights[-1] + 1) if heights else wanted[vertex])
    shift = float(np.mean([wanted[v] for v in vertices])) - float(np.mean(heights))
    row.update({v: height + shift for v, height in zip(vertices, heights, strict=True)})


def _draw_arrow(ax: Axes, places: list[tuple[float, float]], bend: float) -> None:
    # level in each column that it passes, so that it touches no box
    sides = [(x + side, y) for x, y in places for side in (-HALF_WIDTH, HALF_WIDTH)]
    points = sides[1:-1]
    ax.plot(*np.transpose(points[:-1]), color=GREY, lw=1.2, zorder=1)
    style = {"arrowstyle": "-|>", "color": GREY, "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", points[-1], points[-2], arrowprops={**style, "connectionstyle": f"arc3,rad={bend}"}, zorder=1)


def _draw_box(
    ax: Axes,
    x: float,
    y: float,
    name: str,
    operation: str,
    values: Mapping[str, float] | None,
    grads: Mapping[str, float] | None,
) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (x - HALF_WIDTH, y - HALF_HEIGHT)
    fill = "#e8f1f8" if operation else "white"
    style = "round,pad=0,rounding_size=0.08"
    ax.add_patch(FancyBboxPatch(corner, 2 * HALF_WIDTH, 2 * HALF_HEIGHT, style, fc=fill, ec=BLUE, zorder=2))
    lines = [(f"{name} :  {SYMBOLS.get(operation, operation)}" if operation else name, BLUE, 9)]
    for numbers, color in ((values, "black"), (grads, RED)):
        if numbers is not None and name in numbers:
            lines.append((f"{float(numbers[name]):.3g}".replace("-", "−"), color, 11))
    for k, (text, color, size) in enumerate(lines):
        height = y + 0.23 * (k - (len(lines) - 1) / 2)
        ax.text(x, height, text, ha="center", va="center", color=color, fontsize=size, zorder=3)
