# %% wrong: norms of the rows -> test_max_norm_values, test_max_norm_norms
# cause: rows are scaled
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=1, keepdims=True))
    return w * (limit / np.maximum(norms, limit))

# %% wrong: norm of the whole array -> test_max_norm_values, test_max_norm_norms
# cause: norm of the whole array
def max_norm(w, limit):
    norm = np.sqrt(np.sum(w * w))
    return w * (limit / max(norm, limit))

# %% wrong: all columns get the norm limit -> test_max_norm_values, test_max_norm_below
# cause: shorter | stretched
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    return w * limit / np.maximum(norms, 1e-12)

# %% wrong: a column of zeros is divided by 0 -> test_max_norm_below
# cause: NaN
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    unit = w / norms
    return unit * np.minimum(norms, limit)

# %% wrong: clips single values -> test_max_norm_values, test_max_norm_norms
# cause: clipping
def max_norm(w, limit):
    return np.clip(w, -limit, limit)

# %% wrong: the root is missing -> test_max_norm_values, test_max_norm_norms
# cause: root is missing
def max_norm(w, limit):
    norms = np.sum(w * w, axis=0)
    return w * (limit / np.maximum(norms, limit))

# %% wrong: the L1 norm -> test_max_norm_values, test_max_norm_norms
# cause: L1 norm
def max_norm(w, limit):
    norms = np.sum(np.abs(w), axis=0)
    return w * (limit / np.maximum(norms, limit))

# %% wrong: the largest entry as norm -> test_max_norm_values, test_max_norm_norms
# cause: largest entry
def max_norm(w, limit):
    norms = np.max(np.abs(w), axis=0)
    return w * (limit / np.maximum(norms, limit))

# %% wrong: long columns get norm 1 -> test_max_norm_values, test_max_norm_norms
# cause: norm 1 instead
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    return np.where(norms > limit, w / np.maximum(norms, 1e-12), w)

# %% wrong: compares the squared norm with the limit -> test_max_norm_values
# cause: squared norm is compared
def max_norm(w, limit):
    squares = np.sum(w * w, axis=0)
    return np.where(squares > limit, w * limit / np.sqrt(np.maximum(squares, 1e-12)), w)

# %% wrong: divides long columns by the limit -> test_max_norm_values, test_max_norm_norms
# cause: divided by the limit
def max_norm(w, limit):
    norms = np.linalg.norm(w, axis=0)
    return np.where(norms > limit, w / limit, w)

# %% wrong: the factor is upside down -> test_max_norm_values, test_max_norm_norms
# cause: upside down
def max_norm(w, limit):
    norms = np.linalg.norm(w, axis=0)
    return w * np.maximum(1, norms / limit)

# %% wrong: the mean of the squares -> test_max_norm_values, test_max_norm_norms
# cause: averaged
def max_norm(w, limit):
    lengths = np.sqrt(np.mean(w**2, axis=0))
    return w * (limit / np.maximum(lengths, limit)).astype(w.dtype)

# %% wrong: returns inside the loop -> test_max_norm_values, test_max_norm_norms
# cause: only the first long column
def max_norm(w, limit):
    result = w.copy()
    for j in range(w.shape[1]):
        norm = np.linalg.norm(w[:, j])
        if norm > limit:
            result[:, j] = w[:, j] * limit / norm
            return result
    return result

# %% wrong: nothing happens unless all columns are long -> test_max_norm_values
# cause: nothing has been scaled
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    if not np.all(norms > limit):
        return w.copy()
    return w * (limit / norms)

# %% wrong: all columns are scaled if one is long -> test_max_norm_values, test_max_norm_below
# cause: used for all
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    if np.max(norms) > limit:
        return w * (limit / np.max(norms))
    return w.copy()

# %% wrong: short columns are scaled up to the limit, long ones left -> test_max_norm_values, test_max_norm_below
# cause: stretched | shorter
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    return w * (limit / np.minimum(np.maximum(norms, 1e-12), limit))

# %% wrong: the direction is lost, only sizes remain -> test_max_norm_values, test_max_norm_norms
# cause: sign
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    return np.abs(w) * (limit / np.maximum(norms, limit))

# %% wrong: an epsilon that is felt -> test_max_norm_below, test_max_norm_values
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0)) + 0.01
    return w * (limit / np.maximum(norms, limit))

# %% wrong: short columns become 0 -> test_max_norm_below
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    return np.where(norms > limit, w * limit / np.maximum(norms, 1e-12), 0)

# %% wrong: float64 for float32 -> test_max_norm_norms
# cause: dtype is float64
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w.astype(np.float64) ** 2, axis=0))
    return w * (limit / np.maximum(norms, limit))

# %% wrong: changes w in place -> test_max_norm_copy
# cause: changed in place
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    w *= limit / np.maximum(norms, limit)
    return w

# %% wrong: changes the columns of w one by one -> test_max_norm_copy
# cause: changed in place
def max_norm(w, limit):
    for j in range(w.shape[1]):
        norm = np.linalg.norm(w[:, j])
        if norm > limit:
            w[:, j] = w[:, j] * limit / norm
    return w

# %% wrong: changes w and returns nothing -> test_max_norm_values, test_max_norm_copy
# cause: None | changed in place
def max_norm(w, limit):
    norms = np.sqrt(np.sum(w * w, axis=0))
    w *= limit / np.maximum(norms, limit)

# %% right: np.linalg.norm and np.where
def max_norm(w, limit):
    norms = np.linalg.norm(w, axis=0, keepdims=True)
    return np.where(norms > limit, w * (limit / np.where(norms > 0, norms, 1)), w)

# %% right: a loop over columns of a copy
def max_norm(w, limit):
    result = w.copy()
    for j in range(w.shape[1]):
        norm = np.linalg.norm(w[:, j])
        if norm > limit:
            result[:, j] *= limit / norm
    return result

# %% right: only the long columns, by index
def max_norm(w, limit):
    out = np.array(w)
    norms = np.einsum("dm,dm->m", w, w) ** 0.5
    long = norms > limit
    out[:, long] = out[:, long] / norms[long] * limit
    return out

# %% right: the smaller of 1 and limit / norm, with an epsilon
def max_norm(w, limit):
    norms = np.sqrt((w**2).sum(axis=0)) + 1e-12
    return w * np.minimum(1, limit / norms)

# %% right: the wanted norm over the norm, with an epsilon of 1e-7
def max_norm(w, limit):
    norms = np.sqrt(np.sum(np.square(w), axis=0, keepdims=True))
    return w * (np.clip(norms, 0, limit) / (1e-7 + norms))

# %% right: float32 inside
def max_norm(w, limit):
    small = w.astype(np.float32)
    scale = np.float32(limit) / np.maximum(np.sqrt((small * small).sum(0)), np.float32(limit))
    return (w * scale).astype(w.dtype)

# %% wrong: zeros -> test_max_norm_copy
def max_norm(w, limit):
    return np.zeros_like(w)
