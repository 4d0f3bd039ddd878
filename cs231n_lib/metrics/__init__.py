"""Measures of how good predictions are, besides the accuracy."""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.metrics.segmentation import iou_per_class as iou_per_class
    from cs231n_lib.metrics.segmentation import mean_iou as mean_iou

__getattr__, __dir__, __all__ = lazy_exports(__name__, {"segmentation": ["iou_per_class", "mean_iou"]})
