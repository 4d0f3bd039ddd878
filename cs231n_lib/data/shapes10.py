"""shapes10: ten kinds of shapes on patterned cloth, 32x32 RGB, drawn from a seed. See docs/shapes10.md.

The images are designed so that accuracy rises from nearest neighbour to linear classifier, two-layer net and convnet
(benchmarks/shapes10.py):

- Most of the variance is brightness (creases and weave of the cloth, lamp, confetti), which is independent of the
  class but dominates the distance between raw pixels.
- Every class has a preferred colour for its shape, which it shares with one other class. A linear classifier can use
  this colour.
- The two classes that share a shape colour differ in the cloth. Each has two cloths of *opposite* colours, whose mean
  is grey, so one template per class cannot use them; a hidden layer can.
- A quarter of the images have the colours of random classes. Only the outline identifies them, anywhere in the image,
  lighter or darker than the cloth, which requires convolution and pooling.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Labels = NDArray[np.int64]
    Images = NDArray[np.uint8]
    Masks = NDArray[np.uint8]

CLASS_NAMES = ("disc", "ring", "square", "triangle", "cross", "star", "heart", "moon", "arrow", "flower")
MASK_NAMES = ("background", *CLASS_NAMES)  # the classes of the pixels of a mask

_SIZE = 32
_BLOCK = 100  # images drawn at once: one float32 plane of a block fits in a core's cache
_DRAWS = 160  # 64-bit random numbers reserved for each image, besides those for its grain; see _Dice
_GRAIN = 3 * _SIZE * _SIZE // 8
_DISGUISED = 0.25  # fraction of images that have the colours of a random class


def make(num_train: int = 10_000, num_test: int = 2_000, seed: int = 0) -> tuple[Images, Labels, Images, Labels]:
    """Draw the data set, at about 0.3 ms per image.

    Image i of either part depends only on `seed` and i, so a smaller set is the beginning of a larger one. Every ten
    consecutive images (0-9, 10-19, ...) hold each class once, in random order.

    Parameters
    ----------
    num_train, num_test
        The numbers of training and test images, 0 or more.
    seed
        A non-negative integer; another seed gives other images.

    Returns
    -------
    X_train : (num_train, 32, 32, 3) uint8 array
        RGB.
    y_train : (num_train,) int64 array
        Indices into CLASS_NAMES.
    X_test : (num_test, 32, 32, 3) uint8 array
        RGB.
    y_test : (num_test,) int64 array
        Indices into CLASS_NAMES.

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If an argument is negative.

    Notes
    -----
    The bytes are the same on every platform and NumPy version. They come from PCG64's raw stream, which NumPy keeps
    stable, through single float32 additions, products, quotients and square roots, which IEEE 754 defines to the last
    bit. There is no sine, exponential, sum over an axis or matrix product.
    """
    _refuse(num_train=num_train, num_test=num_test, seed=seed)
    return (*_draw(num_train, seed, part=0)[:2], *_draw(num_test, seed, part=1)[:2])


def make_masks(num_train: int = 2_000, num_test: int = 500, seed: int = 0) -> tuple[Images, Masks, Images, Masks]:
    """Draw the first images of the data set with their masks: which pixels show the shape.

    Parameters
    ----------
    num_train, num_test, seed
        As in `make`, which draws the same images.

    Returns
    -------
    X_train : (num_train, 32, 32, 3) uint8 array
        RGB.
    masks_train : (num_train, 32, 32) uint8 array
        The class of each pixel, an index into MASK_NAMES: 0 for the background, 1 + label for the shape. A pixel shows
        the shape if the shape covers at least half of it, and the confetti on top of the shape less than half.
    X_test, masks_test : arrays
        The same for the test images.

    Raises
    ------
    TypeError, ValueError
        As in `make`.
    """
    _refuse(num_train=num_train, num_test=num_test, seed=seed)
    (X_train, _, masks_train), (X_test, _, masks_test) = _draw(num_train, seed, 0), _draw(num_test, seed, 1)
    return X_train, masks_train, X_test, masks_test


def _refuse(**arguments: Any) -> None:
    for name, value in arguments.items():
        if not hasattr(value, "__index__"):
            raise TypeError(f"shapes10: {name} should be an integer, but is {value!r}.")
        if operator.index(value) < 0:
            raise ValueError(f"shapes10: {name} should be 0 or more, but is {value}.")


def _draw(num: int, seed: int, part: int) -> tuple[Images, Labels, Masks]:
    stream = np.random.PCG64([operator.index(seed), part])
    X = np.empty((num, _SIZE, _SIZE, 3), np.uint8)
    y = np.empty(num, np.int64)
    masks = np.empty((num, _SIZE, _SIZE), np.uint8)
    for start in range(0, num, _BLOCK):
        # image i always gets the i-th run of this many numbers, whatever the number of images
        raw = stream.random_raw(_BLOCK * (_DRAWS + _GRAIN)).reshape(_BLOCK, -1)
        labels = np.argsort(raw[:, 0].reshape(-1, 10), axis=1, kind="stable").reshape(-1)
        grain = np.ascontiguousarray(raw[:, _DRAWS:], dtype="<u8").view(np.uint8)
        images, shown = _render(labels, _Dice(raw[:, 1:_DRAWS]), grain.reshape(_BLOCK, 3, _SIZE, _SIZE))
        stop = min(start + _BLOCK, num)
        X[start:stop] = images[: stop - start].transpose(0, 2, 3, 1)
        y[start:stop] = labels[: stop - start]
        masks[start:stop] = (shown * _column(1 + labels))[: stop - start]
    return X, y, masks


class _Dice:
    """Gives out the random numbers of each image one after another, for a block of images at once."""

    def __init__(self, raw: NDArray[np.uint64]) -> None:
        self._raw, self._next = raw, 0

    def _take(self, count: int) -> NDArray[np.uint64]:
        self._next += count
        assert self._next <= self._raw.shape[1], "raise _DRAWS"
        return self._raw[:, self._next - count : self._next]

    def uniform(self, low: float = 0.0, high: float = 1.0) -> Floats:  # (N,)
        return self.uniforms(1)[:, 0] * (high - low) + low

    def uniforms(self, count: int) -> Floats:  # (N, count), in [0, 1)
        return (self._take(count) >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)

    def choice(self, count: int) -> NDArray[np.intp]:  # (N,) integers in [0, count)
        return (((self._take(1)[:, 0] >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32)).astype(np.intp)

    def chance(self, probability: float) -> NDArray[np.bool_]:  # (N,) bool
        return self.uniform() < probability

    def tint(self, deviation: float) -> Floats:
        """Draw a random colour offset (N, 3) without brightness; `deviation` is in grey levels."""
        bells = self.uniforms(6)
        a = (bells[:, 0] + bells[:, 1] + bells[:, 2] - 1.5) * (2 * deviation)
        b = (bells[:, 3] + bells[:, 4] + bells[:, 5] - 1.5) * (2 * deviation)
        return np.stack([a, 0.866 * b - 0.5 * a, -0.866 * b - 0.5 * a], axis=1)


def _hue(degrees: float) -> list[float]:
    """Return the colour offset (R, G, B) without brightness at an angle of the colour circle."""
    # rounded, so that differences between platforms in the last bit of the cosine do not matter
    return [round(math.cos(math.radians(degrees - third)), 3) for third in (0, 120, 240)]


# five colours for ten classes: class c shares its shape's colour with c + 5 (disc and star, ring and heart, ...)
_SHAPE_HUES = np.array([_hue(72 * c) for c in range(10)], np.float32)  # (10, 3)
# the two opposite colours of the cloth; the pair of class c + 5 is at right angles to that of class c
_CLOTH_HUES = np.array(
    [[_hue(72 * c + 45 + 90 * (c // 5) + side) for side in (0, 180)] for c in range(10)], np.float32
)  # (10, 2, 3)


def _render(labels: NDArray[np.intp], dice: _Dice, grain: NDArray[np.uint8]) -> tuple[Images, NDArray[np.bool_]]:
    """Draw images (N, 3, 32, 32) uint8 of the given classes, and find the pixels (N, 32, 32) that show the shape.

    `grain` holds random bytes of the images' shape.
    """
    steps = np.arange(_SIZE, dtype=np.float32) - 15.5
    x, y = steps[None, None, :], steps[None, :, None]  # pixels from the centre, to the right and down

    cloth, paint = _colours(labels, dice)
    light = _column(dice.uniform(-3.4, 3.4)) * x + _column(dice.uniform(-3.4, 3.4)) * y
    light = light + _creases(dice) * _column(dice.uniform(27, 90))  # (N, 32, 32)
    image = cloth[:, :, None, None] + (light + _weave(x, y, dice))[:, None]

    def strew(count: int) -> NDArray[np.bool_]:
        """Paint confetti, and return the pixels that they leave visible."""
        visible = np.ones(light.shape, bool)
        for _ in range(count):
            coverage = _confetto(x, y, dice)
            colour = cloth + dice.uniform(-55, 55)[:, None] + dice.tint(35)
            _blend(image, coverage, colour[:, :, None, None])
            visible &= coverage < 0.5
        return visible

    strew(3)
    coverage, shading = _shape(x, y, labels, dice)
    _blend(image, coverage, paint[:, :, None, None] + (shading + 0.7 * light)[:, None])
    shown = (coverage >= 0.5) & strew(2)  # these may lie on the shape

    # the sum of two numbers in 0..15: noise with a deviation of 3 to 8 grey levels, as from film or a sensor
    grain = ((grain & 15).astype(np.int8) + (grain >> 4).astype(np.int8) - 15).astype(np.float32)
    image += grain * dice.uniform(0.4, 1.2)[:, None, None, None]
    return np.clip(image + 0.5, 0, 255).astype(np.uint8), shown


def _colours(labels: NDArray[np.intp], dice: _Dice) -> tuple[Floats, Floats]:
    """Draw the colours of cloth and shape, (N, 3) each."""
    disguised = dice.chance(_DISGUISED)
    shape_hue = _SHAPE_HUES[np.where(disguised, dice.choice(10), labels)]
    cloth_hue = _CLOTH_HUES[np.where(disguised, dice.choice(10), labels), dice.choice(2)]
    cloth_level = dice.uniform(55, 195)
    lighter = np.where(cloth_level < 95, True, np.where(cloth_level > 160, False, dice.chance(0.5)))
    shape_level = cloth_level + dice.uniform(15, 75) * np.where(lighter, np.float32(1), np.float32(-1))
    cloth = cloth_level[:, None] + 26 * cloth_hue + dice.tint(15)
    paint = shape_level[:, None] + 44 * shape_hue + dice.tint(9)
    return cloth, paint


def _column(values: NDArray[Any]) -> NDArray[Any]:
    return values[:, None, None]


def _blend(image: Floats, coverage: Floats, colour: Floats) -> None:
    """Paint over `image` (N, 3, 32, 32) in place where `coverage` (N, 32, 32) is 1; mix the colours at the edges."""
    image += coverage[:, None] * (colour - image)


def _creases(dice: _Dice, knots: int = 7) -> Floats:
    """Draw smooth random fields (N, 32, 32) in [-1, 1], by interpolating random numbers on a coarse grid."""
    field = dice.uniforms(knots * knots).reshape(-1, knots, knots) * 2 - 1
    position = (np.arange(_SIZE, dtype=np.float32) + 0.5) * ((knots - 1) / _SIZE)
    i = position.astype(np.intp)
    t = position - i.astype(np.float32)
    t = t * t * (3 - 2 * t)
    field = field[:, i, :] * (1 - t)[:, None] + field[:, i + 1, :] * t[:, None]
    return field[:, :, i] * (1 - t) + field[:, :, i + 1] * t


def _weave(x: Floats, y: Floats, dice: _Dice) -> Floats:
    """Draw a pattern (N, 32, 32) of stripes, checks or nothing, in grey levels."""
    stripes = []
    for _ in range(2):
        phase = x * _column(dice.uniform(-0.13, 0.13)) + y * _column(dice.uniform(-0.13, 0.13))
        phase += _column(dice.uniform())
        phase -= np.floor(phase)
        stripes.append(np.clip(np.abs(phase - 0.5) * 8 - 2, -1, 1))
    kind = _column(dice.uniform())
    pattern = np.where(kind < 0.4, stripes[0], np.where(kind < 0.7, stripes[0] * stripes[1], np.float32(0)))
    return pattern * _column(dice.uniform(13, 42))


def _confetto(x: Floats, y: Floats, dice: _Dice) -> Floats:
    """Draw the coverage (N, 32, 32) of a small oval or slip of paper somewhere in the image."""
    dx, dy = x - _column(dice.uniform(-17, 17)), y - _column(dice.uniform(-17, 17))
    turn = _column(dice.uniform(-0.8, 0.8))
    radius = _column(dice.uniform(1.2, 4.5))
    dx, dy = dx + dy * turn, (dy - dx * turn) * _column(dice.uniform(1, 2.5))
    oval = _column(dice.chance(0.5))
    distance = np.where(oval, np.sqrt(dx * dx + dy * dy), np.maximum(np.abs(dx), np.abs(dy)))
    return np.clip(radius + 0.5 - distance, 0, 1)


def _shape(x: Floats, y: Floats, labels: NDArray[np.intp], dice: _Dice) -> tuple[Floats, Floats]:
    """Draw the coverage and shading (N, 32, 32) of the shape in each image."""
    x, y = x - _column(dice.uniform(-5, 5)), y - _column(dice.uniform(-5, 5))
    radius = dice.uniform(8.5, 10.5)
    mirrored = np.where(dice.chance(0.5), np.float32(-1), np.float32(1))
    # rotation by up to 23 degrees either way, computed from the tangent of half the angle without a sine
    half = dice.uniform(-0.2, 0.2)
    cosine, sine = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    u = (x * _column(cosine) + y * _column(sine)) * _column(mirrored / radius)
    v = (y * _column(cosine) - x * _column(sine)) * _column(1 / radius)

    distance = np.empty_like(u)
    for label, outline in enumerate(_OUTLINES):
        chosen = labels == label
        distance[chosen] = outline(u[chosen], v[chosen])
    coverage = np.clip(0.5 - distance * _column(radius), 0, 1)
    shading = _column(dice.uniform(-25, 25)) * u + _column(dice.uniform(-25, 25)) * v
    return coverage, shading


# Each outline function returns the distance to the edge of a shape of about unit radius, negative inside the shape.
# u points right, v points down.


def _circle(u: Floats, v: Floats, centre_u: float, centre_v: float, radius: float) -> Floats:
    u, v = u - centre_u, v - centre_v
    distance: Floats = np.sqrt(u * u + v * v)
    return distance - radius


def _box(u: Floats, v: Floats, half_width: float, half_height: float) -> Floats:
    return np.maximum(np.abs(u) - half_width, np.abs(v) - half_height)


def _disc(u: Floats, v: Floats) -> Floats:
    return _circle(u, v, 0, 0, 0.85)


def _ring(u: Floats, v: Floats) -> Floats:
    distance: Floats = np.abs(_circle(u, v, 0, 0, 0.72))
    return distance - 0.22


def _square(u: Floats, v: Floats) -> Floats:
    return _box(u, v, 0.76, 0.76)


def _triangle(u: Floats, v: Floats) -> Floats:
    return np.maximum(v - 0.7, np.abs(u) * 0.866 - v * 0.5 - 0.5)


def _cross(u: Floats, v: Floats) -> Floats:
    return np.minimum(_box(u, v, 0.95, 0.32), _box(u, v, 0.32, 0.95))


def _star(u: Floats, v: Floats) -> Floats:
    # five lines through the tips; a point inside the star is on the inner side of at least four of them
    sides = np.stack([u * a + v * b - 0.4 for a, b in _FIFTHS])
    sides.sort(axis=0)
    return sides[3]


def _heart(u: Floats, v: Floats) -> Floats:
    u = np.abs(u)
    return np.minimum(_circle(u, v, 0.45, -0.35, 0.5), np.maximum(u * 0.74 + v * 0.67 - 0.6, -0.35 - v))


def _moon(u: Floats, v: Floats) -> Floats:
    return np.maximum(_circle(u, v, 0, 0, 0.95), -_circle(u, v, 0.5, -0.15, 0.78))


def _arrow(u: Floats, v: Floats) -> Floats:
    head = np.maximum(np.abs(v) * 0.75 + u * 0.66 - 0.63, -u)
    return np.minimum(head, _box(u + 0.4, v, 0.6, 0.27))


def _flower(u: Floats, v: Floats) -> Floats:
    distance = _circle(u, v, 0, 0, 0.35)
    for a, b in _FIFTHS:
        distance = np.minimum(distance, _circle(u, v, -0.58 * a, -0.58 * b, 0.38))
    return np.maximum(distance, -_circle(u, v, 0, 0, 0.2))


# unit vectors 72 degrees apart, the first pointing down
_FIFTHS = ((0.0, 1.0), (0.951, 0.309), (0.588, -0.809), (-0.588, -0.809), (-0.951, 0.309))

_OUTLINES = (_disc, _ring, _square, _triangle, _cross, _star, _heart, _moon, _arrow, _flower)
