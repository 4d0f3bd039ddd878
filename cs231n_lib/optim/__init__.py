"""Update rules for training, and schedules for their learning rates (in `schedules`)."""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.optim.update_rules import adagrad as adagrad
    from cs231n_lib.optim.update_rules import adam as adam
    from cs231n_lib.optim.update_rules import adamw as adamw
    from cs231n_lib.optim.update_rules import nesterov as nesterov
    from cs231n_lib.optim.update_rules import rmsprop as rmsprop
    from cs231n_lib.optim.update_rules import sgd as sgd
    from cs231n_lib.optim.update_rules import sgd_momentum as sgd_momentum

__getattr__, __dir__, __all__ = lazy_exports(__name__, {
    "update_rules": ["adagrad", "adam", "adamw", "nesterov", "rmsprop", "sgd", "sgd_momentum"],
})
