# %% wrong: chooses by training accuracy -> test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if train_acc > best_val:
                best_val = train_acc
                best_W = W
    return best_W, results

# %% wrong: returns the last classifier -> test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return W, results

# %% wrong: keeps the first classifier -> test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if best_W is None:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: keeps the worst -> test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = 2
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc < best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: compares with the previous one instead of the best -> test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_W = W
            best_val = val_acc
    return best_W, results

# %% wrong: never updates the best accuracy -> test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_W = W
    return best_W, results

# %% wrong: returns the best pair instead of the weights -> test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = (lr, reg)
    return best_W, results

# %% wrong: returns the weights only -> test_search_hyperparameters_best, test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W

# %% wrong: computes both accuracies on the training set -> test_search_hyperparameters_results, test_search_hyperparameters_best
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_train) == y_train)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: keys the wrong way round -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(reg, lr)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: accuracies the wrong way round -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (val_acc, train_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: stores the validation accuracy only -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = val_acc
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: accuracies in percent -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (100 * train_acc, 100 * val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: counts right answers without dividing -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.sum(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: remembers the best pair only -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
                results = {(lr, reg): (train_acc, val_acc)}
    return best_W, results

# %% wrong: results by learning rate only -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[lr] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: stops at the first fall of validation accuracy -> test_search_hyperparameters_results
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
            else:
                break
    return best_W, results

# %% wrong: pairs the two lists instead of crossing them -> test_search_hyperparameters_results, test_search_hyperparameters_training_data
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in [regs[list(learning_rates).index(lr) % len(regs)]]:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: trains on the validation set -> test_search_hyperparameters_training_data
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_val, y_val, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: trains on training and validation set together -> test_search_hyperparameters_training_data
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val]), lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: swaps learning rate and regularization strength -> test_search_hyperparameters_training_data
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, reg, lr)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% wrong: trains on a small part of the training set -> test_search_hyperparameters_training_data
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train[:5], y_train[:5], lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% right: two loops
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {}
    best_val = -1
    best_W = None
    for lr in learning_rates:
        for reg in regs:
            W = train(X_train, y_train, lr, reg)
            train_acc = np.mean(predict_linear(W, X_train) == y_train)
            val_acc = np.mean(predict_linear(W, X_val) == y_val)
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_W = W
    return best_W, results

# %% right: itertools, all classifiers kept, best picked at the end
import itertools


def accuracy_of(W, X, y):
    return float(((X @ W).argmax(axis=1) == y).sum()) / len(y)


def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    classifiers = {pair: train(X_train, y_train, *pair) for pair in itertools.product(learning_rates, regs)}
    results = {pair: (accuracy_of(W, X_train, y_train), accuracy_of(W, X_val, y_val)) for pair, W in classifiers.items()}
    best = max(results, key=lambda pair: results[pair][1])
    return classifiers[best], results

# %% right: regs outside, lists as values, trains the best pair again
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results, best_pair = {}, None
    for reg in regs:
        for rate in learning_rates:
            W = train(X_train, y_train, rate, reg)
            hits = [predict_linear(W, X) == y for X, y in ((X_train, y_train), (X_val, y_val))]
            results[rate, reg] = [np.count_nonzero(h) / h.size for h in hits]
            if best_pair is None or results[rate, reg][1] > results[best_pair][1]:
                best_pair = rate, reg
    return train(X_train, y_train, *best_pair), results

# %% right: keeps copies, error rate instead of accuracy inside
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    lowest_error, best_W, results = np.inf, None, dict()
    for pair in [(lr, reg) for lr in learning_rates for reg in regs]:
        W = np.array(train(X_train, y_train, pair[0], pair[1]))
        error = np.mean(np.not_equal(predict_linear(W, X_val), y_val))
        results[pair] = (1 - np.mean(np.not_equal(predict_linear(W, X_train), y_train)), 1 - error)
        if error < lowest_error:
            lowest_error, best_W = error, W.copy()
    return best_W, results
