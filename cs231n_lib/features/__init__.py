"""Image features: hand-made features, and a bag of visual words learned from patches."""

from cs231n_lib.lazy_exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "bag_of_words": ["build_codebook", "encode_bag_of_words"],
        "hand_made": ["color_histogram_hsv", "extract_features", "hog_feature", "rgb2gray"],
        "patches": ["dense_patches", "normalize_patches", "sample_patches"],
    },
)
