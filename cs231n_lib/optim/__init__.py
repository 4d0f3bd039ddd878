"""Update rules for training, and schedules for their learning rates (in `schedules`)."""

from cs231n_lib.lazy_exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, {
    "update_rules": ["adagrad", "adam", "adamw", "nesterov", "rmsprop", "sgd", "sgd_momentum"],
})
