# %% wrong: vanilla dropout, nothing is divided by p -> test_dropout_forward_values, test_dropout_forward_mean, test_dropout_forward_shapes
# cause: vanilla dropout
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p)
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: p is taken for the probability of dropping -> test_dropout_forward_values, test_dropout_forward_kept
# cause: probability of keeping
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) > p) / (1 - p) if p < 1 else np.zeros(x.shape)
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: keeps with 1 - p, scales with p -> test_dropout_forward_kept, test_dropout_forward_mean, test_dropout_forward_range
# cause: 1 - p
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) >= p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: divides by 1 - p -> test_dropout_forward_values
# cause: 1 - p, but p is the probability of keeping
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / (1 - p + 1e-12)
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: multiplies by p instead of dividing -> test_dropout_forward_values, test_dropout_forward_mean
# cause: multiplied by p instead
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) * p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: divides twice by p -> test_dropout_forward_values, test_dropout_forward_mean
# cause: twice
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask / p
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: returns the mask instead of x times the mask -> test_dropout_forward_values
# cause: the mask itself
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: scales all values and drops none -> test_dropout_forward_values, test_dropout_forward_kept
# cause: dropped
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = np.ones(x.shape) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: training leaves x as it is -> test_dropout_forward_values, test_dropout_forward_kept
# cause: nothing is dropped
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: adds the mask -> test_dropout_forward_values
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x + mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: threshold for normal instead of uniform numbers -> test_dropout_forward_kept, test_dropout_forward_mean
# cause: were kept; it should be between
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.normal(size=x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: always keeps half -> test_dropout_forward_kept
# cause: were kept; it should be between
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < (0.5 if p < 1 else 2)) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: rounds the random numbers, so that every p keeps half -> test_dropout_forward_kept
# cause: were kept; it should be between
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = np.round(rng.random(x.shape)) / p if p < 1 else np.ones(x.shape)
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: uniform noise instead of a mask -> test_dropout_forward_values
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = rng.random(x.shape) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: drops negative values more often than positive ones -> test_dropout_forward_kept
# cause: negative values were kept
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < np.where(x < 0, p**2, p)) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: the kept values are scaled so that this batch keeps its mean -> test_dropout_forward_values
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
        out = out * x.sum() / (out.sum() + 1e-12)
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: one mask for all examples -> test_dropout_forward_independent
# cause: features (columns) | examples (rows) | own
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random((1,) + x.shape[1:]) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: drops whole examples -> test_dropout_forward_independent
# cause: whole examples
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape[:1] + (1,) * (x.ndim - 1)) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: one draw for the whole batch -> test_dropout_forward_independent, test_dropout_forward_kept
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random() < p) / p * np.ones(x.shape)
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: drops whole channels of images -> test_dropout_forward_independent
# cause: not drawn independently | neighbours
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape[:2] + (1,) * (x.ndim - 2)) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: exactly a fraction p is kept -> test_dropout_forward_independent
# cause: fixing how many are kept
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.permutation(x.size) < int(p * x.size)).reshape(x.shape) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: exactly a fraction p of every example is kept -> test_dropout_forward_independent
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        draws = rng.random(x.shape)
        order = draws.argsort(axis=-1).argsort(axis=-1)
        mask = (order < round(p * x.shape[-1])) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: every second value is dropped -> test_dropout_forward_kept, test_dropout_forward_independent
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = ((np.arange(x.size).reshape(x.shape) % 2 == 0) | (p == 1)) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: drops at test time, too -> test_dropout_forward_test_mode
# cause: in test mode values are dropped
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: multiplies by p at test time -> test_dropout_forward_test_mode
# cause: multiplied by p. That belongs to vanilla
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x * p
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: divides by p at test time -> test_dropout_forward_test_mode
# cause: divided by p. Only
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x / p
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: the mask of the last training pass is used at test time -> test_dropout_forward_test_mode
# cause: in test mode values are dropped
last = {}


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
        last[x.shape] = mask
    elif mode == "test":
        mask = last.get(x.shape)
        out = x if mask is None else x * mask
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: the mode is remembered from the first call -> test_dropout_forward_test_mode
state = {}


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], state.setdefault("mode", dropout_param["mode"])
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: p = 0 goes on -> test_dropout_forward_range
# cause: p = 0.0
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p < 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: p above 1 goes on -> test_dropout_forward_range
# cause: p = 1.5
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: asserts instead of ValueError -> test_dropout_forward_range
# cause: should raise ValueError
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    assert 0 < p <= 1
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: p = 1 is refused -> test_dropout_forward_range
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p >= 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: every mode but train counts as test -> test_dropout_forward_range
# cause: eval | Train
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    else:
        mask = None
        out = x
    return out.astype(x.dtype, copy=False), mask

# %% wrong: the seed is ignored -> test_dropout_forward_seed
# cause: default_rng(seed)
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng()
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: the seed 0 counts as none -> test_dropout_forward_seed
# cause: 0 is a seed
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed") or None)
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: the same mask whatever the seed -> test_dropout_forward_seed, test_dropout_forward_no_seed
# cause: the seed is not used | draws of its own | same values
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(0)
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: without a seed the seed is 0 -> test_dropout_forward_no_seed
# cause: without a "seed"
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed") or 0)
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: seed None is fine, no seed at all is an error -> test_dropout_forward_no_seed
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param["seed"])
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: None is taken for 0, a missing seed for none -> test_dropout_forward_no_seed
# cause: None
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param["seed"] or 0) if "seed" in dropout_param else np.random.default_rng()
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: seeds NumPy's global random state -> test_dropout_forward_no_seed
# cause: global random state
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        if dropout_param.get("seed") is not None:
            np.random.seed(dropout_param["seed"])
        mask = (np.random.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: takes the seed out of the caller's dict -> test_dropout_forward_seed
# cause: changed the seed
def dropout_forward(x, dropout_param):
    mode, p = dropout_param["mode"], dropout_param["p"]
    if mode not in ("train", "test"):
        raise ValueError("mode")
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.pop("seed", None))
    mask = ((rng.random(x.shape) < p) / p).astype(x.dtype)
    return x * mask, mask

# %% wrong: the mask depends on the values of x -> test_dropout_forward_seed
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        mask = mask[::-1] if x.sum() < 0 else mask
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: only for two dimensions -> test_dropout_forward_shapes
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        N, D = x.shape
        mask = (rng.random((N, D)) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: flattens the examples -> test_dropout_forward_shapes
# cause: shape
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        x = x.reshape(len(x), -1)
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: multiplies x in place -> test_dropout_forward_shapes
# cause: changed in place
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        x *= mask.astype(x.dtype)
        out = x
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False), mask

# %% wrong: the float64 mask makes float64 of float32 -> test_dropout_forward_dtype
# cause: dtype is float64
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out, mask

# %% wrong: float32 always -> test_dropout_forward_dtype
# cause: dtype is float32
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(np.float32), mask

# %% wrong: test mode returns float64 -> test_dropout_forward_dtype
# cause: in test mode
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x.astype(np.float64)
    else:
        raise ValueError("mode should be train or test")
    return (out if mode == 'test' else out.astype(x.dtype)), mask

# %% wrong: returns out without a cache -> test_dropout_forward_values
# cause: two things
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p <= 0 or p > 1:
        raise ValueError("p should be above 0 and at most 1")
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        mask = None
        out = x
    else:
        raise ValueError("mode should be train or test")
    return out.astype(x.dtype, copy=False)

# %% right: as in the lectures, with a mask of booleans
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] not in {"train", "test"}:
        raise ValueError("unknown mode")
    if not 0 < p <= 1:
        raise ValueError("p out of range")
    if dropout_param["mode"] == "test":
        return x.copy(), None
    U = np.random.default_rng(dropout_param.get("seed", None)).uniform(size=x.shape) < p
    return np.where(U, x / p, 0).astype(x.dtype), (U / p).astype(x.dtype)

# %% right: binomial numbers
def dropout_forward(x, dropout_param):
    mode, p, seed = dropout_param["mode"], dropout_param["p"], dropout_param.get("seed")
    if mode == "test":
        return x, None
    if mode != "train" or p <= 0 or p > 1:
        raise ValueError(f"mode {mode}, p {p}")
    mask = np.random.default_rng(seed).binomial(1, p, size=x.shape).astype(x.dtype)
    mask *= x.dtype.type(1 / p)
    return mask * x, mask

# %% right: single draws in a loop over the flat values
def dropout_forward(x, dropout_param):
    if dropout_param["mode"] not in ["train", "test"]:
        raise ValueError(dropout_param["mode"])
    if dropout_param["mode"] == "test":
        return x.copy(), None
    p = dropout_param["p"]
    if p <= 0 or p > 1:
        raise ValueError(f"bad p: {p}")
    rng = np.random.default_rng(dropout_param.get("seed"))
    values, mask = x.flatten(), []
    for i in range(values.size):
        mask.append(1 / p if rng.random() < p else 0)
        values[i] *= mask[i]
    return values.reshape(x.shape), np.reshape(mask, x.shape).astype(x.dtype)

# %% right: choice of 0 and 1 / p
def dropout_forward(x, dropout_param):
    mode, p = dropout_param["mode"], float(dropout_param["p"])
    if mode not in ("train", "test"):
        raise ValueError(mode)
    if not (p > 0 and p <= 1):
        raise ValueError(p)
    mask = np.ones_like(x)
    if mode == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        mask = rng.choice(np.array([0, 1 / p], dtype=x.dtype), size=x.shape, p=[1 - p, p])
    return x * mask, mask

# %% right: a legacy RandomState of its own
def dropout_forward(x, dropout_param):
    keep = dropout_param["p"]
    if keep <= 0 or keep > 1:
        raise ValueError("the probability of keeping lies in (0, 1]")
    if dropout_param["mode"] == "test":
        return x, None
    elif dropout_param["mode"] == "train":
        state = np.random.RandomState(dropout_param.get("seed"))
        mask = (state.rand(*x.shape) < keep).astype(x.dtype) / x.dtype.type(keep)
        return x * mask, mask
    raise ValueError("train or test")

# %% right: Python's own random numbers, one by one
import random


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] not in ["train", "test"] or not 0 < p <= 1:
        raise ValueError
    if dropout_param["mode"] == "test":
        return x + 0, None
    coin = random.Random(dropout_param.get("seed"))
    mask = np.array([1 / p if coin.random() < p else 0 for _ in range(x.size)], dtype=x.dtype).reshape(x.shape)
    return x * mask, mask

# %% right: float32 numbers and a copy that is changed in place
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "train":
        if p <= 0 or p > 1:
            raise ValueError("p")
        draws = np.random.default_rng(dropout_param.get("seed")).random(size=x.shape, dtype=np.float32)
        dropped = draws >= p
        out = x.copy()
        out /= p
        out[dropped] = 0
        return out, np.where(dropped, 0, 1 / p).astype(x.dtype)
    if dropout_param["mode"] != "test":
        raise ValueError("mode")
    return x, None

# %% wrong: x itself -> test_dropout_forward_mean, test_dropout_forward_test_mode
def dropout_forward(x, dropout_param):
    return x, None
