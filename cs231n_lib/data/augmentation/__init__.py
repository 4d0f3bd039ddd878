"""Data augmentation: random changes of training images that preserve their class.

Batches are (N, C, H, W), as convolutions expect them; rng is a np.random.Generator or a seed. Each image is changed
independently. The functions return a new batch with the dtype of X (integers become float64). `compose` applies several
of them in a row, as Solver's `augment` expects:

    augment = compose(random_horizontal_flip, partial(random_crop, padding=4))
    X = augment(X_batch, rng)

mixup and cutmix also change the targets of the images, and rotate_batch invents some, so they return pairs; Solver's
`mix` takes such functions.
"""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.data.augmentation.batches import compose as compose
    from cs231n_lib.data.augmentation.color_shift import pca_color_jitter as pca_color_jitter
    from cs231n_lib.data.augmentation.colors import color_jitter as color_jitter
    from cs231n_lib.data.augmentation.colors import principal_colors as principal_colors
    from cs231n_lib.data.augmentation.crop import random_crop as random_crop
    from cs231n_lib.data.augmentation.cutout import cutout as cutout
    from cs231n_lib.data.augmentation.elastic import elastic_deform as elastic_deform
    from cs231n_lib.data.augmentation.flip import random_horizontal_flip as random_horizontal_flip
    from cs231n_lib.data.augmentation.mixing import cutmix as cutmix
    from cs231n_lib.data.augmentation.mixing import mixup as mixup
    from cs231n_lib.data.augmentation.noise_and_blur import gaussian_blur as gaussian_blur
    from cs231n_lib.data.augmentation.noise_and_blur import gaussian_noise as gaussian_noise
    from cs231n_lib.data.augmentation.quarter_turns import rotate_batch as rotate_batch
    from cs231n_lib.data.augmentation.resampling import sample_bilinear as sample_bilinear
    from cs231n_lib.data.augmentation.rotation import random_rotation as random_rotation

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "batches": ["compose"],
        "color_shift": ["pca_color_jitter"],
        "colors": ["color_jitter", "principal_colors"],
        "crop": ["random_crop"],
        "cutout": ["cutout"],
        "elastic": ["elastic_deform"],
        "flip": ["random_horizontal_flip"],
        "mixing": ["cutmix", "mixup"],
        "noise_and_blur": ["gaussian_blur", "gaussian_noise"],
        "quarter_turns": ["rotate_batch"],
        "resampling": ["sample_bilinear"],
        "rotation": ["random_rotation"],
    },
)
