# %% wrong: statistics of the batch -> test_layernorm_forward_values, test_layernorm_forward_alone
# cause: those of the batch
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=0, keepdims=True)
    var = np.var(x, axis=0, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: mean of the row, variance of the batch -> test_layernorm_forward_values, test_layernorm_forward_alone
# cause: only the example's own features
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=0, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: calls batchnorm_forward as it is -> test_layernorm_forward_values, test_layernorm_forward_alone
# cause: those of the batch
def layernorm_forward(x, gamma, beta, ln_param):
    return batchnorm_forward(x, gamma, beta, {"mode": "train", **ln_param})

# %% wrong: one mean and variance for the whole array -> test_layernorm_forward_values, test_layernorm_forward_alone
# cause: whole array
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x)
    var = np.var(x)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: unbiased variance -> test_layernorm_forward_values
# cause: D - 1
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True, ddof=1)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: divides by the variance -> test_layernorm_forward_values, test_layernorm_forward_eps
# cause: by the variance, not by its root
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = var + eps
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: does not subtract the mean -> test_layernorm_forward_values
# cause: its mean is not subtracted
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = x / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: does not divide -> test_layernorm_forward_values
# cause: not divided by its standard deviation
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = x - mu
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: gamma forgotten -> test_layernorm_forward_values
# cause: gamma is missing
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: beta forgotten -> test_layernorm_forward_values
# cause: beta is missing
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat
    return out, (x_hat, std, gamma)

# %% wrong: gamma and beta forgotten -> test_layernorm_forward_values
# cause: gamma and beta are missing
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = x_hat
    return out, (x_hat, std, gamma)

# %% wrong: gamma and beta for examples where N = D -> test_layernorm_forward_values
# cause: belong to the features
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    if len(x) == len(gamma):
        out = gamma[:, None] * x_hat + beta[:, None]
    else:
        out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: keepdims forgotten, for square arrays it works silently -> test_layernorm_forward_values
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1)
    var = np.var(x, axis=1)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: transposed output -> test_layernorm_forward_values
# cause: transposed
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out.T, (x_hat, std, gamma)

# %% wrong: eps outside of the root -> test_layernorm_forward_eps
# cause: eps is outside
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var) + eps
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: eps forgotten -> test_layernorm_forward_eps
# cause: eps is left out
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: eps of ln_param ignored -> test_layernorm_forward_eps
# cause: or it is 1e-5 whatever
def layernorm_forward(x, gamma, beta, ln_param):
    eps = 1e-5
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: running averages at test time -> test_layernorm_forward_alone
# cause: no modes
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    if ln_param.get("mode") == "test":
        mu, var = ln_param.get("running_mean", np.zeros(x.shape[1])), ln_param.get("running_var", np.ones(x.shape[1]))
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: keeps running averages -> test_layernorm_forward_alone
# cause: keeps no running averages
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    ln_param["running_mean"], ln_param["running_var"] = mu, var
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: centres the batch first -> test_layernorm_forward_values, test_layernorm_forward_alone
# cause: only the example's own features
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    x = x - np.mean(x, axis=0)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: centres x in place -> test_layernorm_forward_inputs
# cause: changed in place
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    x -= mu
    mu = 0
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% wrong: float64 whatever comes in -> test_layernorm_forward_inputs
# cause: dtype is float64
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    out = out + np.zeros(x.shape)
    return out, (x_hat, std, gamma)

# %% wrong: puts eps into ln_param -> test_layernorm_forward_alone
# cause: ln_param after the call
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.setdefault("eps", 1e-5)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    return gamma * x_hat + beta, None

# %% right: np.mean and np.var along the rows
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% right: transposed, with the batchnorm of the first exercise
def layernorm_forward(x, gamma, beta, ln_param):
    N, D = x.shape
    ones = np.ones(N, dtype=gamma.dtype)
    rows, cache = batchnorm_forward(x.T, ones, ones * 0, {"mode": "train", "eps": ln_param.get("eps", 1e-5)})
    return rows.T * gamma + beta, (rows, cache, gamma)

# %% right: example by example
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    rows, deviations = [], []
    for row in x:
        centred = row - row.mean()
        deviations.append((centred.dot(centred) / len(row) + eps) ** 0.5)
        rows.append(centred / deviations[-1])
    x_hat = np.array(rows, dtype=np.result_type(x, gamma))
    return x_hat * gamma + beta, {"x_hat": x_hat, "std": deviations, "gamma": gamma}

# %% right: an output array made like x
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mu) / std
    out = np.empty_like(x)
    out[:] = gamma * x_hat + beta
    return out, (x_hat, std, gamma)

# %% right: row by row with dot products
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    rows = []
    for row in x:
        mu = sum(row) / len(row)
        centred = row - mu
        rows.append(gamma * centred / (np.dot(centred, centred) / len(row) + eps) ** 0.5 + beta)
    return np.array(rows, dtype=x.dtype), {"rows": rows}

# %% right: einsum, in place on a copy
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    h = np.array(x)
    h -= np.einsum("nd->n", h)[:, None] / h.shape[1]
    h /= np.sqrt(np.einsum("nd,nd->n", h, h) / h.shape[1] + eps)[:, np.newaxis]
    out = h * gamma
    out += beta
    return out, h

# %% right: float32 inside
def layernorm_forward(x, gamma, beta, ln_param):
    z = x.astype(np.float32)
    z = z - z.mean(-1)[:, None]
    s = np.sqrt((z * z).mean(-1)[:, None] + np.float32(ln_param.get("eps", 1e-5)))
    z /= s
    return z * np.float32(gamma) + np.float32(beta), (z, s, gamma)

# %% wrong: zeros -> test_layernorm_forward_alone, test_layernorm_forward_inputs
def layernorm_forward(x, gamma, beta, ln_param):
    return np.zeros_like(x), (x, gamma)
