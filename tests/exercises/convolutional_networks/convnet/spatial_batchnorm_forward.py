# %% wrong: reshapes to rows without moving the channel axis, and back the same way -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_sizes
# cause: without moving the axis
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = x.reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, C, H, W)
    return out, cache

# %% wrong: reshapes to rows without moving the channel axis, but transposes on the way back -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_sizes
# cause: without moving the axis
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = x.reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, cache

# %% wrong: goes back by a reshape alone -> test_spatial_batchnorm_forward_values
# cause: way back is a reshape alone
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, C, H, W)
    return out, cache

# %% wrong: forgets to go back to images -> test_spatial_batchnorm_forward_values
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    return out, cache

# %% wrong: goes back to channels last -> test_spatial_batchnorm_forward_values
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, H, W, C)
    return out, cache

# %% wrong: swaps rows and columns on the way back -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_sizes
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, H, W, C).transpose(0, 3, 2, 1)
    return out, cache

# %% wrong: swaps H and W in the reshape back -> test_spatial_batchnorm_forward_values
# cause: axes are in another order
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, W, H, C).transpose(0, 3, 1, 2)
    return out, cache

# %% wrong: takes the images for square -> test_spatial_batchnorm_forward_sizes
# cause: reshape
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, H, H, C).transpose(0, 3, 1, 2)
    return out, cache

# %% wrong: swaps axes 1 and 3 and back, which would be fine, but reshapes with H and W in the old order -> test_spatial_batchnorm_forward_values
# cause: rows and columns
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.swapaxes(x, 1, 3).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, cache

# %% wrong: moves the images into the rows by swapaxes(0, 1) and reshapes to rows of C -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_sizes
# cause: without moving the axis
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.swapaxes(x, 0, 1).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = np.swapaxes(out.reshape(C, N, H, W), 0, 1)
    return out, cache

# %% wrong: normalizes each image by itself (instance normalization) -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_sizes
# cause: instance normalization
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(x.var(axis=(2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean(axis=(2, 3), keepdims=True)) / std
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: statistics over the images only, pixel by pixel -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_running
# cause: every pixel
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=0)
        var = x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean.mean(axis=(1, 2))
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var.mean(axis=(1, 2))
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: all channels of an image share their statistics (layer normalization) -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_sizes, test_spatial_batchnorm_forward_test_mode
# cause: layer normalization
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(x.var(axis=(1, 2, 3), keepdims=True) + eps)
    x_hat = (x - x.mean(axis=(1, 2, 3), keepdims=True)) / std
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: one mean and variance for all channels -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_sizes
# cause: all channels share one
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = np.full(C, x.mean())
        var = np.full(C, x.var())
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: variance with N - 1 -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_running
# cause: less 1
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3), ddof=1)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: divides by the variance -> test_spatial_batchnorm_forward_values
# cause: by the variance
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = var + eps
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: no gamma and beta -> test_spatial_batchnorm_forward_values
# cause: gamma and beta are not applied
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = x_hat
    return out, (x_hat, gamma, std)

# %% wrong: forgets beta -> test_spatial_batchnorm_forward_values
# cause: beta is not added
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat
    return out, (x_hat, gamma, std)

# %% wrong: computes the statistics with H * H pixels -> test_spatial_batchnorm_forward_sizes
# cause: Is every H an H
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.sum(axis=(0, 2, 3)) / (N * H * H)
        var = ((x - mean.reshape(1, C, 1, 1)) ** 2).sum(axis=(0, 2, 3)) / (N * H * H)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: gives batchnorm_forward a copy of bn_param -> test_spatial_batchnorm_forward_running
# cause: no running averages
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, dict(bn_param))
    out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, cache

# %% wrong: never updates the running averages -> test_spatial_batchnorm_forward_running
# cause: no running averages
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: momentum the other way round -> test_spatial_batchnorm_forward_running
# cause: not the other way round
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = (1 - momentum) * running_mean + momentum * mean
        bn_param["running_var"] = (1 - momentum) * running_var + momentum * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: keeps the statistics of the last batch instead of averages -> test_spatial_batchnorm_forward_running
# cause: no average is kept
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = mean
        bn_param["running_var"] = var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: momentum always 0.9 -> test_spatial_batchnorm_forward_running
# cause: in bn_param is 0.75
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = 0.9
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: averages the standard deviation in running_var -> test_spatial_batchnorm_forward_running
# cause: standard deviations
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * np.sqrt(var)
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: running averages as (1, C, 1, 1) -> test_spatial_batchnorm_forward_running
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = np.ravel(bn_param.get("running_mean", np.zeros(C, dtype=x.dtype)))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_mean"] = bn_param["running_mean"].reshape(1, C, 1, 1)
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: running variance is the mean of the variances of the images -> test_spatial_batchnorm_forward_running
# cause: within each image
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * x.var(axis=(2, 3)).mean(axis=0)
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: running averages of the first batch only -> test_spatial_batchnorm_forward_running
# cause: goes on from
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        if "running_mean" in bn_param:
            running_mean, running_var = np.zeros(C), np.zeros(C)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: test mode uses the statistics of the batch -> test_spatial_batchnorm_forward_test_mode
# cause: statistics of the batch
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: updates the running averages in test mode -> test_spatial_batchnorm_forward_test_mode
# cause: stay as they are
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * x.mean(axis=(0, 2, 3))
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: ignores the mode, always trains -> test_spatial_batchnorm_forward_test_mode
# cause: statistics of the batch
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"]:
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: test mode divides by the running variance -> test_spatial_batchnorm_forward_test_mode
# cause: not by its root
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    if bn_param["mode"] == "test":
        std = var + eps
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: eps always 1e-5 -> test_spatial_batchnorm_forward_inputs
# cause: here it is 2
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = 1e-5
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: eps added outside of the root -> test_spatial_batchnorm_forward_inputs
# cause: inside of the root
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var) + eps
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: centres x in place -> test_spatial_batchnorm_forward_inputs
# cause: changed in place
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    if x.dtype.kind == "f":
        x -= mean.reshape(1, C, 1, 1)
    else:
        x = x - mean.reshape(1, C, 1, 1)
    x_hat = x / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% wrong: result always float64 -> test_spatial_batchnorm_forward_inputs
# cause: float64
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out.astype(np.float64), (x_hat, gamma, std)

# %% wrong: returns out only -> test_spatial_batchnorm_forward_values
# cause: return out, cache
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.transpose(x, (0, 2, 3, 1)).reshape(-1, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out

# %% wrong: takes the images for (N, H, W, C) -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_running
# cause: here the channels are axis 1
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    running_mean, running_var = bn_param.get("running_mean", 0), bn_param.get("running_var", 0)
    if bn_param["mode"] == "train":
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, var, gamma)

# %% wrong: the average of the variances of the images -> test_spatial_batchnorm_forward_values, test_spatial_batchnorm_forward_running
# cause: average of the variances within each image
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((2, 3)).mean(0)
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
    else: m, v = rm, rv
    xh = ((x - m[:, None, None]) / np.sqrt(v + eps)[:, None, None]).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], (xh, v, gamma)

# %% wrong: the running variance begins with ones -> test_spatial_batchnorm_forward_running
# cause: with zeros, not with ones
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    bn_param.setdefault("running_var", np.ones(C))
    out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, C), gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache

# %% wrong: eps in the running variance -> test_spatial_batchnorm_forward_running
# cause: eps belongs to the root only
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    C = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(C)); rv = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        m, v = x.mean((0, 2, 3)), x.var((0, 2, 3)) + eps
        bn_param["running_mean"] = mom * rm + (1 - mom) * m
        bn_param["running_var"] = mom * rv + (1 - mom) * v
        s = np.sqrt(v)
    else:
        m, s = rm, np.sqrt(rv + eps)
    xh = ((x - m[:, None, None]) / s[:, None, None]).astype(x.dtype)
    return gamma[:, None, None] * xh + beta[:, None, None], (xh, s, gamma)

# %% wrong: test mode needs running averages in bn_param -> test_spatial_batchnorm_forward_test_mode
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    if bn_param["mode"] == "test":
        bn_param["running_mean"] + 0
    out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, C), gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache

# %% right: swapaxes and moveaxis, batchnorm_forward inside
def spatial_batchnorm_forward(images, gamma, beta, bn_param):
    last = np.moveaxis(images, 1, -1)
    rows, cache = batchnorm_forward(last.reshape(-1, images.shape[1]), gamma, beta, bn_param)
    return np.moveaxis(rows.reshape(last.shape), -1, 1), cache

# %% right: from scratch with statistics over three axes
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(C, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(C, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean.reshape(1, C, 1, 1)) / std.reshape(1, C, 1, 1)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x_hat, gamma, std)

# %% right: channels as rows, one at a time
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    C = x.shape[1]
    train = bn_param["mode"] == "train"
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    kind = x.dtype if x.dtype.kind == "f" else np.float64
    means = np.array(bn_param.get("running_mean", np.zeros(C)), dtype=kind)
    variances = np.array(bn_param.get("running_var", np.zeros(C)), dtype=kind)
    out, cache = np.empty(x.shape, dtype=kind), []
    for c in range(C):
        channel = x[:, c].astype(kind)
        m, v = (channel.mean(), channel.var()) if train else (means[c], variances[c])
        normal = (channel - m) / np.sqrt(v + eps)
        out[:, c] = gamma[c] * normal + beta[c]
        cache.append((normal, v + eps))
        if train:
            means[c] = momentum * means[c] + (1 - momentum) * m
            variances[c] = momentum * variances[c] + (1 - momentum) * v
    if train:
        bn_param["running_mean"], bn_param["running_var"] = means, variances
    return out, (cache, gamma)

# %% right: einsum, in-place intermediate steps, updates by the difference
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    count = N * H * W
    work = np.array(x, dtype=np.result_type(x, np.float32))
    bn_param.setdefault("running_mean", np.zeros(C, work.dtype))
    bn_param.setdefault("running_var", np.zeros(C, work.dtype))
    if bn_param["mode"] == "train":
        mean = np.einsum("nchw->c", work) / count
        work -= mean[:, None, None]
        var = np.einsum("nchw,nchw->c", work, work) / count
        keep = 1 - bn_param.get("momentum", 0.9)
        bn_param["running_mean"] = bn_param["running_mean"] + keep * (mean - bn_param["running_mean"])
        bn_param["running_var"] = bn_param["running_var"] + keep * (var - bn_param["running_var"])
    else:
        work -= np.asarray(bn_param["running_mean"], work.dtype)[:, None, None]
        var = np.asarray(bn_param["running_var"], work.dtype)
    inverse = (var + bn_param.get("eps", 1e-5)) ** -0.5
    work *= inverse.astype(work.dtype)[:, None, None]
    return np.einsum("c,nchw->nchw", gamma, work) + beta[:, None, None], [work, inverse, gamma]

# %% right: channels first as one long row each, transposed for batchnorm_forward
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    long_rows = x.swapaxes(0, 1).reshape(C, -1)
    out, cache = batchnorm_forward(long_rows.T, gamma, beta, bn_param)
    return out.T.reshape(C, N, H, W).swapaxes(0, 1), cache

# %% right: batchnorm_forward for each channel, a list of caches
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out = np.zeros_like(x)
    caches = []
    rm = bn_param.get("running_mean", np.zeros(C))
    rv = bn_param.get("running_var", np.zeros(C))
    new_m, new_v = np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    for c in range(C):
        p = dict(bn_param, running_mean=rm[c:c+1], running_var=rv[c:c+1])
        o, ch = batchnorm_forward(x[:, c].reshape(-1, 1), gamma[c:c+1], beta[c:c+1], p)
        out[:, c] = o.reshape(N, H, W)
        new_m[c], new_v[c] = p["running_mean"][0], p["running_var"][0]
        caches.append(ch)
    bn_param["running_mean"], bn_param["running_var"] = new_m, new_v
    return out, caches

# %% right: running averages changed in place, the dtype of x throughout
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, mom = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    rm = bn_param.setdefault("running_mean", np.zeros(x.shape[1]))
    rv = bn_param.setdefault("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "train":
        m, v = np.mean(x, (0, 2, 3)), np.var(x, (0, 2, 3))
        rm *= mom; rm += (1 - mom) * m
        rv *= mom; rv += (1 - mom) * v
    else:
        m, v = rm.copy(), rv.copy()
    xt = np.moveaxis(x, 1, -1).copy()
    xt -= m
    xt /= np.sqrt(v + eps).astype(x.dtype)
    o = xt * gamma + beta
    return np.moveaxis(o, -1, 1), (xt, np.sqrt(v + eps).astype(x.dtype), gamma)
