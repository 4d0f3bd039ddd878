# %% wrong: all examples vote, also those of the fold -> test_cross_validate_k_no_leak, test_cross_validate_k_values
def cross_validate_k(X, y, k_choices, num_folds=5):
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        dists = compute_distances_no_loops(X, X_folds[f])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y, k) == y_folds[f]))
    return results


# %% wrong: the fold votes on itself alone -> test_cross_validate_k_no_leak, test_cross_validate_k_values
def cross_validate_k(X, y, k_choices, num_folds=5):
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        dists = compute_distances_no_loops(X_folds[f], X_folds[f])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y_folds[f], k) == y_folds[f]))
    return results


# %% wrong: a slice that forgets to skip the fold in all but the first run -> test_cross_validate_k_no_leak
def cross_validate_k(X, y, k_choices, num_folds=5):
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        X_others, y_others = np.concatenate(X_folds[1:]), np.concatenate(y_folds[1:])
        dists = compute_distances_no_loops(X_others, X_folds[f])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y_others, k) == y_folds[f]))
    return results


# %% wrong: slice off by one, so the fold's last example stays in training -> test_cross_validate_k_no_leak
def cross_validate_k(X, y, k_choices, num_folds=5):
    bounds = np.cumsum([0] + [len(part) for part in np.array_split(y, num_folds)])
    results = {k: [] for k in k_choices}
    for start, end in zip(bounds[:-1], bounds[1:]):
        X_others = np.concatenate([X[:start], X[end - 1 :]])
        y_others = np.concatenate([y[:start], y[end - 1 :]])
        dists = compute_distances_no_loops(X_others, X[start:end])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y_others, k) == y[start:end]))
    return results


# %% wrong: drops the examples that are left over -> test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    size = len(X) // num_folds
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        fold = np.arange(f * size, (f + 1) * size)
        others = np.setdiff1d(np.arange(num_folds * size), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[others], k) == y[fold]))
    return results


# %% wrong: gives all left-over examples to the last fold -> test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    size = len(X) // num_folds
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        fold = np.arange(f * size, len(X) if f == num_folds - 1 else (f + 1) * size)
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[others], k) == y[fold]))
    return results


# %% wrong: np.split, which refuses folds of different sizes -> test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    X_folds, y_folds = np.split(X, num_folds), np.split(y, num_folds)
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        X_others = np.concatenate(X_folds[:f] + X_folds[f + 1 :])
        y_others = np.concatenate(y_folds[:f] + y_folds[f + 1 :])
        dists = compute_distances_no_loops(X_others, X_folds[f])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y_others, k) == y_folds[f]))
    return results


# %% wrong: shuffles before it splits -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    order = np.random.default_rng(0).permutation(len(X))
    results = {k: [] for k in k_choices}
    for fold in np.array_split(order, num_folds):
        others = np.setdiff1d(order, fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[others], k) == y[fold]))
    return results


# %% wrong: deals the examples out in turn -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        held_out = np.arange(len(X)) % num_folds == f
        dists = compute_distances_no_loops(X[~held_out], X[held_out])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[~held_out], k) == y[held_out]))
    return results


# %% wrong: returns the mean over the folds -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds, test_cross_validate_k_no_leak
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(len(X)), num_folds):
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[others], k) == y[fold]))
    return {k: np.mean(accuracies) for k, accuracies in results.items()}


# %% wrong: counts the right predictions, no fraction -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(len(X)), num_folds):
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.sum(predict_labels(dists, y[others], k) == y[fold]))
    return results


# %% wrong: divides by the size of the first fold, or of all -> test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {k: [] for k in k_choices}
    folds = np.array_split(np.arange(len(X)), num_folds)
    for fold in folds:
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.sum(predict_labels(dists, y[others], k) == y[fold]) / len(folds[0]))
    return results


# %% wrong: forgets to pass k on -> test_cross_validate_k_values
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(len(X)), num_folds):
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[others]) == y[fold]))
    return results


# %% wrong: trains on the fold and validates on the others -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(len(X)), num_folds):
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[fold], X[others])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[fold], k) == y[others]))
    return results


# %% wrong: trains on the next fold only -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds
def cross_validate_k(X, y, k_choices, num_folds=5):
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    results = {k: [] for k in k_choices}
    for f in range(num_folds):
        other = (f + 1) % num_folds
        dists = compute_distances_no_loops(X_folds[other], X_folds[f])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y_folds[other], k) == y_folds[f]))
    return results


# %% wrong: starts a new list for every fold -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds, test_cross_validate_k_no_leak
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {}
    for fold in np.array_split(np.arange(len(X)), num_folds):
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k] = []
            results[k].append(np.mean(predict_labels(dists, y[others], k) == y[fold]))
    return results


# %% wrong: returns a list of lists for a dictionary -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds, test_cross_validate_k_no_leak
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = []
    for k in k_choices:
        accuracies = []
        for fold in np.array_split(np.arange(len(X)), num_folds):
            others = np.setdiff1d(np.arange(len(X)), fold)
            dists = compute_distances_no_loops(X[others], X[fold])
            accuracies.append(np.mean(predict_labels(dists, y[others], k) == y[fold]))
        results.append(accuracies)
    return results


# %% wrong: forgets to return the results -> test_cross_validate_k_values, test_cross_validate_k_uneven_folds, test_cross_validate_k_no_leak
def cross_validate_k(X, y, k_choices, num_folds=5):
    results = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(len(X)), num_folds):
        others = np.setdiff1d(np.arange(len(X)), fold)
        dists = compute_distances_no_loops(X[others], X[fold])
        for k in k_choices:
            results[k].append(np.mean(predict_labels(dists, y[others], k) == y[fold]))


# %% right: lists of folds concatenated, k in the outer loop
def cross_validate_k(X, y, k_choices, num_folds=5):
    X_folds = np.array_split(X, num_folds)
    y_folds = np.array_split(y, num_folds)
    k_to_accuracies = {}
    for k in k_choices:
        k_to_accuracies[k] = []
        for i in range(num_folds):
            X_tr = np.vstack(X_folds[:i] + X_folds[i + 1 :])
            y_tr = np.hstack(y_folds[:i] + y_folds[i + 1 :])
            dists = compute_distances_no_loops(X_tr, X_folds[i])
            y_val = predict_labels(dists, y_tr, k=k)
            num_correct = np.sum(y_val == y_folds[i])
            k_to_accuracies[k].append(float(num_correct) / len(y_folds[i]))
    return k_to_accuracies


# %% right: boolean masks and arrays of accuracies
def cross_validate_k(X, y, k_choices, num_folds=5):
    N = X.shape[0]
    fold_of = np.concatenate([np.full(len(part), f) for f, part in enumerate(np.array_split(np.arange(N), num_folds))])
    results = {int(k): np.zeros(num_folds) for k in k_choices}
    for f in range(num_folds):
        mask = fold_of == f
        dists = compute_distances_no_loops(X[~mask], X[mask])
        for k in results:
            results[k][f] = (predict_labels(dists, y[~mask], k) == y[mask]).mean()
    return results


# %% right: all distances computed once, the columns of the other folds selected
def cross_validate_k(X, y, k_choices, num_folds=5):
    N = len(X)
    everything = np.sqrt(((X[:, None] - X[None]) ** 2).sum(-1))
    results = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(N), num_folds):
        others = np.delete(np.arange(N), fold)
        for k in k_choices:
            predicted = predict_labels(everything[np.ix_(fold, others)], y[others], k)
            results[k].append(float(np.mean(predicted == y[fold])))
    return results


# %% right: needs none of the earlier functions
def cross_validate_k(X, y, k_choices, num_folds=5):
    sizes = [len(X) // num_folds + (f < len(X) % num_folds) for f in range(num_folds)]
    results, start = {k: [] for k in k_choices}, 0
    for size in sizes:
        stop = start + size
        X_rest, y_rest = np.delete(X, slice(start, stop), axis=0), np.delete(y, slice(start, stop))
        right = dict.fromkeys(k_choices, 0)
        for x, label in zip(X[start:stop], y[start:stop]):
            order = np.argsort(np.linalg.norm(X_rest - x, axis=1))
            for k in k_choices:
                right[k] += np.bincount(y_rest[order[:k]]).argmax() == label
        for k in k_choices:
            results[k].append(right[k] / size)
        start = stop
    return results

# %% right: arrays as values and np.delete
def cross_validate_k(X, y, k_choices, num_folds=5):
    parts = np.array_split(np.arange(X.shape[0]), num_folds)
    A = np.zeros((len(k_choices), num_folds))
    for f, part in enumerate(parts):
        d = compute_distances_no_loops(np.delete(X, part, axis=0), X[part])
        for r, k in enumerate(k_choices):
            A[r, f] = np.mean(np.equal(predict_labels(d, np.delete(y, part), k), y[part]))
    return {k: A[r] for r, k in enumerate(k_choices)}

# %% wrong: no accuracy at all -> test_cross_validate_k_no_leak
def cross_validate_k(X, y, k_choices, num_folds=5):
    return {k: [0.0] * num_folds for k in k_choices}
