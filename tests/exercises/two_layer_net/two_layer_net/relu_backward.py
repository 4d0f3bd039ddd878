# %% wrong: lets everything pass -> test_relu_backward_values, test_relu_backward_zero
# cause: passes everywhere
def relu_backward(dout, cache):
    x = cache
    dx = dout.copy()
    return dx

# %% wrong: the mask of dout -> test_relu_backward_values
# cause: set by the sign of dout
def relu_backward(dout, cache):
    x = cache
    dx = dout * (dout > 0)
    return dx

# %% wrong: ReLU of dout -> test_relu_backward_values
# cause: set by the sign of dout
def relu_backward(dout, cache):
    x = cache
    dx = np.maximum(dout, 0)
    return dx

# %% wrong: the mask the wrong way round -> test_relu_backward_values
# cause: wrong way round
def relu_backward(dout, cache):
    x = cache
    dx = dout * (x < 0)
    return dx

# %% wrong: the mask without dout -> test_relu_backward_values
# cause: slope of ReLU alone
def relu_backward(dout, cache):
    x = cache
    dx = (x > 0).astype(dout.dtype)
    return dx

# %% wrong: times the output instead of the mask -> test_relu_backward_values
# cause: multiplied by the output
def relu_backward(dout, cache):
    x = cache
    dx = dout * np.maximum(x, 0)
    return dx

# %% wrong: times x -> test_relu_backward_values
# cause: multiplied by x
def relu_backward(dout, cache):
    x = cache
    dx = dout * x
    return dx

# %% wrong: passes at exactly 0 -> test_relu_backward_zero
# cause: at x = 0 the gradient passes
def relu_backward(dout, cache):
    x = cache
    dx = dout * (x >= 0)
    return dx

# %% wrong: half at exactly 0 -> test_relu_backward_zero
# cause: half of the gradient
def relu_backward(dout, cache):
    x = cache
    dx = dout * (0.5 * (np.sign(x) + 1)).astype(dout.dtype)
    return dx

# %% wrong: divides by the absolute value of x -> test_relu_backward_zero
# cause: NaN
def relu_backward(dout, cache):
    x = cache
    dx = dout * ((x + np.abs(x)) / (2 * np.abs(x)))
    return dx

# %% wrong: a threshold above 0 -> test_relu_backward_zero
def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 1e-6)
    return dx

# %% wrong: leaky -> test_relu_backward_values
# cause: should be 0 | should not pass | a little
def relu_backward(dout, cache):
    x = cache
    dx = dout * np.where(x > 0, 1, 0.01).astype(dout.dtype)
    return dx

# %% wrong: returns a pair -> test_relu_backward_values
def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx, None

# %% wrong: works on matrices only -> test_relu_backward_values
def relu_backward(dout, cache):
    x = cache
    dx = np.zeros_like(dout)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > 0:
                dx[i, j] = dout[i, j]
    return dx

# %% wrong: takes x from a global variable -> test_relu_backward_inputs
def relu_forward(x):
    global saved_input
    saved_input = x
    return np.maximum(x, 0), None

def relu_backward(dout, cache):
    return dout * (saved_input > 0)

# %% wrong: sets entries of dout to 0 -> test_relu_backward_inputs
def relu_backward(dout, cache):
    x = cache
    dout[x <= 0] = 0
    dx = dout
    return dx

# %% wrong: multiplies dout in place -> test_relu_backward_inputs
def relu_backward(dout, cache):
    x = cache
    dout *= x > 0
    dx = dout
    return dx

# %% wrong: always float64 -> test_relu_backward_inputs
def relu_backward(dout, cache):
    x = cache
    dx = dout * np.where(x > 0, 1.0, 0.0).astype(np.float64)
    return dx

# %% wrong: an array of zeros for the result -> test_relu_backward_inputs
def relu_backward(dout, cache):
    x = cache
    dx = np.zeros(x.shape)
    dx[x > 0] = dout[x > 0]
    return dx

# %% right: where
def relu_backward(dout, cache):
    return np.where(cache > 0, dout, np.zeros_like(dout))

# %% right: a copy set to zero in place
def relu_backward(dout, cache):
    dx = np.array(dout)
    dx[cache <= 0] = 0
    return dx

# %% right: the sign of the output
def relu_backward(dout, cache):
    out = np.maximum(cache, 0)
    return np.sign(out).astype(dout.dtype) * dout

# %% wrong: dout itself -> test_relu_backward_inputs
def relu_backward(dout, cache):
    return dout
