# %% wrong: forgets the branch through the variance -> test_batchnorm_backward_variance, test_batchnorm_backward_dx, test_batchnorm_backward_eps
# cause: branch through the variance is missing
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: forgets the branch through the mean -> test_batchnorm_backward_mean, test_batchnorm_backward_dx, test_batchnorm_backward_eps
# cause: branch through the mean is missing
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc
    return dx, dgamma, dbeta

# %% wrong: mean and variance as constants -> test_batchnorm_backward_mean, test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: through the mean and through the variance are missing
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if True:
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: only the branches through mean and variance, the direct one forgotten -> test_batchnorm_backward_mean, test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: direct branch is missing
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    direct = dxmu
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N - direct
    return dx, dgamma, dbeta

# %% wrong: overwrites the direct branch by the one through the variance -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: only the branch through the variance is left
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: wrong sign of the branch through the variance -> test_batchnorm_backward_variance, test_batchnorm_backward_dx, test_batchnorm_backward_eps
# cause: variance has the wrong sign
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: wrong sign of the branch through the mean -> test_batchnorm_backward_mean, test_batchnorm_backward_dx
# cause: mean has the wrong sign
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: 1/N forgotten in the branch through the mean -> test_batchnorm_backward_mean, test_batchnorm_backward_dx
# cause: the branch through the mean is 6 times too large
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu
    return dx, dgamma, dbeta

# %% wrong: 1/N forgotten in the branch through the variance -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: the branch through the variance is 6 times too large
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: 1/N forgotten in both branches -> test_batchnorm_backward_mean, test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: branches through mean and variance are 6 times
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu
    return dx, dgamma, dbeta

# %% wrong: the 2 of the square forgotten -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: half its size
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: the 1/2 of the root forgotten -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: twice too large
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: the branch through the variance divided by N - 1 -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: divided by one less
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / max(N - 1, 1)
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: the number of features for the number of examples -> test_batchnorm_backward_mean, test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: divided by 4 instead of 6
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    D, N = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: D instead of N in the branch through the mean -> test_batchnorm_backward_mean, test_batchnorm_backward_dx
# cause: the branch through the mean is divided by 4
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / D
    return dx, dgamma, dbeta

# %% wrong: D instead of N in the branch through the variance -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: the branch through the variance is divided by 4
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / D
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: gamma forgotten in dx -> test_batchnorm_backward_dx, test_batchnorm_backward_eps, test_batchnorm_backward_test_mode
# cause: gamma is missing in dx
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: divides dx_hat by the variance -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: by the variance instead of its root
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar ** 2
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: everything divided by the variance -> test_batchnorm_backward_dx
# cause: dx is divided by the variance
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = (dc + dmu / N) * ivar
    return dx, dgamma, dbeta

# %% wrong: dx not divided by the root of the variance -> test_batchnorm_backward_dx
# cause: not divided by the root
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = (dc + dmu / N) * sqrtvar
    return dx, dgamma, dbeta

# %% wrong: the derivative of 1/s taken as -1/s -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: wrong power
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: the power -5/2 of the variance -> test_batchnorm_backward_variance, test_batchnorm_backward_dx
# cause: wrong power
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 3
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: x instead of the centred x in the branch through the variance -> test_batchnorm_backward_dx
# cause: x minus its mean belongs
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * x * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + np.sum(-dxmu, axis=0) / N
    return dx, dgamma, dbeta

# %% wrong: mean over the features in the branch through the mean -> test_batchnorm_backward_mean, test_batchnorm_backward_dx
# cause: no sum or mean over axis 1
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=1, keepdims=True)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: dgamma with x -> test_batchnorm_backward_parameters, test_batchnorm_backward_test_mode
# cause: dgamma uses x where
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: dgamma with the centred x -> test_batchnorm_backward_parameters
# cause: dgamma uses the centred x
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xmu, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: gamma as a factor of dgamma -> test_batchnorm_backward_parameters
# cause: gamma itself is a factor
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * gamma * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: gamma as a factor of dbeta -> test_batchnorm_backward_parameters
# cause: gamma is a factor of dbeta
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout * gamma, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta as means -> test_batchnorm_backward_parameters
# cause: divided by it once too often
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.mean(dout, axis=0)
    dgamma = np.mean(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta summed over the features -> test_batchnorm_backward_parameters
# cause: summed over the features
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=1)
    dgamma = np.sum(dout * x_hat, axis=1)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: dbeta summed over the features -> test_batchnorm_backward_parameters
# cause: dbeta is summed over the features
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=1)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: dgamma not summed -> test_batchnorm_backward_parameters
# cause: dgamma is not summed
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = dout * x_hat
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta in the wrong order -> test_batchnorm_backward_parameters
# cause: wrong order
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dbeta, dgamma

# %% wrong: dgamma with a minus -> test_batchnorm_backward_parameters
# cause: sign | -1
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = -np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: eps left out of the backward pass -> test_batchnorm_backward_eps, test_batchnorm_backward_inputs
# cause: eps of bn_param belongs | division by 0 | NaN
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: the usual eps in the backward pass -> test_batchnorm_backward_eps
# cause: eps of bn_param belongs
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + 1e-5)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: test mode treated as train mode -> test_batchnorm_backward_test_mode
# cause: formula of train mode
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: test mode with the statistics of the batch -> test_batchnorm_backward_test_mode
# cause: mean and variance are constants
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    mean, var = np.mean(x, axis=0), np.var(x, axis=0)
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: zero in test mode -> test_batchnorm_backward_test_mode
# cause: 0 everywhere
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return np.zeros_like(x), dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: scales dout in place -> test_batchnorm_backward_inputs
# cause: changed in place
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dout *= gamma
    dx_hat = dout
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% wrong: gradients in float64 -> test_batchnorm_backward_inputs
# cause: dtype is float64
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    out = np.zeros(x.shape)
    out += dx
    return out, dgamma, dbeta

# %% wrong: returns dx only -> test_batchnorm_backward_parameters, test_batchnorm_backward_dx
# cause: should return 3 things
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx

# %% wrong: the short formula in test mode, too -> test_batchnorm_backward_test_mode
# cause: short formula of train mode
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma / std * (dout - dbeta / len(x) - x_hat * dgamma / len(x))
    return dx, dgamma, dbeta

# %% wrong: dbeta as a mean in test mode -> test_batchnorm_backward_test_mode
# cause: times too small | which constant factor
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dx_hat / std, dgamma, dout.mean(axis=0)
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + dmean / N
    return dx, dgamma, dbeta

# %% wrong: dgamma of test mode with the statistics of the batch -> test_batchnorm_backward_test_mode
# cause: x_hat of train mode
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        h = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        return dx_hat / std, (dout * h).sum(axis=0), dbeta
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + dmean / N
    return dx, dgamma, dbeta

# %% wrong: gamma forgotten in test mode -> test_batchnorm_backward_test_mode
# cause: gamma is missing
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dout / std, dgamma, dbeta
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + dmean / N
    return dx, dgamma, dbeta

# %% wrong: x instead of the centred x in the gradient of the divisor -> test_batchnorm_backward_mean, test_batchnorm_backward_dx
# cause: in the gradient of the divisor
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dx_hat / std, dgamma, dbeta
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * x).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + dmean / N
    return dx, dgamma, dbeta

# %% wrong: the branch through the mean twice -> test_batchnorm_backward_mean, test_batchnorm_backward_dx
# cause: twice too large
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dx_hat / std, dgamma, dbeta
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + 2 * dmean / N
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta before dx -> test_batchnorm_backward_parameters, test_batchnorm_backward_dx, test_batchnorm_backward_inputs
# cause: wrong order
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dx_hat / std, dgamma, dbeta
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + dmean / N
    return dgamma, dbeta, dx

# %% wrong: what the backward pass needs kept in a global variable -> test_batchnorm_backward_inputs
# cause: belongs into cache
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.zeros_like(gamma))
    if mode == "train":
        mean = x.mean(axis=0)
        var = x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    cache = (mode, x, mean, std, x_hat, gamma, eps)
    global last
    last = cache
    return out, None


def batchnorm_backward(dout, cache):
    mode, x, mean, std, x_hat, gamma, eps = last
    N = len(x)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dx_hat / std, dgamma, dbeta
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + dmean / N
    return dx, dgamma, dbeta

# %% right: twelve small steps
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = dout.shape
    xmu = x - mean
    sqrtvar = np.sqrt(var + eps)
    ivar = 1 / sqrtvar
    x_hat = xmu * ivar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dxmu = dx_hat * ivar
    if mode == "test":
        return dxmu, dgamma, dbeta
    divar = np.sum(dx_hat * xmu, axis=0)
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dxmu2 = 2 * xmu * dvar / N
    dc = dxmu + dxmu2
    dmu = -np.sum(dc, axis=0)
    dx = dc + dmu / N
    return dx, dgamma, dbeta

# %% right: by the gradient with respect to the variance
def batchnorm_backward(dout, cache):
    x, mu, var, eps, gamma, mode = cache
    m = x.shape[0]
    std_inv = (var + eps) ** (-0.5)
    dxn = dout * gamma
    dgamma = (dout * ((x - mu) * std_inv)).sum(axis=0)
    dbeta = dout.sum(axis=0)
    if mode != "train":
        return dxn * std_inv, dgamma, dbeta
    dvar = np.sum(dxn * (x - mu) * -0.5 * (var + eps) ** (-1.5), axis=0)
    dmu = np.sum(-dxn * std_inv, axis=0) + dvar * np.mean(-2 * (x - mu), axis=0)
    return dxn * std_inv + dvar * 2 * (x - mu) / m + dmu / m, dgamma, dbeta

# %% right: the short formula
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    k = gamma / np.sqrt(var + eps)
    z = (x - mean) / np.sqrt(var + eps)
    dg, db = np.einsum("nd,nd->d", dout, z), np.ones(len(x), dtype=dout.dtype) @ dout
    if mode == "test":
        return k * dout, dg, db
    return k / len(x) * (len(x) * dout - db - z * dg), dg, db

# %% right: the matrix of derivatives, feature by feature
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N, D = x.shape
    dx = np.zeros_like(dout)
    dgamma, dbeta = np.zeros_like(gamma), np.zeros_like(gamma)
    for d in range(D):
        s = np.sqrt(var[d] + eps)
        h = (x[:, d] - mean[d]) / s
        dgamma[d], dbeta[d] = h @ dout[:, d], dout[:, d].sum()
        jacobian = np.eye(N)
        if mode == "train":
            jacobian = jacobian - 1 / N - np.outer(h, h) / N
        dx[:, d] = gamma[d] / s * (jacobian @ dout[:, d])
    return dx, dgamma, dbeta

# %% right: the sum for the mean before the branch through the variance, where it is 0
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dx_hat / std, dgamma, dbeta
    xc = x - mean
    dxc = dx_hat / std
    dmean = -dxc.sum(axis=0)
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * xc / N
    dx = dxc + dmean / N
    return dx, dgamma, dbeta

# %% right: x for the centred x where the mean is subtracted afterwards
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    N = len(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    if mode == "test":
        return dx_hat / std, dgamma, dbeta
    xc = x - mean
    dxc = dx_hat / std
    dstd = -(dx_hat * xc).sum(axis=0) / std**2
    dvar = dstd * 0.5 / std
    dxc = dxc + dvar * 2 * x / N
    dmean = -dxc.sum(axis=0)
    dx = dxc + dmean / N
    return dx, dgamma, dbeta

# %% right: a function for a cache
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.zeros_like(gamma))
    if mode == "train":
        mean, var = x.mean(0), x.var(0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    inv = 1 / np.sqrt(var + eps)
    hat = (x - mean) * inv

    def back(dout):
        g = np.array(dout)
        if mode == "train":
            g -= g.mean(0)
            g -= hat * np.einsum("nd,nd->d", hat, dout) / len(hat)
        g *= gamma * inv
        return g, np.einsum("nd,nd->d", hat, dout), dout.sum(0)

    return gamma * hat + beta, back


def batchnorm_backward(dout, cache):
    return cache(dout)

# %% right: the cache holds bn_param itself, results in a list
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.zeros_like(gamma))
    if mode == "train":
        mean, var = x.mean(0), x.var(0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    hat = (x - mean) / np.sqrt(var + eps)
    return gamma * hat + beta, (hat, np.sqrt(var + eps), gamma, bn_param)


def batchnorm_backward(dout, cache):
    hat, s, gamma, bn_param = cache
    dgamma, dbeta = np.sum(hat * dout, 0), np.sum(dout, 0)
    if bn_param["mode"] == "train":
        dx = gamma / s / len(dout) * (len(dout) * dout - dbeta - hat * dgamma)
    else:
        dx = gamma / s * dout
    return [dx, dgamma, dbeta]

# %% right: float32 inside
def batchnorm_backward(dout, cache):
    x, mean, var, eps, gamma, mode = cache
    g = np.asarray(dout, np.float32) * np.asarray(gamma, np.float32)
    s = np.sqrt(np.asarray(var + eps, np.float32))
    h = np.asarray(x - mean, np.float32) / s
    dgamma, dbeta = (np.float32(dout) * h).sum(0), np.float32(dout).sum(0)
    if mode == "train":
        g -= g.mean(0) + h * (g * h).mean(0)
    return g / s, dgamma, dbeta
