# %% wrong: forgets the absolute value -> test_elastic_net_penalty
# cause: absolute value has to be taken of each entry
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(W) + l2 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: absolute value of the sum -> test_elastic_net_penalty
# cause: of each entry, before the sum
def elastic_net(W, l1, l2):
    penalty = l1 * np.abs(np.sum(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: length of W instead of its square -> test_elastic_net_penalty, test_elastic_net_gradient
# cause: square root
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.linalg.norm(W)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: swaps the two strengths -> test_elastic_net_penalty
# cause: exchanged
def elastic_net(W, l1, l2):
    penalty = l2 * np.sum(np.abs(W)) + l1 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: half the squares -> test_elastic_net_penalty
# cause: half of what it should be
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + 0.5 * l2 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: means instead of sums -> test_elastic_net_penalty
# cause: means are taken
def elastic_net(W, l1, l2):
    penalty = l1 * np.mean(np.abs(W)) + l2 * np.mean(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: a penalty for each column -> test_elastic_net_penalty
# cause: sum or mean over it missing
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W), axis=0) + l2 * np.sum(W ** 2, axis=0)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: returns the penalty only -> test_elastic_net_penalty, test_elastic_net_gradient
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty

# %% wrong: forgets the 2 in the gradient -> test_elastic_net_gradient
# cause: factor 2 forgotten
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + l2 * W
    return penalty, grad

# %% wrong: slope 1 for negative weights too -> test_elastic_net_gradient
# cause: sign is lost
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.ones_like(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: gradient of the absolute value is the absolute value -> test_elastic_net_gradient
# cause: |W| itself
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.abs(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: no gradient for L1 -> test_elastic_net_gradient
# cause: 0 everywhere
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = 2 * l2 * W
    return penalty, grad

# %% wrong: sums the gradient to one number -> test_elastic_net_gradient
# cause: summed over all axes
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, np.sum(grad)

# %% wrong: divides W by its absolute value -> test_elastic_net_zeros
# cause: 0 / 0
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * W / np.abs(W) + 2 * l2 * W
    return penalty, grad

# %% wrong: slope 1 at zero -> test_elastic_net_zeros
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.where(W >= 0, 1.0, -1.0) + 2 * l2 * W
    return penalty, grad

# %% wrong: slope -1 at zero -> test_elastic_net_zeros
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.where(W > 0, 1.0, -1.0) + 2 * l2 * W
    return penalty, grad

# %% right: np.sign
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W ** 2)
    grad = l1 * np.sign(W) + 2 * l2 * W
    return penalty, grad

# %% right: comparisons instead of sign
def elastic_net(W, l1, l2):
    slope = (W > 0).astype(float) - (W < 0)
    return float(l1 * (slope * W).sum() + l2 * np.vdot(W, W)), l1 * slope + l2 * (W + W)

# %% right: loops and Python numbers
def elastic_net(W, l1, l2):
    penalty, gradient = 0.0, np.zeros(W.shape)
    for i, row in enumerate(W):
        for j, w in enumerate(row):
            penalty += l1 * abs(float(w)) + l2 * float(w) ** 2
            if w != 0:
                gradient[i, j] = l1 * (1 if w > 0 else -1) + 2 * l2 * w
    return penalty, gradient

# %% right: norms, float32 inside, in-place steps
def elastic_net(W, l1, l2):
    w = W.astype(np.float32)
    grad = np.sign(w)
    grad *= l1
    grad += 2 * l2 * w
    return l1 * np.linalg.norm(w.ravel(), 1) + l2 * np.linalg.norm(w) ** 2, grad

# %% wrong: counts small weights as 0 -> test_elastic_net_gradient
# cause: however small
def elastic_net(W, l1, l2):
    penalty = l1 * np.sum(np.abs(W)) + l2 * np.sum(W * W)
    gradient = l1 * np.where(np.abs(W) < 1e-3, 0, np.sign(W)) + 2 * l2 * W
    return penalty, gradient
