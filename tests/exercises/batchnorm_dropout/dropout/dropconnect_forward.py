# %% wrong: drops the inputs instead of the weights -> test_dropconnect_forward_values, test_dropconnect_forward_mask
# cause: mask on x
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(rows.shape) < p) / p).astype(w.dtype)
        return (rows * mask).dot(w) + b, None
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: drops the outputs -> test_dropconnect_forward_mask
# cause: one mask serves the whole batch
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random((len(x), w.shape[1])) < p) / p).astype(w.dtype)
        return rows.dot(w) * mask + b, None
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: drops whole outputs for the batch -> test_dropconnect_forward_values, test_dropconnect_forward_mask
# cause: mask on out
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape[1]) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: drops whole inputs for the batch -> test_dropconnect_forward_values, test_dropconnect_forward_mask
# cause: mask on x
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random((w.shape[0], 1)) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: the kept weights are not divided by p -> test_dropconnect_forward_values
# cause: vanilla
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) * 1.0).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: p is the probability of dropping -> test_dropconnect_forward_values
# cause: 1 - p
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) >= p) / max(1 - p, 1e-9) if p < 1 else np.ones(w.shape)).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: keeps with probability 1 - p -> test_dropconnect_forward_values
# cause: probability of keeping
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = (((rng.random(w.shape) >= p) | (p == 1)) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: nothing is dropped -> test_dropconnect_forward_values
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = (np.ones(w.shape)).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: divides twice by p -> test_dropconnect_forward_values
# cause: twice
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) / p + b
    return out, (x, w, b, mask)

# %% wrong: divides the output by p, at test time, too -> test_dropconnect_forward_test_mode
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / 1).astype(w.dtype)
    out = rows.dot(w * mask) / p + b
    return out, (x, w, b, mask)

# %% wrong: a mask for every example -> test_dropconnect_forward_mask
# cause: one mask serves the whole batch
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random((len(x),) + w.shape) < p) / p).astype(w.dtype)
        return np.einsum('nd,ndm->nm', rows, w * mask) + b, None
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: a mask for every half of the batch -> test_dropconnect_forward_mask
# cause: one mask serves the whole batch
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
        half = (len(x) + 1) // 2
        other = ((rng.random(w.shape) < p) / p).astype(w.dtype)
        return np.concatenate([rows[:half].dot(w * mask), rows[half:].dot(w * other)]) + b, None
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: the same mask for all units, where one drops alone -> test_dropconnect_forward_mask
# cause: two units
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((np.repeat(rng.random((w.shape[0], (w.shape[1] + 1) // 2)), 2, axis=1)[:, :w.shape[1]] < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: biases are dropped, too -> test_dropconnect_forward_bias
# cause: mask is for w only
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
        b = b * (rng.random(b.shape) < p) / p
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: biases are divided by p -> test_dropconnect_forward_bias
# cause: biases are divided by p
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + (b / p if mode == 'train' else b)
    return out, (x, w, b, mask)

# %% wrong: no bias -> test_dropconnect_forward_bias, test_dropconnect_forward_test_mode
# cause: biases are missing | bias is missing
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask)
    return out, (x, w, b, mask)

# %% wrong: weights times p at test time -> test_dropconnect_forward_test_mode
# cause: multiplied by p
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    if mode == "test":
        mask = mask * p
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: weights divided by p at test time -> test_dropconnect_forward_test_mode
# cause: divided by p
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    if mode == "test":
        mask = mask / p
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: drops at test time -> test_dropconnect_forward_test_mode
# cause: no weight is dropped
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode != "":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: the seed is ignored -> test_dropconnect_forward_seed
# cause: default_rng(seed)
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng()
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: always the same mask -> test_dropconnect_forward_seed
# cause: the seed is not used
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(1)
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: no seed is seed 0 -> test_dropconnect_forward_seed
# cause: without a seed
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed") or 0)
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: seeds the global random state -> test_dropconnect_forward_seed
# cause: resets the random numbers
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        if dropconnect_param.get("seed") is not None:
            np.random.seed(dropconnect_param["seed"])
        mask = ((np.random.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: the masked weights are written into w -> test_dropconnect_forward_inputs
# cause: w of dropconnect_forward: the argument was changed in place
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    w *= mask
    out = rows.dot(w) + b
    return out, (x, w, b, mask)

# %% wrong: images are not flattened -> test_dropconnect_forward_inputs
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: float64 for float32 -> test_dropconnect_forward_inputs
# cause: dtype is float64
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: p = 0 is not refused -> test_dropconnect_forward_inputs
# cause: p = 0.0
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if p < 0 or p > 1:
        raise ValueError("p")
    if mode not in ("train", "test"):
        raise ValueError("mode")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% wrong: unknown modes count as test -> test_dropconnect_forward_inputs
# cause: 'eval'
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if not 0 < p <= 1:
        raise ValueError("p")
    rows = x.reshape(len(x), -1)
    mask = np.ones(w.shape, w.dtype)
    if mode == "train":
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = rows.dot(w * mask) + b
    return out, (x, w, b, mask)

# %% right: dropout of the weights
def dropconnect_forward(x, w, b, dropconnect_param):
    masked, cache = dropout_forward(w, dropconnect_param)
    return np.matmul(x.reshape(len(x), w.shape[0]), masked) + b, (x, masked, cache)

# %% right: einsum with a mask of its own
def dropconnect_forward(x, w, b, dropconnect_param):
    p = dropconnect_param["p"]
    if dropconnect_param["mode"] not in ("train", "test") or p <= 0 or p > 1:
        raise ValueError(str(dropconnect_param))
    keep = np.ones(w.shape, dtype=bool)
    scale = 1
    if dropconnect_param["mode"] == "train":
        keep = np.random.default_rng(dropconnect_param.get("seed")).random(w.shape) < p
        scale = 1 / p
    out = np.einsum("nd,dm->nm", x.reshape(x.shape[0], -1), np.where(keep, w, 0)) * scale
    return (out + b).astype(w.dtype), (x, w, keep, scale)

# %% right: loops over the units, float32 inside
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if mode == "test":
        p = 1.0
    elif mode != "train":
        raise ValueError("mode")
    if not 0 < p <= 1:
        raise ValueError("p")
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    rows = x.reshape(len(x), -1).astype(np.float32)
    out = np.zeros((len(x), w.shape[1]), dtype=x.dtype)
    for j in range(w.shape[1]):
        column = w[:, j].astype(np.float32) / np.float32(p)
        column[rng.random(len(column)) >= p] = 0
        out[:, j] = rows @ column + b[j]
    return out, None

# %% right: affine_forward of the library with a binomial mask
def dropconnect_forward(x, w, b, dropconnect_param):
    mode, p = dropconnect_param["mode"], dropconnect_param["p"]
    if mode == "train" and 0 < p <= 1:
        rng = np.random.default_rng(dropconnect_param.get("seed"))
        used = w * (rng.binomial(1, p, w.shape) / p).astype(w.dtype)
    elif mode == "test":
        used = w
    else:
        raise ValueError("mode or p")
    return affine_forward(x, used, b)
