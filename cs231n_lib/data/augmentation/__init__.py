"""Data augmentation: random changes of training images that preserve their class.

Batches are (N, C, H, W), as convolutions expect them; rng is a np.random.Generator or a seed. Each image is changed
independently. The functions return a new batch with the dtype of X (integers become float64). `compose` applies several
of them in a row, as Solver's `augment` expects:

    augment = compose(random_horizontal_flip, partial(random_crop, padding=4))
    X = augment(X_batch, rng)
"""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.data.augmentation.batches import compose as compose
    from cs231n_lib.data.augmentation.colors import color_jitter as color_jitter
    from cs231n_lib.data.augmentation.colors import pca_color_jitter as pca_color_jitter
    from cs231n_lib.data.augmentation.colors import principal_colors as principal_colors
    from cs231n_lib.data.augmentation.crop import random_crop as random_crop
    from cs231n_lib.data.augmentation.flip import random_horizontal_flip as random_horizontal_flip

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "batches": ["compose"],
        "colors": ["color_jitter", "pca_color_jitter", "principal_colors"],
        "crop": ["random_crop"],
        "flip": ["random_horizontal_flip"],
    },
)
