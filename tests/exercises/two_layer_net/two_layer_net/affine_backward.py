# %% wrong: dx with w not transposed -> test_affine_backward_dx
# cause: not aligned | mismatch | transpose
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dx left flat -> test_affine_backward_dimensions
# cause: reshape it in the end
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dx reshaped in column order -> test_affine_backward_dimensions
# cause: wrong places | wrong order | wrong axis order
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape, order="F")
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dx without dout -> test_affine_backward_dx
# cause: not depend on dout
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(np.ones_like(dout), w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dx averaged over the outputs -> test_affine_backward_dx
# cause: 0.3333 | a constant | divided by 3 | 1/3 | number of outputs
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = (np.dot(dout, w.T) / w.shape[1]).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dx divided by N -> test_affine_backward_dx
# cause: number of examples
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = (np.dot(dout, w.T) / N).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dx with the wrong sign -> test_affine_backward_dx
# cause: sign
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = -np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dx is zero -> test_affine_backward_dx
# cause: 0 everywhere
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.zeros(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: the same dx for all examples -> test_affine_backward_dx
# cause: over the examples | rows are equal | all its rows | added up
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.broadcast_to(np.dot(dout.sum(0), w.T), x_row.shape).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dw without dout -> test_affine_backward_dw
# cause: not depend on dout
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, np.ones_like(dout))
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dw divided by N -> test_affine_backward_dw
# cause: number of examples
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout) / N
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dw transposed -> test_affine_backward_dw
# cause: transposed
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(dout.T, x_row)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dw from the absolute values of x -> test_affine_backward_dw, test_affine_backward_dimensions
# cause: absolute value
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(np.abs(x_row).T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dw of the last example only -> test_affine_backward_dw
# cause: one example | last example
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.outer(x_row[-1], dout[-1])
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dw with x as it came, not flattened -> test_affine_backward_dimensions
# cause: reshape it | the rows (N, D)
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: dw from x flattened in column order -> test_affine_backward_dimensions
# cause: wrong places | wrong order | reshape
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1, order="F")
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: takes x from a global variable -> test_affine_backward_inputs
# cause: not from a global variable
def affine_forward(x, w, b):
    global saved_x, saved_w
    saved_x, saved_w = x, w
    return x.reshape(len(x), -1).dot(w) + b, None

def affine_backward(dout, cache):
    x, w = saved_x, saved_w
    dx = dout.dot(w.T).reshape(x.shape)
    return dx, x.reshape(len(x), -1).T.dot(dout), dout.sum(axis=0)

# %% wrong: db is the mean -> test_affine_backward_db
# cause: number of examples
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.mean(dout, axis=0)
    return dx, dw, db

# %% wrong: db summed over the outputs -> test_affine_backward_db
# cause: has shape
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=1)
    return dx, dw, db

# %% wrong: db is one number -> test_affine_backward_db
# cause: single number
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout)
    return dx, dw, db

# %% wrong: db counts the examples -> test_affine_backward_db
# cause: counts the examples
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.full(dout.shape[1], float(N))
    return dx, dw, db

# %% wrong: db of the last example -> test_affine_backward_db
# cause: last example
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = dout[-1]
    return dx, dw, db

# %% wrong: db keeps an axis -> test_affine_backward_db
# cause: axis of length 1
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0, keepdims=True)
    return dx, dw, db

# %% wrong: db not summed -> test_affine_backward_db
# cause: has shape | axis too many
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = dout
    return dx, dw, db

# %% wrong: dw and dx exchanged -> test_affine_backward_dx, test_affine_backward_dw
# cause: has shape
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dw, dx, db

# %% wrong: returns dx and dw only -> test_affine_backward_dx, test_affine_backward_dw, test_affine_backward_db, test_affine_backward_dimensions, test_affine_backward_inputs
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw

# %% wrong: scales dout in place -> test_affine_backward_inputs
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dout *= 1.0000001
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: zeroes small gradients in place -> test_affine_backward_inputs
# cause: changed in place
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dout[np.abs(dout) < 0.3] = 0
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% wrong: an array of float64 for dw -> test_affine_backward_inputs
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.zeros(w.shape)
    dw += np.dot(x_row.T, dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% right: einsum
def affine_backward(dout, cache):
    x, w = cache[:2]
    rows = x.reshape(len(x), -1)
    dx = np.einsum("nm,dm->nd", dout, w).reshape(x.shape)
    return dx, np.einsum("nd,nm->dm", rows, dout), np.einsum("nm->m", dout)

# %% right: a loop over the examples
def affine_backward(dout, cache):
    x, w = cache[:2]
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1], dtype=w.dtype)
    for n in range(len(x)):
        dx[n] = w.dot(dout[n]).reshape(x[n].shape)
        dw += np.outer(x[n].ravel(), dout[n])
        db += dout[n]
    return dx, dw, db

# %% right: products of transposed matrices, db by a row of ones
def affine_backward(dout, cache):
    x, w = cache[:2]
    N = x.shape[0]
    dx = (w @ dout.T).T.reshape(x.shape)
    dw = (dout.T @ x.reshape(N, -1)).T
    db = np.ones(N, dtype=dout.dtype) @ dout
    return [dx, dw, db]

# %% right: tensordot over the examples
def affine_backward(dout, cache):
    x, w = cache[:2]
    dw = np.tensordot(x.reshape(x.shape[0], w.shape[0]), dout, axes=(0, 0))
    dx = np.tensordot(dout, w, axes=(1, 1))
    return np.reshape(dx, x.shape), dw, np.add.reduce(dout)

# %% wrong: zeros -> test_affine_backward_inputs
# cause: 0 everywhere
def affine_backward(dout, cache):
    return tuple(np.zeros_like(array) for array in cache[:2]) + (np.zeros(dout.shape[1], dout.dtype),)
