"""Update rules for training, and schedules for their learning rates (in `schedules`).

Every update rule is a function

    next_w, next_config = rule(w, dw, config=None)

It does not change w, config or an array in config: the next weights and the next config are new objects. Only adam and
adamw write into w and the arrays in config, and only if config["in_place"] is true. Weights and memory keep the dtype
of w and dw, or the wider one if they differ.

Parameters
----------
w, dw : arrays of the same shape
    Weights and the gradient of the loss with respect to them, float32 or float64.
config
    A dict of hyperparameters and of what the rule remembers from step to step, as the last call returned it; None for
    the first step with default hyperparameters. Each rule lists its keys with their defaults.

Returns
-------
next_w : array of w's shape
    The weights after the step.
next_config
    The config for the next step.

Raises
------
ValueError
    If an argument does not fit, or config has an unknown key. The message names it.

Examples
--------
>>> import numpy as np
>>> from cs231n_lib.optim import sgd_momentum
>>> w, config = np.array([1.0, 2.0]), {"learning_rate": 0.1}
>>> w, config = sgd_momentum(w, np.array([10.0, 0.0]), config)
>>> w
array([0., 2.])
>>> w, config = sgd_momentum(w, np.array([0.0, 0.0]), config)  # the velocity goes on
>>> w
array([-0.9,  2. ])
"""

from typing import TYPE_CHECKING

from cs231n_lib.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from cs231n_lib.optim.gradient_descent import sgd as sgd
    from cs231n_lib.optim.update_rules import adagrad as adagrad
    from cs231n_lib.optim.update_rules import adam as adam
    from cs231n_lib.optim.update_rules import adamw as adamw
    from cs231n_lib.optim.update_rules import nesterov as nesterov
    from cs231n_lib.optim.update_rules import rmsprop as rmsprop
    from cs231n_lib.optim.update_rules import sgd_momentum as sgd_momentum

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "gradient_descent": ["sgd"],
        "update_rules": ["adagrad", "adam", "adamw", "nesterov", "rmsprop", "sgd_momentum"],
    },
)
