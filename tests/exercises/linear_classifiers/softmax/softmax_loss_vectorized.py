# %% wrong: no shift of the scores -> test_softmax_loss_vectorized_stability
# cause: shift the scores
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: shifts by the maximum of the whole batch -> test_softmax_loss_vectorized_stability
# cause: by their own maximum
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: shifts by the maximum of each column -> test_softmax_loss_vectorized_values, test_softmax_loss_vectorized_stability
# cause: largest of each column
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=0, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: shifts by the minimum -> test_softmax_loss_vectorized_stability
# cause: by their own maximum
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.min(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: sums the exponentials of the whole batch -> test_softmax_loss_vectorized_values, test_softmax_loss_vectorized_gradient
# cause: whole batch
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores))
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: sums the exponentials over the examples -> test_softmax_loss_vectorized_values, test_softmax_loss_vectorized_gradient
# cause: summed over the examples
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=0, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: sums as a row, broadcast along the wrong axis -> test_softmax_loss_vectorized_values
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: multiplies one-hot labels with the logarithms, 0 times minus infinity -> test_softmax_loss_vectorized_stability
# cause: logarithm of a 0
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.sum(np.eye(W.shape[1])[y] * np.log(p))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: takes whole columns of probabilities -> test_softmax_loss_vectorized_values
# cause: not the whole columns
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[:, y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: mean over all entries of the loss matrix -> test_softmax_loss_vectorized_values
# cause: mean over all
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= scores.size
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets to divide the loss by N -> test_softmax_loss_vectorized_values
# cause: division by it forgotten
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets the minus before the logarithm -> test_softmax_loss_vectorized_values
# cause: a sign | opposite sign
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets to divide the gradient by N -> test_softmax_loss_vectorized_gradient
# cause: division by it forgotten
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets the correct class in the gradient -> test_softmax_loss_vectorized_gradient
# cause: column y[i], that of its correct class, is wrong
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: subtracts 1 from whole columns -> test_softmax_loss_vectorized_gradient
# cause: the other classes is wrong
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[:, y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: sets the correct class to -1 instead of subtracting 1 -> test_softmax_loss_vectorized_gradient
# cause: column y[i], that of its correct class, is wrong
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] = -1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: gradient transposed -> test_softmax_loss_vectorized_gradient
# cause: transposed
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = p.T.dot(X)
    dW /= num_train
    dW += 2 * reg * W.T
    return loss, dW

# %% wrong: no regularization in the gradient -> test_softmax_loss_vectorized_regularization
# cause: 0 everywhere
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    return loss, dW

# %% wrong: forgets the 2 in the gradient of the regularization -> test_softmax_loss_vectorized_regularization
# cause: factor 2 forgotten
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += reg * W
    return loss, dW

# %% wrong: no regularization in the loss -> test_softmax_loss_vectorized_regularization
# cause: 0 everywhere
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: a generator for the loss -> test_softmax_loss_vectorized_loops
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = sum(-np.log(p[i, y[i]]) for i in range(num_train))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: np.apply_along_axis over the rows -> test_softmax_loss_vectorized_loops
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.apply_along_axis(np.max, 1, scores)[:, None]
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: calls the version with loops -> test_softmax_loss_vectorized_loops
def softmax_loss_vectorized(W, X, y, reg):
    return softmax_loss_naive(W, X, y, reg)

# %% wrong: scores in the dtype of the pixels -> test_softmax_loss_vectorized_inputs
# cause: wrap around
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W).astype(X.dtype).astype(float)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: centres the examples in place -> test_softmax_loss_vectorized_inputs
# cause: changed in place
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    X -= X.mean(axis=0, dtype=X.dtype)
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% right: the usual probabilities
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(num_train), y]))
    loss /= num_train
    loss += reg * np.sum(W * W)
    p[np.arange(num_train), y] -= 1
    dW = X.T.dot(p)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% right: log-sum-exp with one-hot labels and @
def softmax_loss_vectorized(W, X, y, reg):
    N, C = len(X), W.shape[1]
    truth = (np.arange(C) == np.asarray(y)[:, None]).astype(float)
    Z = X @ W
    Z = Z - Z.max(axis=1)[:, None]
    log_p = Z - np.log(np.exp(Z).sum(axis=1))[:, None]
    data_loss = -(truth * log_p).sum() / N
    return data_loss + reg * np.square(W).sum(), X.T @ (np.exp(log_p) - truth) / N + 2 * reg * W

# %% right: classes as rows, logaddexp.reduce
def softmax_loss_vectorized(W, X, y, reg):
    f = W.T.dot(X.T)
    lse = np.logaddexp.reduce(f, axis=0)
    loss = np.mean(lse - f[y, np.arange(f.shape[1])]) + reg * np.vdot(W, W)
    g = np.exp(f - lse)
    g[y, np.arange(f.shape[1])] -= 1.0
    dW = np.dot(g, X).T / X.shape[0]
    return loss, dW + reg * (W + W)

# %% right: float32 inside, in-place steps
def softmax_loss_vectorized(W, X, y, reg):
    W32, X32 = W.astype(np.float32), X.astype(np.float32)
    rows = np.arange(len(y))
    p = X32 @ W32
    p -= p.max(1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(1, keepdims=True)
    loss = -np.log(p[rows, y]).mean() + reg * np.sum(W32 ** 2)
    p[rows, y] -= 1
    p /= len(y)
    dW = X32.T @ p
    dW += 2 * reg * W32
    return loss, dW

# %% right: take_along_axis and einsum
def softmax_loss_vectorized(W, X, y, reg):
    labels = np.asarray(y).reshape(-1, 1).astype(int)
    s = np.einsum('nd,dc->nc', X, W)
    top = s.max(1, keepdims=True)
    e = np.exp(s - top)
    Z = e.sum(1, keepdims=True)
    losses = np.log(Z) + top - np.take_along_axis(s, labels, 1)
    G = e / Z
    np.put_along_axis(G, labels, np.take_along_axis(G, labels, 1) - 1, 1)
    return losses.mean() + reg * (W * W).sum(), np.einsum('nd,nc->dc', X, G) / len(X) + 2 * reg * W

# %% right: log-sum-exp by np.logaddexp
def softmax_loss_vectorized(W, X, y, reg):
    s = np.einsum('nd,dc->nc', X, W)
    z = np.logaddexp.reduce(s, axis=1, keepdims=True)
    Y = np.eye(W.shape[1])[y]
    return float(np.sum(Y * (z - s)) / len(y) + reg * np.vdot(W, W)), np.matmul(X.T, np.exp(s - z) - Y) / len(y) + reg * (W + W)

# %% wrong: the weights for their gradient -> test_softmax_loss_vectorized_loops, test_softmax_loss_vectorized_inputs
# cause: an array that the function was given
def softmax_loss_vectorized(W, X, y, reg):
    return float(np.sum(W * W)) + 1, 2 * W

# %% wrong: the loss is 1 and the gradient 0 -> test_softmax_loss_vectorized_loops, test_softmax_loss_vectorized_inputs
# cause: zero everywhere
def softmax_loss_vectorized(W, X, y, reg):
    return 1.0, np.zeros(W.shape)

# %% wrong: the loops in a default argument -> test_softmax_loss_vectorized_loops
# cause: Python executes | for loop
def softmax_loss_vectorized(W, X, y, reg, f=softmax_loss_naive):
    return f(W, X, y, reg)

# %% wrong: the loops in a dict of functions -> test_softmax_loss_vectorized_loops
# cause: Python executes
FUNCTIONS = {"loss": softmax_loss_naive}
def softmax_loss_vectorized(W, X, y, reg):
    return FUNCTIONS["loss"](W, X, y, reg)

# %% wrong: the loops looked up by name -> test_softmax_loss_vectorized_loops
# cause: Python executes
def softmax_loss_vectorized(W, X, y, reg):
    return globals()["softmax_loss_" + "naive"](W, X, y, reg)
