# %% wrong: reshapes dout to rows without moving the channel axis -> test_spatial_batchnorm_backward_dx, test_spatial_batchnorm_backward_params
# cause: without moving the axis
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = dout.reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta

# %% wrong: reshapes both ways without any transpose -> test_spatial_batchnorm_backward_dx, test_spatial_batchnorm_backward_params
# cause: without any transpose
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = dout.reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(dout.shape)
    return dx, dgamma, dbeta

# %% wrong: goes back by a reshape alone -> test_spatial_batchnorm_backward_dx
# cause: way back is a reshape alone
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = np.transpose(dout, (0, 2, 3, 1)).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(N, C, H, W)
    return dx, dgamma, dbeta

# %% wrong: returns dx as rows -> test_spatial_batchnorm_backward_dx
# cause: shape
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = np.transpose(dout, (0, 2, 3, 1)).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    return dx, dgamma, dbeta

# %% wrong: swaps rows and columns on the way back -> test_spatial_batchnorm_backward_dx
# cause: shape
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = np.transpose(dout, (0, 2, 3, 1)).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 2, 1)
    return dx, dgamma, dbeta

# %% wrong: swaps H and W in the reshape back -> test_spatial_batchnorm_backward_dx
# cause: axes are in another order
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = np.transpose(dout, (0, 2, 3, 1)).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(N, W, H, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta

# %% wrong: mean and variance taken for constants -> test_spatial_batchnorm_backward_dx
# cause: two branches are missing
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = dx_hat / std
    return dx, dgamma, dbeta

# %% wrong: no branch through the variance -> test_spatial_batchnorm_backward_dx
# cause: through the variance
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first) / std
    return dx, dgamma, dbeta

# %% wrong: no branch through the mean -> test_spatial_batchnorm_backward_dx
# cause: through the mean
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - second) / std
    return dx, dgamma, dbeta

# %% wrong: forgets gamma in dx -> test_spatial_batchnorm_backward_dx
# cause: gamma is missing
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: multiplies gamma in twice -> test_spatial_batchnorm_backward_dx
# cause: gamma is multiplied in twice
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std * gamma[:, None, None]
    return dx, dgamma, dbeta

# %% wrong: divides the sums by the number of images instead of pixels -> test_spatial_batchnorm_backward_dx
# cause: pixels, not only over the images
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: takes the images for square -> test_spatial_batchnorm_backward_dx
# cause: H * W pixels, not H * H
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * H
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: dgamma and dbeta change places -> test_spatial_batchnorm_backward_params
# cause: changed places
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = np.transpose(dout, (0, 2, 3, 1)).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dbeta, dgamma

# %% wrong: dbeta is a mean -> test_spatial_batchnorm_backward_params
# cause: not a mean
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.mean(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: dgamma with x instead of the normalized x -> test_spatial_batchnorm_backward_params
# cause: not of dout times x
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: sums dgamma and dbeta over the images only -> test_spatial_batchnorm_backward_params
# cause: images, rows and columns
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: sums dbeta over rows and columns only -> test_spatial_batchnorm_backward_params
# cause: images, rows and columns
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: means over rows and columns in dgamma and dbeta -> test_spatial_batchnorm_backward_params
# cause: over rows and columns it is a mean
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.mean(axis=(2, 3)).sum(axis=0)
    dgamma = (dout * x_hat).mean(axis=(2, 3)).sum(axis=0)
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: scales dout in place -> test_spatial_batchnorm_backward_inputs
# cause: changed in place
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dout *= gamma[:, None, None]
    dx_hat = dout
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: keeps the last forward pass in a global -> test_spatial_batchnorm_backward_inputs
# cause: outside of the cache
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    global last_pass
    last_pass = (x_hat, std, gamma, x)
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = last_pass
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% wrong: result always float64 -> test_spatial_batchnorm_backward_inputs
# cause: float64
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.astype(np.float64), dgamma, dbeta

# %% wrong: returns dx only -> test_spatial_batchnorm_backward_dx
# cause: return dx, dgamma, dbeta
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    flat = np.transpose(dout, (0, 2, 3, 1)).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx

# %% wrong: takes the rows in the order (N, W, H, C), both ways -> test_spatial_batchnorm_backward_dx, test_spatial_batchnorm_backward_params
# cause: rows and columns have changed places
def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(dout.transpose(0, 3, 2, 1).reshape(-1, C), cache)
    return dx.reshape(N, W, H, C).transpose(0, 3, 2, 1), dgamma, dbeta

# %% wrong: the branch through the variance with the wrong sign -> test_spatial_batchnorm_backward_dx
# cause: wrong sign
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((0, 2, 3))
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
    else: m, v = rm, rv
    inv = (1 / np.sqrt(v + eps)).astype(x.dtype)[:, None, None]
    xh = ((x - m[:, None, None]) * inv).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], (xh, inv, gamma)

def spatial_batchnorm_backward(dout, cache):
    xh, inv, gamma = cache
    ax = (0, 2, 3)
    d = dout * gamma[:, None, None]
    return inv * (d - d.mean(ax, keepdims=True) + xh * (d * xh).mean(ax, keepdims=True)), (dout * xh).sum(ax), dout.sum(ax)

# %% wrong: divides dx by the variance -> test_spatial_batchnorm_backward_dx
# cause: by the variance, not by its root
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((0, 2, 3))
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
    else: m, v = rm, rv
    inv = (1 / np.sqrt(v + eps)).astype(x.dtype)[:, None, None]
    xh = ((x - m[:, None, None]) * inv).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], (xh, inv, gamma)

def spatial_batchnorm_backward(dout, cache):
    xh, inv, gamma = cache
    ax = (0, 2, 3)
    d = dout * gamma[:, None, None]
    return inv ** 2 * (d - d.mean(ax, keepdims=True) - xh * (d * xh).mean(ax, keepdims=True)), (dout * xh).sum(ax), dout.sum(ax)

# %% wrong: the sums are not divided at all -> test_spatial_batchnorm_backward_dx
# cause: not divided by their number
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((0, 2, 3))
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
    else: m, v = rm, rv
    inv = (1 / np.sqrt(v + eps)).astype(x.dtype)[:, None, None]
    xh = ((x - m[:, None, None]) * inv).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], (xh, inv, gamma)

def spatial_batchnorm_backward(dout, cache):
    xh, inv, gamma = cache
    ax = (0, 2, 3)
    d = dout * gamma[:, None, None]
    return inv * (d - d.sum(ax, keepdims=True) - xh * (d * xh).sum(ax, keepdims=True)), (dout * xh).sum(ax), dout.sum(ax)

# %% wrong: computes all again, with eps 1e-5 -> test_spatial_batchnorm_backward_dx
# cause: here it is 0.5
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((0, 2, 3))
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
    else: m, v = rm, rv
    inv = (1 / np.sqrt(v + eps)).astype(x.dtype)[:, None, None]
    xh = ((x - m[:, None, None]) * inv).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], (x, gamma)

def spatial_batchnorm_backward(dout, cache):
    x, gamma = cache
    ax = (0, 2, 3)
    inv = 1 / np.sqrt(x.var(ax, keepdims=True) + 1e-5)
    xh = (x - x.mean(ax, keepdims=True)) * inv
    dg, db = (dout * xh).sum(ax), dout.sum(ax)
    d = dout * gamma[:, None, None]
    return inv * (d - d.mean(ax, keepdims=True) - xh * (d * xh).mean(ax, keepdims=True)), dg, db

# %% wrong: dgamma is a mean -> test_spatial_batchnorm_backward_params
# cause: not a mean
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((0, 2, 3))
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
    else: m, v = rm, rv
    inv = (1 / np.sqrt(v + eps)).astype(x.dtype)[:, None, None]
    xh = ((x - m[:, None, None]) * inv).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], (xh, inv, gamma)

def spatial_batchnorm_backward(dout, cache):
    xh, inv, gamma = cache
    ax = (0, 2, 3)
    dg, db = (dout * xh).mean(ax), dout.sum(ax)
    d = dout * gamma[:, None, None]
    return inv * (d - d.mean(ax, keepdims=True) - xh * (d * xh).mean(ax, keepdims=True)), dg, db

# %% right: the simplified gradient of the library
def spatial_batchnorm_backward(dout, cache):
    from cs231n_lib import layers
    N, C, H, W = dout.shape
    flat = np.transpose(dout, (0, 2, 3, 1)).reshape(-1, C)
    dx, dgamma, dbeta = layers.batchnorm_backward_alt(flat, cache)
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta

# %% right: from scratch with a forward pass of its own
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dx_hat = dout * gamma[:, None, None]
    first = dx_hat.sum(axis=(0, 2, 3), keepdims=True) / m
    second = x_hat * (dx_hat * x_hat).sum(axis=(0, 2, 3), keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx, dgamma, dbeta

# %% right: step by step, channel by channel
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"][:, None, None], bn_param["running_var"][:, None, None]
        std = np.sqrt(var + bn_param.get("eps", 1e-5))
    x_hat = (x - mean) / std
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, std, gamma, x)


def spatial_batchnorm_backward(dout, cache):
    x_hat, std, gamma, x = cache
    dx = np.zeros_like(dout)
    dgamma, dbeta = np.zeros_like(gamma), np.zeros_like(gamma)
    for c in range(len(gamma)):
        upstream, normal, s = dout[:, c], x_hat[:, c], std[0, c, 0, 0]
        dbeta[c] = np.sum(upstream)
        dgamma[c] = np.sum(upstream * normal)
        dnormal = gamma[c] * upstream
        dcentred = dnormal / s
        dvar = np.sum(dnormal * normal * s) * -0.5 / s ** 3
        dcentred = dcentred + dvar * 2 * normal * s / normal.size
        dx[:, c] = dcentred - np.mean(dcentred)
    return dx, dgamma, dbeta

# %% right: moveaxis both ways
def spatial_batchnorm_backward(dout, cache):
    last = np.moveaxis(dout, 1, -1)
    dx, *of_scale_and_shift = batchnorm_backward(np.ascontiguousarray(last).reshape(-1, dout.shape[1]), cache)
    return np.moveaxis(dx.reshape(last.shape), -1, 1), of_scale_and_shift[0], of_scale_and_shift[1]

# %% right: a function of its own in the cache
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((0, 2, 3))
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
    else: m, v = rm, rv
    inv = (1 / np.sqrt(v + eps)).astype(x.dtype)[:, None, None]
    xh = ((x - m[:, None, None]) * inv).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], ({"back": make(xh, inv, gamma)})

def spatial_batchnorm_backward(dout, cache):
    return cache["back"](dout)
def make(xh, inv, gamma):
    def back(dout):
        m = dout.shape[0] * dout.shape[2] * dout.shape[3]
        dg = np.einsum("nchw,nchw->c", dout, xh); db = np.einsum("nchw->c", dout)
        return (gamma[:, None, None] * inv / m * (m * dout - db[:, None, None] - xh * dg[:, None, None])).astype(dout.dtype), dg, db
    return back

# %% wrong: dout itself -> test_spatial_batchnorm_backward_inputs
# cause: an array that the function was given
def spatial_batchnorm_backward(dout, cache):
    return dout.copy(), dout.sum(axis=(0, 2, 3)), dout.sum(axis=(0, 2, 3))
