# %% wrong: forgets the bias -> test_affine_forward_values, test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w)
    cache = (x, w, b)
    return out, cache

# %% wrong: subtracts the bias -> test_affine_forward_values, test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w) - b
    cache = (x, w, b)
    return out, cache

# %% wrong: adds the bias to the rows instead of the columns -> test_affine_forward_values
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w) + b[:, None]
    cache = (x, w, b)
    return out, cache

# %% wrong: adds the sum of the biases -> test_affine_forward_values, test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w) + b.sum()
    cache = (x, w, b)
    return out, cache

# %% wrong: adds the bias before the product -> test_affine_forward_values
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row + b, w)
    cache = (x, w, b)
    return out, cache

# %% wrong: multiplies with w transposed -> test_affine_forward_values
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w.T) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: returns the output only -> test_affine_forward_values, test_affine_forward_dimensions, test_affine_forward_inputs
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out

# %% wrong: forgets to return -> test_affine_forward_values, test_affine_forward_dimensions, test_affine_forward_inputs
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    (out, cache)

# %% wrong: works for rows only -> test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: flattens in column order -> test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1, order="F")
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: flattens with the examples as columns -> test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(-1, N).T
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: sums over the extra dimensions -> test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, x.shape[1], -1).sum(axis=2)
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: flattens by memory order -> test_affine_forward_dimensions
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1, order="A")
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: reshapes the array that it was given -> test_affine_forward_inputs
def affine_forward(x, w, b):
    N = x.shape[0]
    x.shape = (N, x.size // N)
    x_row = x
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: centres x in place -> test_affine_forward_inputs, test_affine_forward_values
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    x_row -= x_row.mean()
    out = np.dot(x_row, w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: always float64 -> test_affine_forward_inputs
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row.astype(np.float64), w) + b
    cache = (x, w, b)
    return out, cache

# %% wrong: an output array of float64 -> test_affine_forward_inputs
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.zeros((N, w.shape[1]))
    out += np.dot(x_row, w)
    out += b
    cache = (x, w, b)
    return out, cache

# %% wrong: appends the bias to w in the wrong place -> test_affine_forward_values
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.hstack([x_row, np.ones((N, 1))]) @ np.vstack([b, w])
    cache = (x, w, b)
    return out, cache

# %% wrong: takes the product as uint8 where x is -> test_affine_forward_inputs
def affine_forward(x, w, b):
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = np.dot(x_row, w.astype(x.dtype)) + b
    cache = (x, w, b)
    return out, cache

# %% right: einsum
def affine_forward(x, w, b):
    flat = np.ascontiguousarray(x).reshape(len(x), -1)
    return np.einsum("nd,dm->nm", flat, w) + b, (x, w, b)

# %% right: bias as a row of the weights
def affine_forward(x, w, b):
    rows = x.reshape(x.shape[0], int(np.prod(x.shape[1:])))
    ones = np.ones((rows.shape[0], 1), dtype=w.dtype)
    extended = np.concatenate([rows, ones], axis=1)
    weights = np.concatenate([w, b[None, :]], axis=0)
    return extended @ weights, {"x": x, "w": w}

# %% right: columns instead of rows
def affine_forward(x, w, b):
    columns = x.reshape(x.shape[0], -1).T
    out = (w.T @ columns + b[:, None]).T
    return out, (columns, w, x.shape)

# %% right: a loop over the examples, bias added in place
def affine_forward(x, w, b):
    out = np.stack([example.ravel() @ w for example in x])
    out += b
    return out, [x, w, b]
