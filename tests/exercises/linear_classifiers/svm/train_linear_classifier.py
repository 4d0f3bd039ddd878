# %% wrong: always the first batch -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = np.arange(batch_size)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: draws one batch before the loop -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    indices = rng.choice(num_train, batch_size, replace=True)
    for it in range(num_iters):
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: draws indices but hands over the whole training set -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X, y, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: draws examples and labels separately -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[rng.choice(num_train, batch_size)]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: goes through consecutive slices -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        start = it * batch_size % num_train
        indices = np.arange(start, min(start + batch_size, num_train))
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: draws only from the first batch_size examples -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(batch_size, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: draws a single example per step -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, 1)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: seeds anew in every step -> test_train_linear_classifier_minibatches, test_train_linear_classifier_repeatable
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        rng = np.random.default_rng(0)
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: steps uphill -> test_train_linear_classifier_steps, test_train_linear_classifier_learns
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W + learning_rate * grad
    return W, loss_history

# %% wrong: leaves out the learning rate -> test_train_linear_classifier_steps
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - grad
    return W, loss_history

# %% wrong: divides the step by the batch size once more -> test_train_linear_classifier_steps
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad / batch_size
    return W, loss_history

# %% wrong: returns the weights before the last step -> test_train_linear_classifier_steps
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W_before, W = W, W - learning_rate * grad
    return W_before, loss_history

# %% wrong: never stores the new weights -> test_train_linear_classifier_steps, test_train_linear_classifier_learns
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W_new = W - learning_rate * grad
    return W, loss_history

# %% wrong: draws new first weights in every step -> test_train_linear_classifier_steps, test_train_linear_classifier_learns
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    loss_history = []
    for it in range(num_iters):
        W = 0.001 * rng.standard_normal((dim, num_classes))
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: large first weights -> test_train_linear_classifier_steps
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: counts the classes that occur -> test_train_linear_classifier_steps
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = len(np.unique(y))
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: one step too many -> test_train_linear_classifier_steps, test_train_linear_classifier_history
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters + 1):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: keeps only the last loss -> test_train_linear_classifier_history
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss

# %% wrong: notes every tenth loss only -> test_train_linear_classifier_history
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        if it % 10 == 0:
            loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: returns the weights only -> test_train_linear_classifier_history
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W

# %% wrong: trains without the regularization -> test_train_linear_classifier_history
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, 0.0)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: draws from the global random state -> test_train_linear_classifier_repeatable
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = np.random.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: first weights from the global random state -> test_train_linear_classifier_repeatable
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * np.random.randn(dim, num_classes)
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% wrong: ignores the generator it is given -> test_train_linear_classifier_repeatable
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% right: choice with replacement
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng(0)
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    W = 0.001 * rng.standard_normal((dim, num_classes))
    loss_history = []
    for it in range(num_iters):
        indices = rng.choice(num_train, batch_size, replace=True)
        X_batch = X[indices]
        y_batch = y[indices]
        loss, grad = loss_fn(W, X_batch, y_batch, reg)
        loss_history.append(loss)
        W = W - learning_rate * grad
    return W, loss_history

# %% right: reshuffles every epoch, zeros to begin with, in-place step
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = rng or np.random.default_rng(0)
    W = np.zeros((X.shape[1], int(y.max()) + 1))
    order, position, losses = None, len(X), np.empty(num_iters)
    for t in range(num_iters):
        if position + batch_size > len(X):
            order, position = rng.permutation(len(X)), 0
        chosen = order[position:position + batch_size]
        position += batch_size
        losses[t], gradient = loss_fn(W, X[chosen], y[chosen], reg)
        W -= learning_rate * gradient
    return W, losses

# %% right: without replacement within a batch, float32 weights for float32 examples
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    C = max(y.tolist()) + 1
    dtype = X.dtype if X.dtype.kind == 'f' else np.float64
    W = rng.normal(0, 1e-3, size=(X.shape[1], C)).astype(dtype)
    history, t = [], 0
    while t < num_iters:
        idx = rng.permutation(X.shape[0])[:batch_size]
        loss, dW = loss_fn(W, np.take(X, idx, axis=0), np.take(y, idx), reg)
        history.append(float(loss))
        W = (W - learning_rate * np.asarray(dW)).astype(dtype)
        t += 1
    return W, history

# %% right: all indices drawn beforehand, weights from a uniform distribution
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    batches = rng.integers(0, X.shape[0], (num_iters, batch_size))
    W = rng.uniform(-0.001, 0.001, (X.shape[1], np.amax(y) + 1))

    def step(W, batch):
        loss, slope = loss_fn(W, X[batch], y[batch], reg)
        return loss, np.add(W, -learning_rate * slope)

    losses = []
    for batch in batches:
        loss, W = step(W, batch)
        losses += [loss]
    return W, tuple(losses)

# %% wrong: adds the gradient of the regularization a second time -> test_train_linear_classifier_steps
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    W = np.zeros((X.shape[1], y.max() + 1)); hist = []
    for _ in range(num_iters):
        b = rng.choice(len(y), batch_size); l, g = loss_fn(W, X[b], y[b], reg); hist.append(l); W = W - learning_rate * (g + 2 * reg * W)
    return W, hist

# %% wrong: never draws the last example -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    W = np.zeros((X.shape[1], y.max() + 1)); hist = []
    for t in range(num_iters):
        b = rng.integers(0, len(y) - 1, batch_size); l, g = loss_fn(W, X[b], y[b], reg); hist.append(l); W = W - learning_rate * g
    return W, hist

# %% wrong: goes round and round in twenty batches -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    W = np.zeros((X.shape[1], y.max() + 1)); hist = []; batches = rng.integers(len(y), size=(20, batch_size))
    for t in range(num_iters):
        b = batches[t % 20]; l, g = loss_fn(W, X[b], y[b], reg); hist.append(l); W = W - learning_rate * g
    return W, hist

# %% wrong: goes round and round in a hundred batches -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    W = np.zeros((X.shape[1], y.max() + 1)); hist = []; batches = rng.integers(len(y), size=(100, batch_size))
    for t in range(num_iters):
        b = batches[t % 100]; l, g = loss_fn(W, X[b], y[b], reg); hist.append(l); W = W - learning_rate * g
    return W, hist

# %% wrong: a hundred steps at most -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    W = np.zeros((X.shape[1], y.max() + 1)); hist = []
    for t in range(min(num_iters, 100)):
        b = rng.integers(len(y), size=batch_size); l, g = loss_fn(W, X[b], y[b], reg); hist.append(l); W = W - learning_rate * g
    return W, hist

# %% wrong: a new batch in every second step only -> test_train_linear_classifier_minibatches
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    W = np.zeros((X.shape[1], y.max() + 1)); hist = []
    for t in range(num_iters):
        b = b if t % 2 else rng.integers(len(y), size=batch_size)
        l, g = loss_fn(W, X[b], y[b], reg); hist.append(l); W = W - learning_rate * g
    return W, hist

# %% right: passes through all examples, the last batch of a pass may be smaller
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    W = np.zeros((X.shape[1], y.max() + 1)); hist = []; per_pass = -(-len(y) // batch_size)
    for t in range(num_iters):
        if t % per_pass == 0: order = rng.permutation(len(y))
        b = order[t % per_pass * batch_size:][:batch_size]
        l, g = loss_fn(W, X[b], y[b], reg); hist.append(l); W = W - learning_rate * g
    return W, hist
