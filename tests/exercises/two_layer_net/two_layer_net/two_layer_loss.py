# %% wrong: forgets the ReLU -> test_two_layer_loss_scores, test_two_layer_loss_value
# cause: the ReLU is missing
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = a1
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: forgets b1 -> test_two_layer_loss_scores, test_two_layer_loss_value
# cause: b1 is missing
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1)
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: forgets b2 -> test_two_layer_loss_scores, test_two_layer_loss_value
# cause: b2 is missing
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2)
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: forgets both biases -> test_two_layer_loss_scores, test_two_layer_loss_value
# cause: both biases are missing
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1)
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2)
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: a ReLU on the scores -> test_two_layer_loss_scores, test_two_layer_loss_value
# cause: after the second layer
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = np.maximum(0, h1.dot(W2) + b2)
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: adds b1 after the ReLU -> test_two_layer_loss_scores, test_two_layer_loss_value
# cause: b1 is added after the ReLU
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1)
    h1 = np.maximum(0, a1) + b1
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: returns probabilities without labels -> test_two_layer_loss_scores
# cause: probabilities
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: returns labels without labels -> test_two_layer_loss_scores
# cause: has shape
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores.argmax(axis=1)

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: returns scores and None -> test_two_layer_loss_scores
# cause: scores alone
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores, None

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: scores with the regularization added -> test_two_layer_loss_scores
# cause: regularization belongs to the loss
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores + reg * np.sum(W1 * W1)

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: no scores without labels -> test_two_layer_loss_scores
# cause: returned None
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return None

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: takes reg=0 and labels for no labels -> test_two_layer_loss_value
# cause: several things | two things | 2 things
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None or not reg:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: the sum instead of the mean -> test_two_layer_loss_value
# cause: number of examples
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: adds up wrong: loss divided by the number of classes -> test_two_layer_loss_value
# cause: 0.3333 | number of classes | 1/3
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss /= scores.shape[1]
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: reg of 1 always -> test_two_layer_loss_value, test_two_layer_loss_reg_loss
# cause: with reg=0 there should be no regularization
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += np.sum(W1 * W1) + np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: no regularization in the loss -> test_two_layer_loss_reg_loss
# cause: no regularization in the loss
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: only W2 in the regularization of the loss -> test_two_layer_loss_reg_loss
# cause: W1 is not regularized
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: only W1 in the regularization of the loss -> test_two_layer_loss_reg_loss
# cause: W2 is not regularized
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: half the regularization -> test_two_layer_loss_reg_loss, test_two_layer_loss_reg_gradient
# cause: half | factor of 0.5 | 0.5 times
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += reg * W2
    grads["W1"] += reg * W1
    return loss, grads

# %% wrong: regularizes the biases, too -> test_two_layer_loss_reg_loss, test_two_layer_loss_reg_gradient
# cause: biases are regularized
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2) + reg * (np.sum(b1 * b1) + np.sum(b2 * b2))

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    grads["b1"] += 2 * reg * b1
    grads["b2"] += 2 * reg * b2
    return loss, grads

# %% wrong: regularization divided by N -> test_two_layer_loss_reg_loss, test_two_layer_loss_reg_gradient
# cause: number of examples
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2)) / N

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2 / N
    grads["W1"] += 2 * reg * W1 / N
    return loss, grads

# %% wrong: the square of the sum -> test_two_layer_loss_reg_loss
# cause: square of the sum | squares first | sum of the squares
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1) ** 2 + reg * np.sum(W2) ** 2

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: absolute values for regularization -> test_two_layer_loss_reg_loss
# cause: absolute values
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(np.abs(W1)) + reg * np.sum(np.abs(W2))

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: dW2 from the layer before the ReLU -> test_two_layer_loss_gradient_second
# cause: before the ReLU
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = a1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: db2 is the mean -> test_two_layer_loss_gradient_second
# cause: number of examples
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.mean(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: dscores not divided by N -> test_two_layer_loss_gradient_second, test_two_layer_loss_gradient_first
# cause: number of examples
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: divided by N twice -> test_two_layer_loss_gradient_second, test_two_layer_loss_gradient_first
# cause: number of examples
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: forgets the correct class -> test_two_layer_loss_gradient_second, test_two_layer_loss_gradient_first
# cause: correct class
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: gradient of the scores with the wrong sign -> test_two_layer_loss_gradient_second, test_two_layer_loss_gradient_first
# cause: sign
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= -N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: dW2 transposed -> test_two_layer_loss_gradient_second
# cause: could not be broadcast | transposed
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = dscores.T.dot(h1)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: b2 gets the gradient of b1's layer -> test_two_layer_loss_gradient_second
# cause: 0 everywhere
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = np.zeros_like(b2)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: no ReLU on the way back -> test_two_layer_loss_gradient_first
# cause: the ReLU is missing on the way back
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: the gate set by the gradient -> test_two_layer_loss_gradient_first
# cause: set by the sign of the gradient
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (dh1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: multiplies by the hidden layer on the way back -> test_two_layer_loss_gradient_first
# cause: multiplied by the hidden layer
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * h1
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: the gate of the scores' layer applied twice -> test_two_layer_loss_gradient_first
# cause: wrong way round
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 < 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: db1 is the mean -> test_two_layer_loss_gradient_first
# cause: number of examples
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.mean(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: db1 before the gate -> test_two_layer_loss_gradient_first
# cause: the ReLU is missing on the way back
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = dh1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: dW1 before the gate -> test_two_layer_loss_gradient_first
# cause: the ReLU is missing on the way back
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(dh1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: dW1 is the mean once more -> test_two_layer_loss_gradient_first
# cause: number of examples
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1) / N
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: no gradient for the first layer -> test_two_layer_loss_gradient_first
# cause: 0 everywhere
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = np.zeros_like(W1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: back through W2 transposed the wrong way -> test_two_layer_loss_gradient_first
# cause: not aligned | mismatch
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: forgets b1 in the gradients -> test_two_layer_loss_value, test_two_layer_loss_gradient_first
# cause: no key
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: no regularization in the gradients -> test_two_layer_loss_reg_gradient
# cause: gradient of the regularization is missing
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    return loss, grads

# %% wrong: forgets the 2 of the regularization -> test_two_layer_loss_reg_gradient
# cause: half | factor of 0.5 | 0.5 times
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += reg * W2
    grads["W1"] += reg * W1
    return loss, grads

# %% wrong: regularization in the gradient of W2 only -> test_two_layer_loss_reg_gradient
# cause: gradient of the regularization is missing
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    return loss, grads

# %% wrong: regularizes the gradients of the biases -> test_two_layer_loss_reg_gradient
# cause: biases are regularized
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    grads["b1"] += 2 * reg * b1
    grads["b2"] += 2 * reg * b2
    return loss, grads

# %% wrong: regularization subtracted in the gradient -> test_two_layer_loss_reg_gradient
# cause: sign
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] -= 2 * reg * W1
    return loss, grads

# %% wrong: the sign of W for its gradient -> test_two_layer_loss_reg_gradient
# cause: sign of W | sign of the weights
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += reg * np.sign(W1)
    return loss, grads

# %% wrong: no shift of the scores -> test_two_layer_loss_stability
# cause: shift | overflows
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores.copy()
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: the logarithm of a probability that is 0 -> test_two_layer_loss_stability
# cause: log of 0 | shift
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(-np.log((exps / sums)[np.arange(N), y]))
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: a small number inside the logarithm -> test_two_layer_loss_stability
# cause: caps the loss
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(-np.log((exps / sums)[np.arange(N), y] + 1e-12))
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: updates the parameters itself -> test_two_layer_loss_arguments
# cause: changed in place | dict was changed
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    for name in params:
        params[name] -= 1e-3 * grads[name]
    return loss, grads

# %% wrong: puts a flattened view into params -> test_two_layer_loss_arguments
# cause: keys | no key | dict was changed
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    params["hidden"] = h1
    return loss, grads

# %% wrong: clips X in place -> test_two_layer_loss_arguments
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    X *= 1.0 + 1e-9
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: adds to gradients that it remembers -> test_two_layer_loss_arguments
# cause: from the arguments of this call
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    store = two_layer_loss.__dict__.setdefault("store", {})
    key = (X.shape, reg)
    last = store.get(key)
    store[key] = {name: g.copy() for name, g in grads.items()}
    if reg and last is not None:
        grads = {name: g + last[name] for name, g in grads.items()}
    return loss, grads

# %% wrong: remembers the first net -> test_two_layer_loss_arguments
def two_layer_loss(params, X, y=None, reg=0.0):
    store = two_layer_loss.__dict__.setdefault("store", {})
    if reg == 0.1:
        params = store.setdefault(tuple(X.shape), {name: p.copy() for name, p in params.items()})
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: always float64 -> test_two_layer_loss_inputs
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1).astype(np.float64)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: an array of float64 for a gradient -> test_two_layer_loss_inputs
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = np.zeros(b1.shape)
    grads["b1"] += da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: works for rows only -> test_two_layer_loss_inputs
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% wrong: one-hot labels of float64 -> test_two_layer_loss_inputs
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores = dscores - np.eye(scores.shape[1])[y]
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% right: the functions of the notebook, softmax of the library
def two_layer_loss(params, X, y=None, reg=0.0):
    hidden, first = affine_forward(X, params["W1"], params["b1"])
    active, gate = relu_forward(hidden)
    scores, second = affine_forward(active, params["W2"], params["b2"])
    if y is None:
        return scores
    loss, upstream = softmax_loss(scores, y)
    dactive, dW2, db2 = affine_backward(upstream, second)
    dx, dW1, db1 = affine_backward(relu_backward(dactive, gate), first)
    penalty = sum(np.sum(params[k] ** 2) for k in ("W1", "W2"))
    return loss + reg * penalty, {"W1": dW1 + 2 * reg * params["W1"], "b1": db1, "W2": dW2 + 2 * reg * params["W2"], "b2": db2}

# %% right: everything in one place
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    rows = X.reshape(X.shape[0], -1)
    N = X.shape[0]
    a1 = rows.dot(W1) + b1
    h1 = np.maximum(0, a1)
    scores = h1.dot(W2) + b2
    if y is None:
        return scores

    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = exps.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), y])
    loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

    dscores = exps / sums
    dscores[np.arange(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = h1.T.dot(dscores)
    grads["b2"] = dscores.sum(axis=0)
    dh1 = dscores.dot(W2.T)
    da1 = dh1 * (a1 > 0)
    grads["W1"] = rows.T.dot(da1)
    grads["b1"] = da1.sum(axis=0)
    grads["W2"] += 2 * reg * W2
    grads["W1"] += 2 * reg * W1
    return loss, grads

# %% right: einsum, log-sum-exp
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1, W2, b2 = (params[k] for k in ("W1", "b1", "W2", "b2"))
    rows = np.reshape(X, (len(X), len(W1)))
    pre = np.einsum("nd,dh->nh", rows, W1) + b1
    mask = (pre > 0).astype(pre.dtype)
    hidden = pre * mask
    scores = np.einsum("nh,hc->nc", hidden, W2) + b2
    if y is None:
        return scores
    top = scores.max(axis=1)
    lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    onehot = (np.arange(scores.shape[1]) == np.asarray(y)[:, None]).astype(scores.dtype)
    loss = (lse - np.einsum("nc,nc->n", scores, onehot)).mean() + reg * ((W1 ** 2).sum() + (W2 ** 2).sum())
    ds = (np.exp(scores - lse[:, None]) - onehot) / len(rows)
    da = np.einsum("nc,hc->nh", ds, W2) * mask
    return loss, {
        "W2": np.einsum("nh,nc->hc", hidden, ds) + 2 * reg * W2, "b2": ds.sum(0),
        "W1": np.einsum("nd,nh->dh", rows, da) + 2 * reg * W1, "b1": da.sum(0),
    }

# %% right: example by example
def two_layer_loss(params, X, y=None, reg=0.0):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    inputs = [np.ravel(example) for example in X]
    hidden = [np.maximum(row.dot(W1) + b1, 0) for row in inputs]
    scores = np.stack([h.dot(W2) + b2 for h in hidden])
    if y is None:
        return scores
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    total = 0.0
    for row, h, s, label in zip(inputs, hidden, scores, y):
        s = s - s.max()
        p = np.exp(s)
        p /= p.sum()
        total += np.log(np.exp(s).sum()) - s[label]
        p[label] -= 1
        grads["W2"] += np.outer(h, p) / len(X)
        grads["b2"] += p / len(X)
        back = W2.dot(p)
        back[h == 0] = 0
        grads["W1"] += np.outer(row, back) / len(X)
        grads["b1"] += back / len(X)
    for name in ("W1", "W2"):
        total += len(X) * reg * np.sum(np.square(params[name]))
        grads[name] += 2 * reg * params[name]
    return total / len(X), grads

# %% right: float32 inside
def two_layer_loss(params, X, y=None, reg=0.0):
    dtype = np.result_type(X, params["W1"])
    p = {name: np.asarray(value, np.float32) for name, value in params.items()}
    if dtype == np.float64:
        p = params
    rows = X.reshape(len(X), -1)
    a = rows @ p["W1"] + p["b1"]
    h = np.where(a > 0, a, 0)
    scores = h @ p["W2"] + p["b2"]
    if y is None:
        return scores
    loss, ds = softmax_loss(scores, y)
    da = np.where(a > 0, ds @ p["W2"].T, 0)
    grads = {"b2": ds.sum(axis=0), "b1": da.sum(axis=0), "W2": h.T @ ds, "W1": rows.T @ da}
    for name in ("W2", "W1"):
        loss = loss + reg * np.vdot(p[name], p[name])
        grads[name] += (2 * reg * p[name])
    return float(loss), grads

# %% wrong: zeros -> test_two_layer_loss_stability, test_two_layer_loss_inputs
# cause: 0 everywhere
def two_layer_loss(params, X, y=None, reg=0.0):
    if y is None:
        return np.zeros((len(X), len(params["b2"])), params["W1"].dtype)
    return 0.0, {name: np.zeros_like(value) for name, value in params.items()}
