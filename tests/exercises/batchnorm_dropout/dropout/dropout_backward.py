# %% wrong: dout passes everywhere -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: what was dropped should get no gradient
def dropout_backward(dout, cache):
    return dout

# %% wrong: not divided by p -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: not divided by p
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * (cache > 0)

# %% wrong: divides by 1 / p instead of multiplying by it -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: multiplied by p
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return np.where(cache > 0, dout / np.maximum(cache, 1), 0).astype(dout.dtype)

# %% wrong: divides by p twice -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: twice
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * cache * cache

# %% wrong: the gradient goes to what was dropped -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: passes where values were dropped
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * (cache == 0) * cache.max()

# %% wrong: returns the mask without dout -> test_dropout_backward_gradient
# cause: without dout
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return cache

# %% wrong: wrong sign -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: sign
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return -dout * cache

# %% wrong: divides by p everywhere -> test_dropout_backward_mask
# cause: divided by p everywhere
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * cache.max()

# %% wrong: averages over the batch -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: divided | factor | 20
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * cache / len(dout)

# %% wrong: sums over the batch -> test_dropout_backward_mask, test_dropout_backward_gradient
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return (dout * cache).sum(axis=0)

# %% wrong: one row of the mask for all examples -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: the same mask
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * cache[:1]

# %% wrong: draws a new mask -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: another mask
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    p = 1 / cache.max()
    return (dout * dropout_forward(np.ones_like(dout), {"mode": "train", "p": p})[0])

# %% wrong: the cache holds the seed, and without one the mask is drawn anew -> test_dropout_backward_mask
# cause: another mask
def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x, (dropout_param, x.shape)
    mask = (np.random.default_rng(dropout_param.get("seed")).random(x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask.astype(x.dtype), (dropout_param, x.shape)


def dropout_backward(dout, cache):
    param, shape = cache
    return dropout_forward(dout, param)[0]

# %% wrong: multiplies by out instead of the mask -> test_dropout_backward_mask, test_dropout_backward_gradient
# cause: multiplied by out
def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x, None
    mask = (np.random.default_rng(dropout_param.get("seed")).random(x.shape) < dropout_param["p"]) / dropout_param["p"]
    out = x * mask.astype(x.dtype)
    return out, out


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache

# %% wrong: takes values that were 0 for dropped ones -> test_dropout_backward_gradient
# cause: dx is 0 where x is 0
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    keep = np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p
    out = np.where(keep, x / p, 0).astype(x.dtype)
    return out, (out, p)


def dropout_backward(dout, cache):
    if cache is None:
        return dout
    out, p = cache
    return (dout * (out != 0) / p).astype(dout.dtype)

# %% wrong: passes on only where out is positive, like a ReLU -> test_dropout_backward_gradient
# cause: 0 and should not be
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    keep = np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p
    out = np.where(keep, x / p, 0).astype(x.dtype)
    return out, (out, p)


def dropout_backward(dout, cache):
    if cache is None:
        return dout
    out, p = cache
    return (dout * (out > 0) / p).astype(dout.dtype)

# %% wrong: divides out by x for the mask -> test_dropout_backward_gradient
# cause: NaN
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, (x, x)
    keep = np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p
    out = np.where(keep, x / p, 0).astype(x.dtype)
    return out, (x, out)


def dropout_backward(dout, cache):
    x, out = cache
    return dout * (out / x)

# %% wrong: test mode gives 0 -> test_dropout_backward_test_mode
# cause: 0 everywhere
def dropout_backward(dout, cache):
    if cache is None:
        return np.zeros_like(dout)
    return dout * cache

# %% wrong: test mode gives None -> test_dropout_backward_test_mode
# cause: None
def dropout_backward(dout, cache):
    if cache is not None:
        return dout * cache

# %% wrong: fails in test mode, where there is no mask -> test_dropout_backward_test_mode
def dropout_backward(dout, cache):
    return dout * cache.astype(dout.dtype)

# %% wrong: multiplies by p in test mode -> test_dropout_backward_test_mode
# cause: multiplied by p, but test mode
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, np.full(x.shape, p, x.dtype)
    mask = (np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p) / p
    return x * mask.astype(x.dtype), mask.astype(x.dtype)


def dropout_backward(dout, cache):
    return dout * cache

# %% wrong: divides by p in test mode -> test_dropout_backward_test_mode
# cause: divided by p, but test mode
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, np.full(x.shape, 1 / p, x.dtype)
    mask = (np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p) / p
    return x * mask.astype(x.dtype), mask.astype(x.dtype)


def dropout_backward(dout, cache):
    return dout * cache

# %% wrong: the mask is kept in a global variable -> test_dropout_backward_cache
# cause: other layer
newest = {}


def dropout_forward(x, dropout_param):
    newest["mask"] = np.ones(x.shape, x.dtype)
    if dropout_param["mode"] == "train":
        p = dropout_param["p"]
        newest["mask"] = ((np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p) / p).astype(x.dtype)
    return x * newest["mask"], None


def dropout_backward(dout, cache):
    return dout * newest["mask"]

# %% wrong: the mask is used up by the first backward pass -> test_dropout_backward_cache
masks = {}


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    mask = np.ones(x.shape, x.dtype)
    if dropout_param["mode"] == "train":
        mask = ((np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p) / p).astype(x.dtype)
    number = len(masks)
    masks[number] = mask
    return x * mask, number


def dropout_backward(dout, cache):
    mask, masks[cache] = masks[cache], 0.0
    return dout * mask

# %% wrong: multiplies dout in place -> test_dropout_backward_inputs
# cause: changed in place
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    dout *= cache
    return dout

# %% wrong: float64 for float32 -> test_dropout_backward_inputs
# cause: dtype is float64
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * cache.astype(np.float64)

# %% wrong: only for two dimensions -> test_dropout_backward_inputs
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    N, D = dout.shape
    return dout * cache.reshape(N, D)

# %% wrong: flattens the gradient -> test_dropout_backward_inputs
# cause: shape
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return (dout * cache).reshape(len(dout), -1)

# %% right: np.where
def dropout_backward(dout, cache):
    if cache is None:
        return dout.copy()
    return np.where(cache > 0, dout * cache, np.zeros_like(dout))

# %% right: a copy changed in place
def dropout_backward(dout, cache):
    dx = dout.copy()
    if cache is not None:
        dx[cache == 0] = 0
        dx *= cache
    return dx

# %% right: einsum in float32 inside
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    flat = np.einsum("i,i->i", dout.ravel().astype(np.float32), cache.ravel().astype(np.float32))
    return flat.reshape(dout.shape).astype(dout.dtype)

# %% right: another cache, a dict of booleans and p
def dropout_forward(x, dropout_param):
    p, training = dropout_param["p"], dropout_param["mode"] == "train"
    keep = np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p
    return (np.where(keep, x / p, 0) if training else x), {"keep": keep, "p": p, "training": training}


def dropout_backward(dout, cache):
    if not cache["training"]:
        return dout
    dx = np.zeros_like(dout)
    dx[cache["keep"]] = dout[cache["keep"]] / cache["p"]
    return dx

# %% right: the cache is a function
def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x, lambda dout: dout
    p = dropout_param["p"]
    mask = ((np.random.default_rng(dropout_param.get("seed")).random(x.shape) < p) / p).astype(x.dtype)
    return x * mask, lambda dout: dout * mask


def dropout_backward(dout, cache):
    return cache(dout)

# %% right: the cache holds a seed, drawn where none is given
def dropout_forward(x, dropout_param):
    p, seed = dropout_param["p"], dropout_param.get("seed")
    if dropout_param["mode"] == "test":
        return x, None
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    return x * ((np.random.default_rng(seed).random(x.shape) < p) / p).astype(x.dtype), (seed, p)


def dropout_backward(dout, cache):
    if cache is None:
        return dout
    seed, p = cache
    return dout * ((np.random.default_rng(seed).random(dout.shape) < p) / p).astype(dout.dtype)

# %% right: np.multiply and a return at the end
def dropout_backward(dout, cache):
    dx = dout if cache is None else np.multiply(cache, dout)
    return dx

# %% wrong: dout itself -> test_dropout_backward_test_mode
# cause: dx is dout as it came
def dropout_backward(dout, cache):
    return dout
