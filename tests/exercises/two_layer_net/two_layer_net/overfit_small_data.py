# %% wrong: uphill -> test_overfit_small_data_steps, test_overfit_small_data_accuracy
# cause: uphill
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] + learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: forgets the learning rate -> test_overfit_small_data_steps
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: learning rate falls with the steps -> test_overfit_small_data_steps
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k] / (step + 1)
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: gradients always at the start -> test_overfit_small_data_steps
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(params, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: one step too few -> test_overfit_small_data_steps
# cause: two steps
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps - 1):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: one step too many -> test_overfit_small_data_steps
# cause: four steps
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps + 1):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: updates one parameter only -> test_overfit_small_data_steps
# cause: did not move
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in list(trained)[:1]:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: updates two-dimensional parameters only -> test_overfit_small_data_steps
# cause: did not move
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            if trained[k].ndim < 2:
                continue
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: the loss after each step -> test_overfit_small_data_steps
# cause: after each step
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
        losses.append(loss_fn(trained, X_small, y_small, 0.0)[0])
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: the last loss only -> test_overfit_small_data_steps
# cause: single number | has shape
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses[-1], accuracy

# %% wrong: returns the parameters it was given -> test_overfit_small_data_steps, test_overfit_small_data_keeps_params
# cause: did not move
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return params, losses, accuracy

# %% wrong: returns the losses first -> test_overfit_small_data_steps, test_overfit_small_data_accuracy, test_overfit_small_data_keeps_params
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    p = {name: value.copy() for name, value in params.items()}
    losses = []
    for _ in range(num_steps):
        loss, grads = loss_fn(p, X[:num_examples], y[:num_examples], 0.0)
        losses.append(loss)
        for name in p:
            p[name] -= learning_rate * grads[name]
    accuracy = np.mean(loss_fn(p, X[:num_examples]).argmax(axis=1) == y[:num_examples])
    return losses, p, accuracy

# %% wrong: normalized gradients -> test_overfit_small_data_steps
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k] / np.linalg.norm(grads[k])
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: all the examples -> test_overfit_small_data_few
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X
    y_small = y
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: twenty examples whatever was asked for -> test_overfit_small_data_few
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:20]
    y_small = y[:20]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: the last examples -> test_overfit_small_data_few
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[-num_examples:]
    y_small = y[-num_examples:]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: random examples -> test_overfit_small_data_few
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    chosen = np.random.default_rng(0).permutation(len(X))[:num_examples]
    X_small = X[chosen]
    y_small = y[chosen]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: batches of ten of them -> test_overfit_small_data_few
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small[:10], y_small[:10], 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: with regularization -> test_overfit_small_data_few
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 1e-3)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: other labels than examples -> test_overfit_small_data_few
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[-num_examples:]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: accuracy in percent -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = 100 * np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: number of right answers -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.sum(pred == y_small)
    return trained, losses, accuracy

# %% wrong: accuracy on all examples -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X), axis=1)
    accuracy = np.mean(pred == y)
    return trained, losses, accuracy

# %% wrong: accuracy before training -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(params, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: accuracy before the last step -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        scores = loss_fn(trained, X_small)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(scores, axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: the best accuracy on the way -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    best = 0.0
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        best = max(best, np.mean(np.argmax(loss_fn(trained, X_small), axis=1) == y_small))
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, max(best, accuracy)

# %% wrong: the rate of errors -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred != y_small)
    return trained, losses, accuracy

# %% wrong: always 1 -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = 1.0
    return trained, losses, accuracy

# %% wrong: argmax over the wrong axis -> test_overfit_small_data_accuracy
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=0)
    accuracy = np.mean(pred == y_small[:len(pred)])
    return trained, losses, accuracy

# %% wrong: works on the dict that it was given -> test_overfit_small_data_keeps_params
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = params
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: a shallow copy, changed in place -> test_overfit_small_data_keeps_params
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    trained = dict(params)
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] -= learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% wrong: shuffles the labels it was given -> test_overfit_small_data_keeps_params
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X_small = X[:num_examples]
    y_small = y[:num_examples]
    y[num_examples:] = 0
    trained = {k: v.copy() for k, v in params.items()}
    losses = []
    for step in range(num_steps):
        loss, grads = loss_fn(trained, X_small, y_small, 0.0)
        losses.append(loss)
        for k in trained:
            trained[k] = trained[k] - learning_rate * grads[k]
    pred = np.argmax(loss_fn(trained, X_small), axis=1)
    accuracy = np.mean(pred == y_small)
    return trained, losses, accuracy

# %% right: copies, changed in place
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    X, y = X[0:num_examples], y[0:num_examples]
    current = {name: np.array(value, copy=True) for name, value in params.items()}
    history = np.zeros(num_steps)
    for i in range(num_steps):
        history[i], gradients = loss_fn(current, X, y, 0.0)
        for name in gradients:
            current[name] -= learning_rate * gradients[name]
    right = loss_fn(current, X).argmax(axis=1) == y
    return current, history, right.mean()

# %% right: reg left at its default
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    few = np.arange(num_examples)
    trained, losses = params, []
    while len(losses) < num_steps:
        loss, grads = loss_fn(trained, X[few], y[few])
        losses.append(loss)
        trained = {k: trained[k] - learning_rate * grads[k] for k in grads}
    labels = [int(np.argmax(s)) for s in loss_fn(trained, X[few])]
    return trained, losses, sum(a == b for a, b in zip(labels, y[few])) / num_examples

# %% right: accuracy watched on the way
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    x_few, y_few = X[:num_examples].copy(), y[:num_examples].copy()

    def accuracy(p):
        return float((np.argmax(loss_fn(p, x_few), axis=1) == y_few).mean())

    p, losses, accuracies = dict(params), [], [accuracy(params)]
    for _ in range(num_steps):
        value, slope = loss_fn(p, x_few, y_few, reg=0.0)
        losses += [float(value)]
        p = {k: v - learning_rate * slope[k] for k, v in p.items()}
        accuracies.append(accuracy(p))
    return p, losses, accuracies[-1]
