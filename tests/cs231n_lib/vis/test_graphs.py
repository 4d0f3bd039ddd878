import matplotlib.colors
import pytest
from matplotlib.patches import FancyBboxPatch

from cs231n_lib import vis

PRODUCT = {"a": ("mul", "w", "x"), "b": ("add", "a", "c")}


def boxes(figure):
    """{name: (left, bottom, right, top) of its box}"""
    ax = figure.axes[0]
    found = [patch.get_path().get_extents(patch.get_patch_transform()).extents for patch in ax.patches]
    patches = [extents for extents, patch in zip(found, ax.patches, strict=True) if isinstance(patch, FancyBboxPatch)]
    titles, drawn = {}, [text for text in ax.texts if text.get_text()]
    for left, bottom, right, top in patches:
        inside = [t for t in drawn if left < t.get_position()[0] < right and bottom < t.get_position()[1] < top]
        first = min(inside, key=lambda text: text.get_position()[1])  # the axis points down
        titles[first.get_text().split(" :")[0]] = (left, bottom, right, top)
    return titles


def texts(figure, color):
    wanted = matplotlib.colors.to_rgba(color)
    drawn = [t for t in figure.axes[0].texts if t.get_text()]
    return [t.get_text() for t in drawn if matplotlib.colors.to_rgba(t.get_color()) == wanted]


def test_values_are_black_and_gradients_red():
    figure = vis.computational_graph(PRODUCT, {"w": 2, "x": -3, "c": 1.0, "a": -6, "b": -5}, {"w": -3.0, "b": 1})
    assert sorted(texts(figure, "black")) == sorted(["2", "−3", "1", "−6", "−5"])
    assert sorted(texts(figure, vis.RED)) == ["1", "−3"]


def test_a_box_has_the_name_and_the_operation():
    assert set(texts(vis.computational_graph(PRODUCT), vis.BLUE)) == {"w", "x", "c", "a :  ×", "b :  +"}
    assert "n :  tanh" in texts(vis.computational_graph({"n": ("tanh", "x")}), vis.BLUE)


def test_a_node_stands_right_of_its_arguments_and_an_input_beside_its_user():
    graph = {"d": ("exp", "c"), "c": ("add", "b", "late"), "b": ("mul", "a", "a"), "a": ("add", "x", "y")}
    place = {name: left for name, (left, *_) in boxes(vis.computational_graph(graph)).items()}
    assert place["x"] < place["a"] < place["b"] < place["c"] < place["d"]
    assert place["late"] == place["b"] and place["x"] == place["y"]


def test_the_axes_hold_every_box_with_the_same_margin_on_all_sides():
    figure = vis.computational_graph({"d": ("exp", "c"), "c": ("add", "a", "b")})
    found = list(boxes(figure).values())
    left, bottom = (min(box[k] for box in found) for k in (0, 1))
    right, top = (max(box[k] for box in found) for k in (2, 3))
    (x_first, x_last), (y_last, y_first) = figure.axes[0].get_xlim(), figure.axes[0].get_ylim()  # y points down
    assert [left - x_first, x_last - right, bottom - y_first, y_last - top] == pytest.approx([0.14] * 4)


def test_boxes_do_not_overlap():
    names = [f"x{k}" for k in range(6)]
    graph = {f"p{k}": ("mul", names[k], names[(k + 1) % 6]) for k in range(6)}
    graph |= {"s": ("max", "p0", "p5"), "t": ("add", "p1", "x0"), "u": ("add", "s", "t"), "v": ("mul", "u", "p3")}
    found = list(boxes(vis.computational_graph(graph)).values())
    assert len(found) == 16
    for k, (left, bottom, right, top) in enumerate(found):
        for other in found[:k]:
            assert left >= other[2] or other[0] >= right or bottom >= other[3] or other[1] >= top


def test_an_edge_passes_beside_the_boxes_on_its_way():
    graph = {"q": ("mul", "x", "x"), "p": ("add", "x", "y"), "m": ("max", "q", "p"), "f": ("mul", "m", "x")}
    figure = vis.computational_graph(graph)
    found = boxes(figure)
    for line in figure.axes[0].lines:
        for x, y in zip(*line.get_data(), strict=True):
            assert not [b for b in found.values() if b[0] + 0.01 < x < b[2] - 0.01 and b[1] < y < b[3]]


def test_an_argument_that_is_used_twice_has_two_arrows():
    arrows = [text for text in vis.computational_graph({"s": ("mul", "x", "x")}).axes[0].texts if not text.get_text()]
    assert len(arrows) == 2
    bends = {arrow.arrowprops["connectionstyle"] for arrow in arrows}
    assert len(bends) == 2


def test_a_graph_with_a_cycle_or_without_nodes_cannot_be_drawn():
    with pytest.raises(ValueError, match="cycle"):
        vis.computational_graph({"a": ("neg", "b"), "b": ("neg", "a")})
    with pytest.raises(ValueError, match="at least one node"):
        vis.computational_graph({})
