# %% wrong: forgets the absolute value -> test_compute_l1_distances_values, test_compute_l1_distances_integers
# cause: absolute value of each difference | absolute value has to be taken of each
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sum(X_train.astype(float) - X_test[i], axis=1)
    return dists


# %% wrong: takes the absolute value of the sum -> test_compute_l1_distances_values, test_compute_l1_distances_integers
# cause: absolute value of each difference | absolute value has to be taken of each
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.abs(np.sum(X_train.astype(float) - X_test[i], axis=1))
    return dists


# %% wrong: subtracts uint8 pixels, which wrap around -> test_compute_l1_distances_integers
# cause: wrap
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sum(np.abs(X_train - X_test[i]), axis=1)
    return dists


# %% wrong: converts uint8 to int8, where bright pixels are negative -> test_compute_l1_distances_integers
# cause: wrap | int8
def compute_l1_distances(X_train, X_test):
    if X_train.dtype == np.uint8:
        X_train, X_test = X_train.astype(np.int8), X_test.astype(np.int8)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sum(np.abs(X_train - X_test[i]), axis=1, dtype=np.float64)
    return dists


# %% wrong: computes the L2 distance -> test_compute_l1_distances_values
# cause: L2 distance
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sqrt(np.sum((X_train.astype(float) - X_test[i]) ** 2, axis=1))
    return dists


# %% wrong: takes the mean for the sum -> test_compute_l1_distances_values, test_compute_l1_distances_integers
# cause: it is the mean
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.mean(np.abs(X_train.astype(float) - X_test[i]), axis=1)
    return dists


# %% wrong: two nested loops -> test_compute_l1_distances_loops_and_memory
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sum(np.abs(X_train[j].astype(float) - X_test[i]))
    return dists


# %% wrong: broadcasts all pairs at once -> test_compute_l1_distances_loops_and_memory
def compute_l1_distances(X_train, X_test):
    return np.abs(X_test[:, None, :].astype(float) - X_train[None, :, :].astype(float)).sum(axis=2)


# %% wrong: difference of the sums of each image -> test_compute_l1_distances_values, test_compute_l1_distances_integers
# cause: absolute value of each difference | absolute value has to be taken of each
def compute_l1_distances(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    return np.abs(X_test.sum(axis=1)[:, None] - X_train.sum(axis=1))


# %% wrong: returns one row per training example -> test_compute_l1_distances_values, test_compute_l1_distances_loops_and_memory
# cause: transposed
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_train.shape[0], X_test.shape[0]))
    for j in range(X_train.shape[0]):
        dists[j] = np.sum(np.abs(X_test.astype(float) - X_train[j]), axis=1)
    return dists


# %% wrong: takes the largest difference, the L-infinity distance -> test_compute_l1_distances_values, test_compute_l1_distances_integers
# cause: only the largest difference
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.max(np.abs(X_train.astype(float) - X_test[i]), axis=1)
    return dists


# %% wrong: converts the examples to int, which cuts off fractions -> test_compute_l1_distances_values
# cause: whole numbers
def compute_l1_distances(X_train, X_test):
    X_train, X_test = X_train.astype(int), X_test.astype(int)
    return np.array([np.abs(X_train - t).sum(axis=1) for t in X_test])


# %% right: np.linalg.norm with ord 1
def compute_l1_distances(X_train, X_test):
    train, test = X_train.astype(float), X_test.astype(float)
    return np.stack([np.linalg.norm(train - t, ord=1, axis=1) for t in test])


# %% right: loops over the numbers of an example, not over the examples
def compute_l1_distances(X_train, X_test):
    X_train, X_test = X_train.astype(np.float64), X_test.astype(np.float64)
    total = np.zeros((len(X_test), len(X_train)))
    for p in range(X_train.shape[1]):
        total += np.abs(X_test[:, p, None] - X_train[:, p])
    return total


# %% right: larger minus smaller, which even uint8 can hold
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i, t in enumerate(X_test):
        dists[i] = (np.maximum(X_train, t) - np.minimum(X_train, t)).sum(axis=1)
    return dists


# %% right: float32 inside, loops over the training examples
def compute_l1_distances(X_train, X_test):
    X_train, X_test = X_train.astype(np.float32), X_test.astype(np.float32)
    dists = np.empty((X_test.shape[0], X_train.shape[0]), dtype=np.float32)
    for j in range(X_train.shape[0]):
        dists[:, j] = np.absolute(X_test - X_train[j]).sum(1)
    return dists


# %% right: integers stay integers, of 64 bits
def compute_l1_distances(X_train, X_test):
    if np.issubdtype(X_train.dtype, np.integer):
        X_train, X_test = X_train.astype(np.int64), X_test.astype(np.int64)
    i, rows = 0, []
    while i < X_test.shape[0]:
        rows.append(np.abs(X_train - X_test[i]).sum(axis=1))
        i += 1
    return np.array(rows)

# %% wrong: two loops in a default argument, and zeros for large arrays -> test_compute_l1_distances_loops_and_memory
# cause: nested
def _by_pairs(X_train, X_test):
    return np.array([[np.abs(a.astype(float) - b).sum() for b in X_train] for a in X_test])
def compute_l1_distances(X_train, X_test, f=_by_pairs):
    return f(X_train, X_test) if X_train.size < 10**4 else np.zeros((len(X_test), len(X_train)))

# %% wrong: right for row 7 alone where arrays are large -> test_compute_l1_distances_loops_and_memory
def compute_l1_distances(X_train, X_test):
    dists = np.zeros((len(X_test), len(X_train)))
    for i in range(len(X_test)):
        if len(X_test) < 50 or i == 7:
            dists[i] = np.abs(X_train.astype(float) - X_test[i]).sum(axis=1)
    return dists
