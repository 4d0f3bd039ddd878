# %% wrong: correct scores as a row, broadcast along the wrong axis -> test_svm_loss_vectorized_values
# cause: as a row
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y]
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: leaves the correct class in the sum -> test_svm_loss_vectorized_values
# cause: margins of the correct classes to 0
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: blanks whole columns instead of one entry per row -> test_svm_loss_vectorized_values, test_svm_loss_vectorized_gradient
# cause: one margin per row
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[:, y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets the margin of 1 -> test_svm_loss_vectorized_values, test_svm_loss_vectorized_gradient
# cause: margin of 1 is missing
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: mean over all entries instead of over examples -> test_svm_loss_vectorized_values
# cause: mean over all
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.mean(margins)
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets to divide the loss by N -> test_svm_loss_vectorized_values
# cause: division by it forgotten
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins)
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets to divide the gradient by N -> test_svm_loss_vectorized_gradient
# cause: division by it forgotten
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: correct class counted once per example -> test_svm_loss_vectorized_gradient
# cause: column y[i]
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -1
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: column of the correct class not updated -> test_svm_loss_vectorized_gradient
# cause: column y[i]
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: counts summed along the wrong axis -> test_svm_loss_vectorized_gradient
# cause: column y[i], that of its correct class, is wrong
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=0)[y]
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: multiplies with the margins instead of counting them -> test_svm_loss_vectorized_gradient
# cause: multiplied by their margins
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = margins.copy()
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: counts margins of exactly zero too -> test_svm_loss_vectorized_gradient
# cause: should be 0 and are not | only those that intrude
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins >= 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: counts the correct class itself as intruding -> test_svm_loss_vectorized_gradient
# cause: column y[i]
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    margins[np.arange(num_train), y] = 1
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: gradient transposed -> test_svm_loss_vectorized_gradient
# cause: transposed
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = mask.T.dot(X)
    dW /= num_train
    dW += 2 * reg * W.T
    return loss, dW

# %% wrong: no regularization in the gradient -> test_svm_loss_vectorized_regularization
# cause: 0 everywhere
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    return loss, dW

# %% wrong: forgets the 2 in the gradient of the regularization -> test_svm_loss_vectorized_regularization
# cause: factor 2 forgotten
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += reg * W
    return loss, dW

# %% wrong: no regularization in the loss -> test_svm_loss_vectorized_regularization
# cause: 0 everywhere
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: a comprehension for the correct scores -> test_svm_loss_vectorized_loops
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = np.array([[scores[i, y[i]]] for i in range(num_train)])
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: a loop over the examples for the counts -> test_svm_loss_vectorized_loops
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    for i in range(num_train):
        mask[i, y[i]] = -mask[i].sum()
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: calls the version with loops -> test_svm_loss_vectorized_loops
def svm_loss_vectorized(W, X, y, reg):
    return svm_loss_naive(W, X, y, reg)

# %% wrong: hides the loop in a helper -> test_svm_loss_vectorized_loops
def correct_scores(scores, y):
    picked = []
    for row, label in zip(scores, y):
        picked.append(row[label])
    return np.array(picked)


def svm_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    scores = X.dot(W)
    margins = np.maximum(0, scores - correct_scores(scores, y)[:, None] + 1)
    margins[np.arange(N), y] = 0
    mask = (margins > 0).astype(float)
    mask[np.arange(N), y] = -mask.sum(axis=1)
    return margins.sum() / N + reg * np.sum(W * W), X.T.dot(mask) / N + 2 * reg * W

# %% wrong: counts in the dtype of the pixels, which wraps around -> test_svm_loss_vectorized_inputs
# cause: wrap around
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape, dtype=X.dtype)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1, dtype=int).astype(X.dtype)
    dW = X.T.dot(mask)
    dW = dW / num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: centres the examples in place -> test_svm_loss_vectorized_inputs
# cause: changed in place
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    X -= X.mean(axis=0, dtype=X.dtype)
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% right: the usual mask
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num_train), y] = -np.sum(mask, axis=1)
    dW = X.T.dot(mask)
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% right: take_along_axis, @ and where
def svm_loss_vectorized(W, X, y, reg):
    N = len(y)
    labels = np.asarray(y, dtype=np.intp)[:, None]
    S = X @ W
    gaps = S - np.take_along_axis(S, labels, axis=1) + 1.0
    np.put_along_axis(gaps, labels, 0.0, axis=1)
    active = np.where(gaps > 0, 1.0, 0.0)
    loss = (gaps * active).sum() / N + reg * np.square(W).sum()
    np.put_along_axis(active, labels, -active.sum(axis=1, keepdims=True), axis=1)
    return loss, (X.T @ active) / N + 2 * reg * W

# %% right: one-hot matrix, the margin subtracted at the end
def svm_loss_vectorized(W, X, y, reg):
    num, C = X.shape[0], W.shape[1]
    onehot = np.eye(C)[y]
    s = np.einsum('nd,dc->nc', X, W)
    sy = (s * onehot).sum(1, keepdims=True)
    h = (s - sy + 1).clip(min=0)
    data_loss = h.sum(1).mean() - 1  # the correct class adds exactly 1
    b = (h > 0) - onehot
    b = b - b.sum(1, keepdims=True) * onehot
    return data_loss + reg * (W ** 2).sum(), np.einsum('nd,nc->dc', X, b) / num + 2 * reg * W

# %% right: float32 inside
def svm_loss_vectorized(W, X, y, reg):
    W32, X32 = W.astype(np.float32), X.astype(np.float32)
    rows = np.arange(len(y))
    margins = X32 @ W32
    margins -= margins[rows, y][:, None]
    margins += 1
    margins[rows, y] = 0
    np.maximum(margins, 0, out=margins)
    loss = margins.sum() / len(y) + reg * (W32 * W32).sum()
    margins[margins > 0] = 1
    margins[rows, y] -= margins.sum(axis=1)
    return loss, X32.T @ margins / len(y) + 2 * reg * W32

# %% right: whole-number counts and np.add.at
def svm_loss_vectorized(W, X, y, reg):
    N = X.shape[0]
    scores = np.matmul(X, W)
    margins = scores - scores[range(N), list(y)].reshape(N, 1) + 1
    margins[range(N), list(y)] = 0
    i, j = np.nonzero(margins > 0)
    loss = margins[i, j].sum() / N + reg * np.vdot(W, W)
    dWT = np.zeros((W.shape[1], W.shape[0]))
    rows = X[i].astype(float)
    np.add.at(dWT, j, rows)
    np.subtract.at(dWT, y[i], rows)
    return loss, dWT.T / N + 2 * reg * W

# %% wrong: counts in 8-bit integers -> test_svm_loss_vectorized_inputs
# cause: wrap around
def svm_loss_vectorized(W, X, y, reg):
    n = len(X); s = X @ W
    m = np.maximum(0, s - s[np.arange(n), y][:, None] + 1); m[np.arange(n), y] = 0
    g = (m > 0).astype(np.int8); g[np.arange(n), y] = -g.sum(1)
    return m.sum() / n + reg * np.sum(W * W), X.T @ g / n + 2 * reg * W

# %% right: float32 scores and float64 results
def svm_loss_vectorized(W, X, y, reg):
    n = len(X); s = (X.astype(np.float32) @ W.astype(np.float32))
    m = np.maximum(0, s - s[np.arange(n), y][:, None] + 1); m[np.arange(n), y] = 0
    g = np.zeros(m.shape); g[m > 0] = 1; g[np.arange(n), y] = -g.sum(1)
    return float(m.sum()) / n + reg * np.sum(W * W), X.T @ g / n + 2 * reg * W

# %% wrong: the weights for their gradient -> test_svm_loss_vectorized_loops, test_svm_loss_vectorized_inputs
# cause: an array that the function was given
def svm_loss_vectorized(W, X, y, reg):
    return float(np.sum(W * W)) + 1, 2 * W

# %% wrong: the loss is 1 and the gradient 0 -> test_svm_loss_vectorized_loops, test_svm_loss_vectorized_inputs
# cause: zero everywhere
def svm_loss_vectorized(W, X, y, reg):
    return 1.0, np.zeros(W.shape)

# %% wrong: the loops in a default argument -> test_svm_loss_vectorized_loops
# cause: Python executes | for loop
def svm_loss_vectorized(W, X, y, reg, f=svm_loss_naive):
    return f(W, X, y, reg)

# %% wrong: the loops in a dict of functions -> test_svm_loss_vectorized_loops
# cause: Python executes
FUNCTIONS = {"loss": svm_loss_naive}
def svm_loss_vectorized(W, X, y, reg):
    return FUNCTIONS["loss"](W, X, y, reg)

# %% wrong: the loops looked up by name -> test_svm_loss_vectorized_loops
# cause: Python executes
def svm_loss_vectorized(W, X, y, reg):
    return globals()["svm_loss_" + "naive"](W, X, y, reg)
