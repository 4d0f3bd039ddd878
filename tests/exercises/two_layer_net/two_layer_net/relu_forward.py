# %% wrong: the absolute value -> test_relu_forward_values
def relu_forward(x):
    out = np.abs(x)
    cache = x
    return out, cache

# %% wrong: the step instead of the ramp -> test_relu_forward_values
def relu_forward(x):
    out = (x > 0).astype(x.dtype)
    cache = x
    return out, cache

# %% wrong: the minimum -> test_relu_forward_values
def relu_forward(x):
    out = np.minimum(0, x)
    cache = x
    return out, cache

# %% wrong: the largest of all -> test_relu_forward_values
def relu_forward(x):
    out = np.max(x, 0)
    cache = x
    return out, cache

# %% wrong: does nothing -> test_relu_forward_values
def relu_forward(x):
    out = x.copy()
    cache = x
    return out, cache

# %% wrong: leaky -> test_relu_forward_values
def relu_forward(x):
    out = np.where(x > 0, x, 0.01 * x)
    cache = x
    return out, cache

# %% wrong: bounded by 1 -> test_relu_forward_values
def relu_forward(x):
    out = np.clip(x, 0, 1)
    cache = x
    return out, cache

# %% wrong: bounded by 6 -> test_relu_forward_values
def relu_forward(x):
    out = np.clip(x, 0, 6)
    cache = x
    return out, cache

# %% wrong: smooth instead of bent -> test_relu_forward_values
def relu_forward(x):
    out = np.log1p(np.exp(x))
    cache = x
    return out, cache

# %% wrong: keeps the positive entries only -> test_relu_forward_values
def relu_forward(x):
    out = x[x > 0]
    cache = x
    return out, cache

# %% wrong: Python's max of an array -> test_relu_forward_values
def relu_forward(x):
    out = max(0, x)
    cache = x
    return out, cache

# %% wrong: cuts off small numbers -> test_relu_forward_values
def relu_forward(x):
    out = np.where(x > 1e-3, x, 0)
    cache = x
    return out, cache

# %% wrong: returns the output only -> test_relu_forward_values, test_relu_forward_inputs
def relu_forward(x):
    out = np.maximum(0, x)
    cache = x
    return out

# %% wrong: sets negative entries of x to 0 -> test_relu_forward_inputs
def relu_forward(x):
    x[x < 0] = 0
    out = x
    cache = x
    return out, cache

# %% wrong: writes the output into x -> test_relu_forward_inputs
def relu_forward(x):
    out = np.maximum(0, x, out=x)
    cache = x
    return out, cache

# %% wrong: always float64 -> test_relu_forward_inputs
def relu_forward(x):
    out = np.maximum(0, x.astype(np.float64))
    cache = x
    return out, cache

# %% wrong: an array of zeros for the output -> test_relu_forward_inputs
def relu_forward(x):
    out = np.zeros(x.shape)
    out[x > 0] = x[x > 0]
    cache = x
    return out, cache

# %% right: times the mask
def relu_forward(x):
    return x * (x > 0), x

# %% right: where
def relu_forward(x):
    mask = x > 0
    return np.where(mask, x, np.zeros_like(x)), np.array(x)

# %% right: half of x and its absolute value
def relu_forward(x):
    return (x + np.abs(x)) / 2, x

# %% right: a copy set to zero in place
def relu_forward(x):
    out = x.copy()
    out[out <= 0] = 0
    return out, x
