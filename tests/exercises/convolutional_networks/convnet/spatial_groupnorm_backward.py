# %% wrong: mean and variance taken for constants -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: two branches are missing
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = dx_hat / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: no branch through the variance -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: through the variance
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: no branch through the mean -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: through the mean
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: forgets gamma in dx -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: gamma is missing
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = dout.reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: gamma multiplied in after the sums -> test_spatial_groupnorm_backward_dx
# cause: after the sums
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = dout.reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W) * gamma.reshape(1, C, 1, 1), dgamma, dbeta

# %% wrong: multiplies gamma in twice -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: gamma is multiplied in twice
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W) * gamma.reshape(1, C, 1, 1), dgamma, dbeta

# %% wrong: sums over the whole example, whatever G -> test_spatial_groupnorm_backward_dx
# cause: all channels of an example
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=(1, 2), keepdims=True) / (C * H * W)
    second = normal * (dx_hat * normal).sum(axis=(1, 2), keepdims=True) / (C * H * W)
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: sums over each channel, whatever G -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: over each channel
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    dx_hat, normal = dx_hat.reshape(N, C, -1), normal.reshape(N, C, -1)
    first = dx_hat.mean(axis=2, keepdims=True)
    second = normal * (dx_hat * normal).mean(axis=2, keepdims=True)
    dx = (dx_hat - first - second) / std.repeat(C // G, axis=1)
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: sums over the examples, too -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: all examples
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=(0, 2), keepdims=True) / (N * m)
    second = normal * (dx_hat * normal).sum(axis=(0, 2), keepdims=True) / (N * m)
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: divides the sums by N * H * W, as in batch normalization -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: C/G * H * W numbers
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m, n = C // G * H * W, N * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / n
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / n
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: divides the sums by H * W -> test_spatial_groupnorm_backward_dx
# cause: C/G * H * W numbers
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / (H * W)
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / (H * W)
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: divides the sums by C * H * W -> test_spatial_groupnorm_backward_dx
# cause: C/G * H * W numbers
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / (C * H * W)
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / (C * H * W)
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: divides by the variance -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: by the variance
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std ** 2
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: multiplies by the deviation -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: standard deviation, not multiplied
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) * std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: every G-th channel to a group -> test_spatial_groupnorm_backward_dx
# cause: neighbouring
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    dx_hat, normal = dx_hat.reshape(N, C // G, G, -1), normal.reshape(N, C // G, G, -1)
    first = dx_hat.mean(axis=(1, 3), keepdims=True)
    second = normal * (dx_hat * normal).mean(axis=(1, 3), keepdims=True)
    std = std.repeat(C // G, axis=1).reshape(N, C // G, G, 1)
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: a shortcut for G = 1 that leaves dx flat -> test_spatial_groupnorm_backward_extremes
# cause: shape
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W) if G > 1 else dx.reshape(N, C, H * W), dgamma, dbeta

# %% wrong: dgamma and dbeta change places -> test_spatial_groupnorm_backward_params
# cause: changed places
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dbeta, dgamma

# %% wrong: dgamma with x instead of the normalized x -> test_spatial_groupnorm_backward_params
# cause: not of dout times x
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N, G, -1)
    std = np.sqrt(rows.var(axis=2, keepdims=True) + gn_param.get("eps", 1e-5))
    x_hat = ((rows - rows.mean(axis=2, keepdims=True)) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1), (x_hat, std, gamma, beta, G, x)


def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta, G, x = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta.shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: dbeta is a mean -> test_spatial_groupnorm_backward_params
# cause: not a mean
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.mean(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: gamma multiplied into dbeta -> test_spatial_groupnorm_backward_params
# cause: no part in dbeta
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = (dout * gamma.reshape(1, C, 1, 1)).sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: gamma multiplied into dgamma -> test_spatial_groupnorm_backward_params
# cause: no part in dgamma
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat * gamma.reshape(1, C, 1, 1)).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: sums dgamma and dbeta over rows and columns only -> test_spatial_groupnorm_backward_params
# cause: examples, rows and columns
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(2, 3))
    dbeta = dout.sum(axis=(2, 3))
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: dbeta of each group -> test_spatial_groupnorm_backward_params
# cause: belongs to the channels
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.reshape(N, G, -1).sum(axis=(0, 2)).repeat(C // G).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: dgamma and dbeta always (1, C, 1, 1) -> test_spatial_groupnorm_backward_params
# cause: should have (4,)
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(1, C, 1, 1)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(1, C, 1, 1)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: dgamma and dbeta always (C,) -> test_spatial_groupnorm_backward_params
# cause: (1, 4, 1, 1)
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    dbeta = dout.sum(axis=(0, 2, 3))
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: scales dout in place -> test_spatial_groupnorm_backward_inputs
# cause: changed in place
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dout *= gamma.reshape(1, C, 1, 1)
    dx_hat = dout.reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: computes the deviation again, with eps 1e-5 -> test_spatial_groupnorm_backward_inputs
# cause: with another eps
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N, G, -1)
    std = np.sqrt(rows.var(axis=2, keepdims=True) + gn_param.get("eps", 1e-5))
    x_hat = ((rows - rows.mean(axis=2, keepdims=True)) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1), (x_hat, std, gamma, beta, G, x)


def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta, G, x = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta.shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    std = np.sqrt(x.reshape(N, G, m).var(axis=2, keepdims=True) + 1e-5)
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: keeps the last forward pass in a global -> test_spatial_groupnorm_backward_inputs
# cause: in its cache
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N, G, -1)
    std = np.sqrt(rows.var(axis=2, keepdims=True) + gn_param.get("eps", 1e-5))
    x_hat = ((rows - rows.mean(axis=2, keepdims=True)) / std).reshape(x.shape)
    global kept
    kept = (x_hat, std, gamma, beta, G, x)
    return gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1), (x_hat, std, gamma, beta, G, x)


def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta, G, x = kept
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta.shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% wrong: result always float64 -> test_spatial_groupnorm_backward_inputs
# cause: float64
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W).astype(np.float64), dgamma, dbeta

# %% wrong: returns dx only -> test_spatial_groupnorm_backward_dx
# cause: return dx, dgamma, dbeta
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W)

# %% wrong: the branch through the variance with the wrong sign -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: wrong sign
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1), (xhat, std, gamma, G)

def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).sum((0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum((0, 2, 3)).reshape(gamma.shape)
    dh = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)
    h = xhat.reshape(N, G, -1)
    dx = (dh - dh.mean(2, keepdims=True) + h * (h * dh).mean(2, keepdims=True)) / std
    return dx.reshape(dout.shape), dgamma, dbeta

# %% wrong: forgets the standard deviation -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: division by the standard deviation is missing
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1), (xhat, std, gamma, G)

def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).sum((0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum((0, 2, 3)).reshape(gamma.shape)
    dh = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)
    h = xhat.reshape(N, G, -1)
    dx = (dh - dh.mean(2, keepdims=True) - h * (h * dh).mean(2, keepdims=True))
    return dx.reshape(dout.shape), dgamma, dbeta

# %% wrong: the sums are not divided at all -> test_spatial_groupnorm_backward_dx, test_spatial_groupnorm_backward_extremes
# cause: not divided by the number
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1), (xhat, std, gamma, G)

def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).sum((0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum((0, 2, 3)).reshape(gamma.shape)
    dh = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)
    h = xhat.reshape(N, G, -1)
    dx = (dh - dh.sum(2, keepdims=True) - h * (h * dh).sum(2, keepdims=True)) / std
    return dx.reshape(dout.shape), dgamma, dbeta

# %% wrong: computes all again, with eps 1e-5 -> test_spatial_groupnorm_backward_inputs
# cause: here it is 0.5
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1), (x, gamma, G)

def spatial_groupnorm_backward(dout, cache):
    pass
    N, C, H, W = dout.shape
    x, gamma, G = cache
    xg = x.reshape(N, G, -1); std = np.sqrt(xg.var(2, keepdims=True) + 1e-5); xhat = ((xg - xg.mean(2, keepdims=True)) / std).reshape(x.shape)
    dgamma = (dout * xhat).sum((0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum((0, 2, 3)).reshape(gamma.shape)
    dh = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)
    h = xhat.reshape(N, G, -1)
    dx = (dh - dh.mean(2, keepdims=True) - h * (h * dh).mean(2, keepdims=True)) / std
    return dx.reshape(dout.shape), dgamma, dbeta

# %% wrong: dgamma is a mean -> test_spatial_groupnorm_backward_params
# cause: not a mean
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1), (xhat, std, gamma, G)

def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).mean((0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum((0, 2, 3)).reshape(gamma.shape)
    dh = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)
    h = xhat.reshape(N, G, -1)
    dx = (dh - dh.mean(2, keepdims=True) - h * (h * dh).mean(2, keepdims=True)) / std
    return dx.reshape(dout.shape), dgamma, dbeta

# %% wrong: dgamma of whole groups -> test_spatial_groupnorm_backward_params
# cause: sum over each group
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1), (xhat, std, gamma, G)

def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dgamma = (dout * xhat).sum((0, 2, 3)).reshape(G, -1).sum(1).repeat(C // G).reshape(gamma.shape)
    dbeta = dout.sum((0, 2, 3)).reshape(gamma.shape)
    dh = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, -1)
    h = xhat.reshape(N, G, -1)
    dx = (dh - dh.mean(2, keepdims=True) - h * (h * dh).mean(2, keepdims=True)) / std
    return dx.reshape(dout.shape), dgamma, dbeta

# %% right: sums over rows
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    m = C // G * H * W
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(beta_shape)
    dx_hat = (dout * gamma.reshape(1, C, 1, 1)).reshape(N, G, m)
    normal = x_hat.reshape(N, G, m)
    first = dx_hat.sum(axis=2, keepdims=True) / m
    second = normal * (dx_hat * normal).sum(axis=2, keepdims=True) / m
    dx = (dx_hat - first - second) / std
    return dx.reshape(N, C, H, W), dgamma, dbeta

# %% right: five axes
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    N, C, H, W = dout.shape
    five, group = (N, G, C // G, H, W), (2, 3, 4)
    upstream = np.reshape(dout * gamma.reshape(-1, 1, 1), five)
    normal = x_hat.reshape(five)
    dx = upstream - upstream.mean(axis=group, keepdims=True)
    dx = dx - normal * np.mean(upstream * normal, axis=group, keepdims=True)
    dx = dx / std.reshape(N, G, 1, 1, 1)
    return (np.reshape(dx, dout.shape), np.einsum("nchw,nchw->c", dout, x_hat).reshape(gamma.shape),
            np.einsum("nchw->c", dout).reshape(beta_shape))

# %% right: step by step through mean and variance, with a forward pass of its own
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N, G, -1)
    std = np.sqrt(rows.var(axis=2, keepdims=True) + gn_param.get("eps", 1e-5))
    x_hat = ((rows - rows.mean(axis=2, keepdims=True)) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1), (x_hat, std, gamma, beta, G, x)


def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta, G, x = cache
    N, C, H, W = dout.shape
    rows = x.reshape(N * G, -1)
    s = std.reshape(N * G, 1)
    count = rows.shape[1]
    centred = rows - rows.mean(axis=1, keepdims=True)
    dnormal = (dout * gamma.reshape(1, C, 1, 1)).reshape(N * G, -1)
    dcentred = dnormal / s
    dvar = np.sum(dnormal * centred, axis=1, keepdims=True) * -0.5 * s ** -3
    dcentred = dcentred + 2 * centred * dvar / count
    dmean = -dcentred.sum(axis=1, keepdims=True)
    dx = dcentred + dmean / count
    dgamma = np.zeros_like(gamma)
    dgamma += np.sum(dout * x_hat, axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = np.zeros_like(beta)
    dbeta += np.sum(dout, axis=(0, 2, 3)).reshape(beta.shape)
    return dx.reshape(x.shape), dgamma, dbeta

# %% right: loops over examples and groups
def spatial_groupnorm_backward(dout, cache):
    x_hat, std, gamma, beta_shape, G = cache
    dx = np.empty_like(dout)
    size = dout.shape[1] // G
    scale = np.ravel(gamma)[:, None, None]
    for n in range(len(dout)):
        for g in range(G):
            here = slice(g * size, (g + 1) * size)
            d, h = dout[n, here] * scale[here], x_hat[n, here]
            dx[n, here] = (d - np.mean(d) - h * np.mean(d * h)) / std[n, g, 0]
    dgamma = np.array([np.sum(dout[:, c] * x_hat[:, c]) for c in range(dout.shape[1])], dtype=dout.dtype)
    dbeta = np.array([np.sum(dout[:, c]) for c in range(dout.shape[1])], dtype=dout.dtype)
    return dx, dgamma.reshape(np.shape(gamma)), dbeta.reshape(beta_shape)

# %% right: batchnorm_backward, with a group for a feature
from types import SimpleNamespace
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N * G, -1).T
    one = np.ones(N * G, x.dtype)
    o, inner = batchnorm_forward(rows, one, 0 * one, {"mode": "train", "eps": gn_param.get("eps", 1e-5)})
    hat = o.T.reshape(x.shape)
    return hat * gamma.reshape(C, 1, 1) + beta.reshape(C, 1, 1), SimpleNamespace(inner=inner, hat=hat, gamma=gamma, G=G)
def spatial_groupnorm_backward(dout, c):
    N, C, H, W = dout.shape
    d = dout * c.gamma.reshape(C, 1, 1)
    dx, _, _ = batchnorm_backward(d.reshape(N * c.G, -1).T, c.inner)
    return dx.T.reshape(dout.shape), np.sum(dout * c.hat, axis=(0, 2, 3)).reshape(c.gamma.shape), np.sum(dout, axis=(0, 2, 3)).reshape(c.gamma.shape)

# %% right: a dict for a cache
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    return gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1), {"a": xhat, "b": std, "c": gamma, "d": G}

def spatial_groupnorm_backward(dout, cache):
    pass
    N, C, H, W = dout.shape
    xhat, std, gamma, G = (cache[k] for k in "abcd")
    dgamma = np.zeros(C, dout.dtype); dbeta = np.zeros(C, dout.dtype)
    dx = np.zeros_like(dout); k = C // G; g1 = gamma.reshape(C)
    for n in range(N):
        for c in range(C):
            dgamma[c] += np.sum(dout[n, c] * xhat[n, c]); dbeta[c] += np.sum(dout[n, c])
        for g in range(G):
            s = slice(g * k, g * k + k)
            d = dout[n, s] * g1[s][:, None, None]
            h = xhat[n, s]
            m = h.size
            dx[n, s] = (m * d - d.sum() - h * np.sum(h * d)) / (m * std[n, g, 0])
    return [dx, dgamma.reshape(gamma.shape), dbeta.reshape(gamma.shape)]
