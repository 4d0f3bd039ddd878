# %% wrong: every G-th channel to a group instead of neighbours -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_scale
# cause: neighbouring
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, C // G, G, H, W)
    mean = xg.mean(axis=(1, 3, 4), keepdims=True)
    var = xg.var(axis=(1, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: G taken for the number of channels in a group -> test_spatial_groupnorm_forward_extremes, test_spatial_groupnorm_forward_values
# cause: number of groups, not the number of channels
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, C // G, G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: statistics over the examples as well -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes
# cause: all examples together
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(0, 2, 3, 4), keepdims=True)
    var = xg.var(axis=(0, 2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: statistics of each channel (instance normalization), whatever G -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes, test_spatial_groupnorm_forward_scale
# cause: that is G = C
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, C, 1, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: statistics of the whole example (layer normalization), whatever G -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes, test_spatial_groupnorm_forward_scale
# cause: that is G = 1
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, 1, C, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: batch normalization, whatever G -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes, test_spatial_groupnorm_forward_scale
# cause: batch normalization
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    xg = x.reshape(N, C, 1, H, W)
    mean = xg.mean(axis=(0, 2, 3, 4), keepdims=True)
    var = xg.var(axis=(0, 2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: statistics over the channels only, pixel by pixel -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes
# cause: every pixel
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=2, keepdims=True)
    var = xg.var(axis=2, keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: statistics over rows and columns only -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes
# cause: that is G = C
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(3, 4), keepdims=True)
    var = xg.var(axis=(3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: reshapes to rows of N * G from channels last -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_scale
# cause: lie side by side without that
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.transpose(0, 2, 3, 1).reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: goes back through channels last -> test_spatial_groupnorm_forward_values
# cause: way back needs no transpose
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: returns five axes -> test_spatial_groupnorm_forward_values
# cause: shape
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    out = x_hat * gamma.reshape(1, G, C // G, 1, 1) + beta.reshape(1, G, C // G, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: gamma and beta broadcast along the columns -> test_spatial_groupnorm_forward_scale
# cause: columns of the images
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma + beta if W == C or gamma.ndim == 4 else x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: gamma and beta only as (1, C, 1, 1) -> test_spatial_groupnorm_forward_scale
# cause: columns of the images
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma + beta
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: gamma and beta only as (C,) -> test_spatial_groupnorm_forward_scale
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma[:, None, None] + beta[:, None, None]
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: one gamma and beta for each group -> test_spatial_groupnorm_forward_scale
# cause: to whole groups
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * np.repeat(gamma.ravel()[:G], C // G).reshape(1, C, 1, 1) + np.repeat(beta.ravel()[:G], C // G).reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: no gamma and beta -> test_spatial_groupnorm_forward_scale, test_spatial_groupnorm_forward_inputs
# cause: gamma and beta are not applied
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: forgets beta -> test_spatial_groupnorm_forward_scale, test_spatial_groupnorm_forward_inputs
# cause: beta is not added
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: variance with n - 1 -> test_spatial_groupnorm_forward_values
# cause: less 1
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True, ddof=1 if C * H * W > G else 0)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: divides by the variance -> test_spatial_groupnorm_forward_values
# cause: not by its root
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / (var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: does not subtract the mean -> test_spatial_groupnorm_forward_values
# cause: mean is not subtracted
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = xg / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: eps always 1e-5 -> test_spatial_groupnorm_forward_inputs
# cause: here it is 2
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = 1e-5
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: eps outside of the root -> test_spatial_groupnorm_forward_inputs
# cause: inside of the root
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / (np.sqrt(var) + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: centres x in place -> test_spatial_groupnorm_forward_inputs
# cause: changed in place
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    if x.dtype.kind == "f":
        xg -= mean
    else:
        xg = xg - mean
    x_hat = xg / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)

# %% wrong: result always float64 -> test_spatial_groupnorm_forward_inputs
# cause: float64
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out.astype(np.float64), (x_hat, gamma, beta, var, eps, G)

# %% wrong: returns out only -> test_spatial_groupnorm_forward_values
# cause: return out, cache
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out

# %% wrong: moves the channels to the end for the reshape, and back -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes, test_spatial_groupnorm_forward_scale
# cause: lie side by side without that
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.transpose(0, 2, 3, 1).reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    out = gamma.reshape(1, C, 1, 1) * xhat.reshape(N, H, W, C).transpose(0, 3, 1, 2) + beta.reshape(1, C, 1, 1)
    return out, (xhat, std, gamma, G)

# %% wrong: variance without subtracting the mean -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes
# cause: of x minus its mean
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt((xg ** 2).mean(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    out = gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1)
    return out, (xhat, std, gamma, G)

# %% wrong: needs eps in gn_param -> test_spatial_groupnorm_forward_values, test_spatial_groupnorm_forward_extremes, test_spatial_groupnorm_forward_scale
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    eps = gn_param['eps']; xg = x.reshape(N, G, -1); mu = xg.mean(axis=2, keepdims=True); std = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / std).reshape(x.shape)
    out = gamma.reshape(1, C, 1, 1) * xhat + beta.reshape(1, C, 1, 1)
    return out, (xhat, std, gamma, G)

# %% right: five axes
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, np.sqrt(var + eps).reshape(N, G, 1), gamma, beta.shape, G)

# %% right: a row for each group of each example
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = np.reshape(x, (N * G, C // G * H * W)).T
    centred = rows - np.mean(rows, axis=0)
    spread = np.sqrt(np.mean(centred ** 2, axis=0) + gn_param.get("eps", 1e-5))
    normal = (centred / spread).T.reshape(N, C, H, W)
    return normal * np.reshape(gamma, (C, 1, 1)) + np.reshape(beta, (C, 1, 1)), {"normal": normal, "spread": spread}

# %% right: loops over examples and groups
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    size = C // G
    kind = x.dtype if x.dtype.kind == "f" else np.float64
    x_hat = np.zeros((N, C, H, W), dtype=kind)
    for n in range(N):
        for g in range(G):
            part = x[n, g * size:(g + 1) * size]
            x_hat[n, g * size:(g + 1) * size] = (part - part.mean()) / np.sqrt(part.var() + gn_param.get("eps", 1e-5))
    out = x_hat.copy()
    for c in range(C):
        out[:, c] = out[:, c] * gamma.ravel()[c] + beta.ravel()[c]
    return out, (x, x_hat, gamma, beta, G, gn_param)

# %% right: einsum, in-place intermediate steps, Fortran-ordered result
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    work = np.array(x, dtype=np.result_type(x, np.float32), order="C").reshape(N, G, -1)
    count = work.shape[2]
    work -= np.einsum("ngk->ng", work)[..., None] / count
    inverse = 1 / np.sqrt(np.einsum("ngk,ngk->ng", work, work) / count + gn_param.get("eps", 1e-5))
    work *= inverse[..., None]
    x_hat = work.reshape(x.shape)
    out = np.einsum("c,nchw->nchw", gamma.ravel(), x_hat)
    out += beta.reshape(-1, 1, 1)
    return np.asfortranarray(out), (x_hat, inverse, gamma.shape, beta.shape, gamma, G)

# %% right: the groups side by side by np.split
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get("eps", 1e-5)
    done, stds = [], []
    for part in np.split(x, G, axis=1):
        mean = part.mean(axis=(1, 2, 3), keepdims=True)
        stds.append(np.sqrt(part.var(axis=(1, 2, 3)) + eps))
        done.append((part - mean) / stds[-1][:, None, None, None])
    x_hat = np.concatenate(done, axis=1)
    return gamma.reshape(-1, 1, 1) * x_hat + beta.reshape(-1, 1, 1), (x_hat, np.stack(stds, axis=1)[:, :, None], gamma, beta.shape, G)

# %% right: batchnorm_forward, with a group for a feature
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N * G, -1).T
    one = np.ones(N * G, x.dtype)
    o, inner = batchnorm_forward(rows, one, 0 * one, {"mode": "train", "eps": gn_param.get("eps", 1e-5)})
    hat = o.T.reshape(x.shape)
    return hat * gamma.reshape(C, 1, 1) + beta.reshape(C, 1, 1), (inner, hat, gamma, G)

# %% right: float64 inside, then the dtype of x
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    z = x.astype(np.float64).reshape(N, G, C // G, H, W)
    z = z - z.mean(axis=(2, 3, 4), keepdims=True)
    z /= np.sqrt((z * z).mean(axis=(2, 3, 4), keepdims=True) + gn_param.get("eps", 1e-5))
    z = z.reshape(x.shape)
    out = z * gamma.reshape(-1, 1, 1)
    out += beta.reshape(-1, 1, 1)
    return out.astype(x.dtype), z

# %% right: the dtype of x throughout
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    eps = gn_param.get("eps", 1e-5)
    xg = x.reshape(N, G, C // G, H, W)
    mean = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    x_hat = np.empty_like(xg)
    x_hat[...] = (xg - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, beta, var, eps, G)
