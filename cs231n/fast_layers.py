"""The names of the public `cs231n.fast_layers`. Its variants of one layer are one kernel here, with equal results."""

from cs231n.aliases import aliases, pairs

_CONV, _POOL = pairs("conv_*_fast"), pairs("max_pool_*_fast")
__getattr__, __dir__, __all__ = aliases(
    __name__,
    {"cs231n_lib.layers": [*_CONV, *_POOL, *pairs("conv_*_im2col")]},
    {
        name: f"cs231n_lib.layers.{fast}"
        for variants, fast_pair in (
            (pairs("conv_*_strides"), _CONV),
            (pairs("max_pool_*_im2col"), _POOL),
            (pairs("max_pool_*_reshape"), _POOL),
        )
        for name, fast in zip(variants, fast_pair, strict=True)
    },
)
