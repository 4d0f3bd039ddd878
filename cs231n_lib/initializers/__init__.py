"""Random initial weights (CS231n lecture notes, "Weight initialization").

Shapes are those of the layers: (D, M) for D inputs and M outputs, (F, C, HH, WW) for F filters. The fan-in is the
number of inputs of one unit, D or C * HH * WW. The fan-out is the number of units that one input reaches, M or
F * HH * WW.

Every function takes `dtype`, float32 or float64, and `rng`, a np.random.Generator or a seed (None: different weights
every time). It raises ValueError if an argument does not fit, and names the argument. The same seed gives the same
weights in float32 and float64, up to rounding. Biases start at 0, so np.zeros is enough for them.
"""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.initializers.fan_scaled import glorot as glorot
    from cs231n_lib.initializers.fan_scaled import he as he
    from cs231n_lib.initializers.fan_scaled import sparse as sparse
    from cs231n_lib.initializers.fan_scaled import xavier as xavier
    from cs231n_lib.initializers.fixed_scale import small_random as small_random

__getattr__, __dir__, __all__ = lazy_exports(
    __name__, {"fan_scaled": ["glorot", "he", "sparse", "xavier"], "fixed_scale": ["small_random"]}
)
