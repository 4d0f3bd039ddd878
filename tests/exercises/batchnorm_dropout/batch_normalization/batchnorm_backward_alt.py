# %% wrong: plus before the last mean -> test_batchnorm_backward_alt_dx
# cause: through the variance has the wrong sign
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) + x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: plus before the first mean -> test_batchnorm_backward_alt_dx
# cause: through the mean has the wrong sign
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout + np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: plus before both means -> test_batchnorm_backward_alt_dx
# cause: through the mean and through the variance have the wrong sign
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout + np.mean(dout, axis=0) + x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: minus the whole -> test_batchnorm_backward_alt_dx
# cause: sign | -1
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = -gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: without the last term -> test_batchnorm_backward_alt_dx
# cause: branch through the variance is missing
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0))
    return dx, dgamma, dbeta

# %% wrong: without the mean of dout -> test_batchnorm_backward_alt_dx
# cause: branch through the mean is missing
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: without both means -> test_batchnorm_backward_alt_dx
# cause: through the mean and through the variance are missing
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout)
    return dx, dgamma, dbeta

# %% wrong: without dout itself -> test_batchnorm_backward_alt_dx
# cause: direct branch is missing
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (-np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: sums instead of means -> test_batchnorm_backward_alt_dx
# cause: branches through mean and variance are 6 times
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta

# %% wrong: a sum instead of the first mean -> test_batchnorm_backward_alt_dx
# cause: the branch through the mean is 6 times
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - dbeta - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: a sum instead of the last mean -> test_batchnorm_backward_alt_dx
# cause: the branch through the variance is 6 times
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * dgamma)
    return dx, dgamma, dbeta

# %% wrong: N times too large -> test_batchnorm_backward_alt_dx
# cause: N | 6
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (N * dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta

# %% wrong: 1/N before the bracket, but no N inside -> test_batchnorm_backward_alt_dx
# cause: direct branch is 6 times too small
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std / N * (dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta

# %% wrong: gamma forgotten -> test_batchnorm_backward_alt_dx
# cause: gamma is missing in dx
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = 1 / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: divided by the variance -> test_batchnorm_backward_alt_dx
# cause: divided by the variance
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std ** 2 * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: not divided by the root of the variance -> test_batchnorm_backward_alt_dx
# cause: not divided by the root
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: x_hat forgotten before the last mean -> test_batchnorm_backward_alt_dx
# cause: factor x_hat in front of the mean
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: x instead of x_hat before the last mean -> test_batchnorm_backward_alt_dx
# cause: x stands where x_hat
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: x minus mean instead of x_hat in the last term -> test_batchnorm_backward_alt_dx
# cause: x minus its mean stands where x_hat belongs
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - (x - mean) * np.mean(dout * (x - mean), axis=0))
    return dx, dgamma, dbeta

# %% wrong: product of the means instead of mean of the product -> test_batchnorm_backward_alt_dx
# cause: through the variance is missing
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout, axis=0) * np.mean(x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: x_hat in the wrong mean -> test_batchnorm_backward_alt_dx
# cause: changed places
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout * x_hat, axis=0) - x_hat * np.mean(dout, axis=0))
    return dx, dgamma, dbeta

# %% wrong: means over the features -> test_batchnorm_backward_alt_dx
# cause: no sum or mean over axis 1
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=1, keepdims=True) - x_hat * np.mean(dout * x_hat, axis=1, keepdims=True))
    return dx, dgamma, dbeta

# %% wrong: one mean over everything -> test_batchnorm_backward_alt_dx
# cause: over the whole array
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: D for N -> test_batchnorm_backward_alt_dx
# cause: divided by 4 instead of 6
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[1]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - dbeta / N - x_hat * dgamma / N)
    return dx, dgamma, dbeta

# %% wrong: N - 1 in the last mean -> test_batchnorm_backward_alt_dx
# cause: divided by one less
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * dgamma / max(N - 1, 1))
    return dx, dgamma, dbeta

# %% wrong: an additional 2 in the last term -> test_batchnorm_backward_alt_dx
# cause: twice too large
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - 2 * x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: an additional 1/2 in the last term -> test_batchnorm_backward_alt_dx
# cause: half its size
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - 0.5 * x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: gamma a second time inside of the means -> test_batchnorm_backward_alt_dx
# cause: as well as in front
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout * gamma, axis=0) - x_hat * np.mean(dout * gamma * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: eps left out -> test_batchnorm_backward_alt_inputs
# cause: NaN | infinite
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: dgamma with x -> test_batchnorm_backward_alt_parameters
# cause: dgamma uses x where
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: gamma as a factor of dgamma -> test_batchnorm_backward_alt_parameters
# cause: gamma itself is a factor
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(gamma * dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta are the means of the formula -> test_batchnorm_backward_alt_parameters
# cause: divided by it once too often
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.mean(dout * x_hat, axis=0)
    dbeta = np.mean(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: calls batchnorm_backward -> test_batchnorm_backward_alt_dx, test_batchnorm_backward_alt_parameters, test_batchnorm_backward_alt_inputs
# cause: calls batchnorm_backward
def batchnorm_backward_alt(dout, cache):
    return batchnorm_backward(dout, cache)

# %% wrong: changes dout in place -> test_batchnorm_backward_alt_inputs
# cause: changed in place
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dout -= np.mean(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% wrong: dx in float64 -> test_batchnorm_backward_alt_inputs
# cause: dtype is float64
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    dx = dx * np.ones(N)[:, None]
    return dx, dgamma, dbeta

# %% wrong: batchnorm_backward under another name -> test_batchnorm_backward_alt_dx, test_batchnorm_backward_alt_parameters, test_batchnorm_backward_alt_inputs
# cause: calls batchnorm_backward, or is it
batchnorm_backward_alt = batchnorm_backward

# %% wrong: the last mean is of dout alone -> test_batchnorm_backward_alt_dx
# cause: dout stands alone
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dx = gamma / std * (dout - dout.mean(axis=0) - x_hat * dout.mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% wrong: x instead of x_hat in the last mean -> test_batchnorm_backward_alt_dx
# cause: in the last mean x stands
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dx = gamma / std * (dout - dout.mean(axis=0) - x_hat * (dout * x).mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% wrong: the usual eps under the root -> test_batchnorm_backward_alt_dx
# cause: eps
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    std = np.sqrt(var + 1e-5)
    x_hat = (x - mean) / std
    dx = gamma / std * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)

# %% wrong: dgamma and dbeta in the wrong order -> test_batchnorm_backward_alt_parameters
# cause: wrong order
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dx = gamma / std * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))
    return dx, dout.sum(axis=0), (dout * x_hat).sum(axis=0)

# %% right: means
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / std * (dout - np.mean(dout, axis=0) - x_hat * np.mean(dout * x_hat, axis=0))
    return dx, dgamma, dbeta

# %% right: 1/N in front
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = dout.shape[0]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx = gamma / (N * std) * (N * dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta

# %% right: g = gamma * dout throughout, in place on its own copy
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, _ = cache
    r = (var + eps) ** -0.5
    h = x - mean
    h *= r
    g = dout * gamma
    g -= g.mean(0)
    product = np.einsum("nd,nd->d", g, h) / len(g)
    g -= h * product
    g *= r
    return g, (dout * h).sum(0), dout.sum(0)

# %% right: projection by a matrix product
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    scale = 1.0 / np.sqrt(var + eps)
    centred = (x - mean) * scale
    dbeta = dout.sum(axis=0)
    dgamma = np.einsum("ij,ij->j", dout, centred)
    return scale * gamma * (dout - (dbeta + centred * dgamma) / N), dgamma, dbeta

# %% right: row by row, results in a list
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = np.einsum("ij,ij->j", dout, x_hat)
    dbeta = np.einsum("ij->j", dout)
    rows = [gamma / std * (d - dbeta / len(x) - h * dgamma / len(x)) for d, h in zip(dout, x_hat)]
    return [np.stack(rows), dgamma, dbeta]

# %% right: float32 inside
def batchnorm_backward_alt(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    s = np.sqrt(var + eps).astype(np.float32)
    h, d = (x - mean).astype(np.float32) / s, dout.astype(np.float32)
    return np.float32(gamma) / s * (d - d.mean(axis=0) - h * (d * h).mean(axis=0)), (d * h).sum(axis=0), d.sum(axis=0)
