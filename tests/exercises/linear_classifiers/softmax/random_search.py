# %% wrong: chooses by training accuracy -> test_random_search_best
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if train_acc > best_val:
            best_val = train_acc
            best_W = W
    return best_W, results

# %% wrong: returns the last classifier -> test_random_search_best
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return W, results

# %% wrong: keeps the first classifier -> test_random_search_best
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if best_W is None:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: compares with the previous one instead of the best -> test_random_search_best
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_W = W
        best_val = val_acc
    return best_W, results

# %% wrong: returns the best pair instead of the weights -> test_random_search_best
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = (lr, reg)
    return best_W, results

# %% wrong: trains the best pair again, drawing anew -> test_random_search_best
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = train(X_train, y_train, 10 ** rng.uniform(-6, -5), reg)
    return best_W, results

# %% wrong: keys the wrong way round -> test_random_search_results
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(reg, lr)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: accuracies the wrong way round -> test_random_search_results
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (val_acc, train_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: keys rounded for display -> test_random_search_results
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(round(lr, 3), round(reg, 3))] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: remembers the best pair only -> test_random_search_results
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
            results = {(lr, reg): (train_acc, val_acc)}
    return best_W, results

# %% wrong: compares labels and confidences in one go -> test_random_search_results
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val) == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: uniform on the ordinary scale -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = rng.uniform(learning_rate_range[0], learning_rate_range[1])
        reg = rng.uniform(reg_range[0], reg_range[1])
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: logarithmic for the learning rate only -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = rng.uniform(reg_range[0], reg_range[1])
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: natural logarithm but powers of ten -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log(learning_rate_range[0]), np.log(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log(reg_range[0]), np.log(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: whole powers of ten only -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10.0 ** rng.integers(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]) + 1)
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: a grid of evenly spaced exponents -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    side = int(np.ceil(np.sqrt(num_trials)))
    for trial in range(num_trials):
        lr = np.geomspace(*learning_rate_range, side)[trial % side]
        reg = np.geomspace(*reg_range, side)[trial // side]
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: the same draw for both -> test_random_search_independent
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        u = rng.uniform()
        lr = learning_rate_range[0] * (learning_rate_range[1] / learning_rate_range[0]) ** u
        reg = reg_range[0] * (reg_range[1] / reg_range[0]) ** u
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: weak regularization tied to high learning rates -> test_random_search_independent
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        u = rng.uniform()
        lr = learning_rate_range[0] * (learning_rate_range[1] / learning_rate_range[0]) ** u
        reg = reg_range[1] * (reg_range[0] / reg_range[1]) ** u
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: trains on the validation set -> test_random_search_training_data
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_val, y_val, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: trains on training and validation set together -> test_random_search_training_data
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(np.vstack([X_train, X_val]), np.hstack([y_train, y_val]), lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: draws from the global random state -> test_random_search_repeatable
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** np.random.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: a generator of its own -> test_random_search_repeatable
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    rng = np.random.default_rng(0)
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% wrong: seeds anew in every trial -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        rng = np.random.default_rng(42)
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% right: powers of ten
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {}
    best_val = -1
    best_W = None
    for trial in range(num_trials):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        W = train(X_train, y_train, lr, reg)
        train_acc = np.mean(predict_softmax(W, X_train)[0] == y_train)
        val_acc = np.mean(predict_softmax(W, X_val)[0] == y_val)
        results[(lr, reg)] = (train_acc, val_acc)
        if val_acc > best_val:
            best_val = val_acc
            best_W = W
    return best_W, results

# %% right: all pairs drawn beforehand, natural exponentials
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    low, high = np.log([learning_rate_range, reg_range]).T
    pairs = [tuple(row) for row in np.exp(low + (high - low) * rng.random((num_trials, 2))).tolist()]
    weights = [train(X_train, y_train, *pair) for pair in pairs]

    def accuracy(W, X, y):
        return np.count_nonzero((X @ W).argmax(1) == y) / len(y)

    accuracies = [(accuracy(W, X_train, y_train), accuracy(W, X_val, y_val)) for W in weights]
    best = int(np.argmax([val for _, val in accuracies]))
    return weights[best], dict(zip(pairs, accuracies))

# %% right: stratified exponents, shuffled for each hyperparameter
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    def draw(low, high):
        u = (rng.permutation(num_trials) + rng.random(num_trials)) / num_trials
        return low * (high / low) ** u

    results, best = {}, (-np.inf, None)
    for lr, reg in zip(draw(*learning_rate_range), draw(*reg_range)):
        W = train(X_train, y_train, float(lr), float(reg))
        scores = []
        for X, y in ((X_train, y_train), (X_val, y_val)):
            labels, _ = predict_softmax(W, X)
            scores.append(float((np.asarray(labels) == y).mean()))
        results[float(lr), float(reg)] = scores
        if scores[1] >= best[0]:
            best = scores[1], W
    return best[1], results

# %% right: np.exp of uniform logarithms, copies of the weights
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results, weights = dict(), dict()
    while len(results) < num_trials:
        key = tuple(np.exp(rng.uniform(np.log(r[0]), np.log(r[1]))) for r in (learning_rate_range, reg_range))
        weights[key] = np.copy(train(X_train, y_train, key[0], key[1]))
        results[key] = tuple(
            1 - np.mean(predict_softmax(weights[key], X)[0] != y) for X, y in ((X_train, y_train), (X_val, y_val))
        )
    best_key = sorted(results, key=lambda k: -results[k][1])[0]
    return weights[best_key], results

# %% right: stratified draws of both exponents
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    def strata(low, high):
        u = (rng.permutation(num_trials) + rng.random(num_trials)) / num_trials
        return low * (high / low) ** u
    best_W, best, res = None, -1.0, {}
    for l, r in zip(strata(*learning_rate_range), strata(*reg_range)):
        W = train(X_train, y_train, l, r)
        a, b = [float((np.argmax(A @ W, 1) == t).mean()) for A, t in ((X_train, y_train), (X_val, y_val))]
        res[(l, r)] = (a, b)
        if b > best: best_W, best = W, b
    return best_W, res

# %% wrong: ends of the range rounded to powers of ten -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    best_W, best, res = None, -1.0, {}
    for _ in range(num_trials):
        l, r = (10 ** rng.uniform(*np.round(np.log10(ends))) for ends in (learning_rate_range, reg_range))
        W = train(X_train, y_train, l, r)
        a, b = [float((np.argmax(A @ W, 1) == t).mean()) for A, t in ((X_train, y_train), (X_val, y_val))]
        res[(l, r)] = (a, b)
        if b > best: best_W, best = W, b
    return best_W, res

# %% wrong: a power of ten times a number from 1 to 10 -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    best_W, best, res = None, -1.0, {}
    for _ in range(num_trials):
        l, r = (rng.uniform(1, 10) * 10.0 ** rng.integers(*np.floor(np.log10(ends)).astype(int))
                for ends in (learning_rate_range, reg_range))
        W = train(X_train, y_train, l, r)
        a, b = [float((np.argmax(A @ W, 1) == t).mean()) for A, t in ((X_train, y_train), (X_val, y_val))]
        res[(l, r)] = (a, b)
        if b > best: best_W, best = W, b
    return best_W, res

# %% wrong: high end a decade short -> test_random_search_log_scale
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    best_W, best, res = None, -1.0, {}
    for _ in range(num_trials):
        l, r = (10 ** rng.uniform(np.log10(low), np.log10(high) - 1) for low, high in (learning_rate_range, reg_range))
        W = train(X_train, y_train, l, r)
        a, b = [float((np.argmax(A @ W, 1) == t).mean()) for A, t in ((X_train, y_train), (X_val, y_val))]
        res[(l, r)] = (a, b)
        if b > best: best_W, best = W, b
    return best_W, res
