"""What a net costs: its parameters, the values that it remembers, and its multiplications, layer by layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cs231n_lib.models.linear_classifier import LinearClassifier
    from cs231n_lib.models.network import Layer, Network

_HEADINGS = ("layer", "output", "parameters", "values", "multiplications")


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs for one example.

    Attributes
    ----------
    kind, out_shape
        As in `Layer`.
    params
        The number of parameters: weights, biases, gamma and beta.
    values
        The number of values that the layer puts out.
    macs
        The number of multiplications of inputs with weights.
    """

    kind: str
    out_shape: tuple[int, ...]
    params: int
    values: int
    macs: int


@dataclass(frozen=True)
class NetCost:
    """What a net costs for one example. Printed, it is a table.

    Attributes
    ----------
    layers
        A LayerCost for the input and for each layer.
    """

    layers: tuple[LayerCost, ...]

    @property
    def params(self) -> int:
        """The number of parameters of the net."""
        return sum(layer.params for layer in self.layers)

    @property
    def values(self) -> int:
        """The number of values, including those of the input; training remembers them until the backward pass."""
        return sum(layer.values for layer in self.layers)

    @property
    def macs(self) -> int:
        """The number of multiplications."""
        return sum(layer.macs for layer in self.layers)

    def __str__(self) -> str:
        rows = [
            (layer.kind, "x".join(map(str, layer.out_shape)), *_numbers(layer.params, layer.values, layer.macs))
            for layer in self.layers
        ]
        rows = [_HEADINGS, *rows, ("total", "", *_numbers(self.params, self.values, self.macs))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(_line(row, widths) for row in rows)


def net_cost(net: Network | LinearClassifier) -> NetCost:
    """Count what a model of the library costs for one example.

    Parameters
    ----------
    net
        A net of cs231n_lib.models: any Network, or a LinearClassifier that has been trained.

    Returns
    -------
    NetCost
        The costs of each layer and their sums.

    Raises
    ------
    TypeError
        If the model has no layers, as KNearestNeighbor.
    ValueError
        If it is a LinearClassifier without weights.

    Notes
    -----
    Values are counted for the input, convolutions, pooling and affine layers, as in the course notes ("Convolutional
    networks", VGGNet in detail). ReLU, dropout and normalization are counted as if they worked in place. The
    multiplications are those of convolutions and affine layers.

    Examples
    --------
    >>> from cs231n_lib.models import ConvNet
    >>> print(net_cost(ConvNet(input_dim=(3, 16, 16), blocks=((8,),), seed=0)))
    layer      output  parameters  values  multiplications
    input     3x16x16           0     768                0
    conv      8x16x16         232   2,048           55,296
    max pool    8x8x8           0     512                0
    affine         10       5,130      10            5,120
    total                   5,362   3,338           60,416
    """
    if not hasattr(net, "layer_list"):
        raise TypeError(
            f"net_cost: {type(net).__name__} has no layers. Give it a net of cs231n_lib.models, such as ConvNet."
        )
    return NetCost(tuple(_cost(layer) for layer in net.layer_list()))


def _cost(layer: Layer) -> LayerCost:
    positions = math.prod(layer.out_shape[1:])  # 1 for an affine layer
    # gamma and beta scale and shift; only weights, with two or four axes, are multiplied with inputs at each position
    weights = sum(array.size for array in layer.params.values() if array.ndim > 1)
    params = sum(array.size for array in layer.params.values())
    return LayerCost(layer.kind, layer.out_shape, params, math.prod(layer.out_shape), positions * weights)


def _numbers(*counts: int) -> tuple[str, ...]:
    return tuple(f"{count:,}" for count in counts)


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return "  ".join(cells).rstrip()
