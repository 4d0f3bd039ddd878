# %% wrong: gamma after the means, as in batch normalization -> test_layernorm_backward_dx
# cause: gamma is multiplied in after the means
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) * gamma / std
    return dx, dgamma, dbeta

# %% wrong: the formula of batch normalization with its axis -> test_layernorm_backward_dx, test_layernorm_backward_alone
# cause: no mean over axis 0
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=0)
    second = np.sum(dx_hat * x_hat, axis=0)
    dx = (dx_hat - first / N - x_hat * second / N) / std
    return dx, dgamma, dbeta

# %% wrong: gradient of batch normalization, cache and all -> test_layernorm_backward_dx, test_layernorm_backward_alone
# cause: means are taken over the batch
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, (x, mean, var, eps, gamma)


def layernorm_backward(dout, cache):
    x, mean, var, eps, gamma = cache
    dgamma = np.sum(dout * (x - mean) / np.sqrt(var + eps), axis=0)
    dbeta = np.sum(dout, axis=0)
    std = np.sqrt(np.var(x, axis=0) + eps)
    x_hat = (x - np.mean(x, axis=0)) / std
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: gamma forgotten in dx -> test_layernorm_backward_dx, test_layernorm_backward_eps
# cause: gamma is missing in dx
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: gamma twice -> test_layernorm_backward_dx
# cause: factor twice
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) * gamma / std
    return dx, dgamma, dbeta

# %% wrong: forgets the branch through the variance -> test_layernorm_backward_dx, test_layernorm_backward_eps
# cause: branch through the variance is missing
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D) / std
    return dx, dgamma, dbeta

# %% wrong: forgets the branch through the mean -> test_layernorm_backward_dx
# cause: branch through the mean is missing
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: mean and variance as constants -> test_layernorm_backward_dx
# cause: through the mean and through the variance are missing
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat) / std
    return dx, dgamma, dbeta

# %% wrong: wrong sign of the last term -> test_layernorm_backward_dx
# cause: variance has the wrong sign
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D + x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: wrong sign of the first mean -> test_layernorm_backward_dx
# cause: mean has the wrong sign
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat + first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: N instead of D -> test_layernorm_backward_dx, test_layernorm_backward_alone
# cause: divided by 6 instead of 4
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / N - x_hat * second / N) / std
    return dx, dgamma, dbeta

# %% wrong: sums instead of means -> test_layernorm_backward_dx
# cause: branches through mean and variance are 4 times
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first - x_hat * second) / std
    return dx, dgamma, dbeta

# %% wrong: 1/D forgotten in the last term -> test_layernorm_backward_dx
# cause: the branch through the variance is 4 times
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second) / std
    return dx, dgamma, dbeta

# %% wrong: 1/D forgotten in the first term -> test_layernorm_backward_dx
# cause: the branch through the mean is 4 times
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: D - 1 in the last term -> test_layernorm_backward_dx
# cause: one less than the number of values
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / max(D - 1, 1)) / std
    return dx, dgamma, dbeta

# %% wrong: divided by the variance -> test_layernorm_backward_dx
# cause: divided by the variance
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std ** 2
    return dx, dgamma, dbeta

# %% wrong: not divided -> test_layernorm_backward_dx
# cause: not divided by the root
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D)
    return dx, dgamma, dbeta

# %% wrong: x_hat forgotten before the last mean -> test_layernorm_backward_dx
# cause: factor x_hat in front
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - second / D) / std
    return dx, dgamma, dbeta

# %% wrong: means over the whole array -> test_layernorm_backward_dx, test_layernorm_backward_alone
# cause: reaches the output of another
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, keepdims=True)
    second = np.sum(dx_hat * x_hat, keepdims=True)
    dx = (dx_hat - first / (N * D) - x_hat * second / (N * D)) / std
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta summed over the features -> test_layernorm_backward_parameters
# cause: summed over the features
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=1)
    dgamma = np.sum(dout * x_hat, axis=1)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: dgamma with the gradient of x_hat -> test_layernorm_backward_parameters
# cause: gamma itself is a factor
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * gamma * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: dbeta with the gradient of x_hat -> test_layernorm_backward_parameters
# cause: gamma is a factor of dbeta
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout * gamma, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: dgamma with the centred x -> test_layernorm_backward_parameters
# cause: dgamma uses the centred x
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat * std, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta as means -> test_layernorm_backward_parameters
# cause: divided by it once too often
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.mean(dout, axis=0)
    dgamma = np.mean(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta in the wrong order -> test_layernorm_backward_parameters
# cause: wrong order
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dbeta, dgamma

# %% wrong: eps left out of the backward pass -> test_layernorm_backward_eps, test_layernorm_backward_inputs
# cause: eps of ln_param belongs | NaN | infinite
def layernorm_forward(x, gamma, beta, ln_param):
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + ln_param.get("eps", 1e-5))
    return gamma * x_hat + beta, (x_hat, var, gamma)


def layernorm_backward(dout, cache):
    x_hat, var, gamma = cache
    dx_hat = dout * gamma
    dx = dx_hat - dx_hat.mean(axis=1, keepdims=True) - x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
    return dx / np.sqrt(var), (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% wrong: the usual eps in the backward pass -> test_layernorm_backward_eps
# cause: eps of ln_param belongs
def layernorm_forward(x, gamma, beta, ln_param):
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + ln_param.get("eps", 1e-5))
    return gamma * x_hat + beta, (x_hat, var, gamma)


def layernorm_backward(dout, cache):
    x_hat, var, gamma = cache
    dx_hat = dout * gamma
    dx = dx_hat - dx_hat.mean(axis=1, keepdims=True) - x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
    return dx / np.sqrt(var + 1e-5), (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% wrong: scales dout in place -> test_layernorm_backward_inputs
# cause: changed in place
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dout *= gamma
    dx_hat = dout
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% wrong: dx in float64 -> test_layernorm_backward_inputs
# cause: dtype is float64
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    dx = dx + np.zeros(dout.shape)
    return dx, dgamma, dbeta

# %% wrong: returns dx only -> test_layernorm_backward_parameters, test_layernorm_backward_dx
# cause: should return 3 things
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx

# %% wrong: gamma forgotten in the first mean -> test_layernorm_backward_dx
# cause: missing in the branch through the mean
def layernorm_backward(dout, cache):
    x_hat, s, gamma = cache
    g = dout * gamma
    dx = (g - dout.mean(axis=1, keepdims=True) - x_hat * (g * x_hat).mean(axis=1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% wrong: gamma forgotten in the last mean -> test_layernorm_backward_dx
# cause: missing in the branch through the variance
def layernorm_backward(dout, cache):
    x_hat, s, gamma = cache
    g = dout * gamma
    dx = (g - g.mean(axis=1, keepdims=True) - x_hat * (dout * x_hat).mean(axis=1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% wrong: gamma forgotten in both means -> test_layernorm_backward_dx
# cause: missing in both branches
def layernorm_backward(dout, cache):
    x_hat, s, gamma = cache
    g = dout * gamma
    dx = (g - dout.mean(axis=1, keepdims=True) - x_hat * (dout * x_hat).mean(axis=1, keepdims=True)) / s
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% right: sums over the rows
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    first = np.sum(dx_hat, axis=1, keepdims=True)
    second = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = (dx_hat - first / D - x_hat * second / D) / std
    return dx, dgamma, dbeta

# %% right: step by step
def layernorm_backward(dout, cache):
    x_hat, s, gamma = cache
    D = dout.shape[1]
    c = x_hat * s
    g = gamma * dout
    ds = -(g * c).sum(axis=1, keepdims=True) / s ** 2
    dvar = ds / (2 * s)
    dc = g / s + 2 * c * dvar / D
    return dc - dc.mean(axis=1, keepdims=True), np.einsum("nd,nd->d", dout, x_hat), dout.sum(axis=0)

# %% right: transposed, in place on its own copies
def layernorm_backward(dout, cache):
    h, s, gamma = cache
    g = (dout * gamma).T.copy()
    z = np.asarray(h).T
    g -= g.mean(axis=0) + z * (g * z).mean(axis=0)
    g /= np.asarray(s).T
    return g.T, (dout * h).sum(0), dout.sum(0)

# %% right: forward and backward with another cache, example by example
def layernorm_forward(x, gamma, beta, ln_param):
    cache = {"x": x, "gamma": gamma, "eps": ln_param.get("eps", 1e-5)}
    centred = x - x.mean(1)[:, None]
    return gamma * centred / np.sqrt((centred ** 2).mean(1)[:, None] + cache["eps"]) + beta, cache


def layernorm_backward(dout, cache):
    x, gamma = cache["x"], cache["gamma"]
    dx = np.empty_like(dout)
    dgamma, dbeta = np.zeros_like(gamma), np.zeros_like(gamma)
    for i, row in enumerate(x):
        s = np.sqrt(row.var() + cache["eps"])
        h = (row - row.mean()) / s
        g = dout[i] * gamma
        dx[i] = (g - g.mean() - h * (g @ h) / len(h)) / s
        dgamma += dout[i] * h
        dbeta += dout[i]
    return dx, dgamma, dbeta

# %% right: by batchnorm_backward on the transposed arrays
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    _, inner = batchnorm_forward(x.T, np.ones(len(x), x.dtype), np.zeros(len(x), x.dtype), {"mode": "train", "eps": eps})
    return out, (inner, x_hat, gamma)


def layernorm_backward(dout, cache):
    inner, x_hat, gamma = cache
    dx, _, _ = batchnorm_backward((dout * gamma).T, inner)
    return dx.T, (dout * x_hat).sum(0), dout.sum(0)

# %% right: the matrix of derivatives of each row
def layernorm_backward(dout, cache):
    x_hat, std, gamma = cache
    N, D = dout.shape
    dx = []
    for i in range(N):
        P = np.eye(D) - np.ones((D, D)) / D - np.outer(x_hat[i], x_hat[i]) / D
        dx.append(P @ (gamma * dout[i]) / std[i])
    return np.array(dx).astype(dout.dtype), sum(dout * x_hat), sum(dout)

# %% right: float32 inside
def layernorm_backward(dout, cache):
    h, s, gamma = (np.asarray(part, dtype=np.float32) for part in cache)
    d = np.asarray(dout, dtype=np.float32)
    g = d * gamma
    return (g - g.mean(1, keepdims=True) - h * (g * h).mean(1, keepdims=True)) / s, (d * h).sum(0), d.sum(0)
