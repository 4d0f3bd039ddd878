# %% wrong: forgets the square root -> test_compute_distances_one_loop_values
# cause: square root forgotten
def compute_distances_one_loop(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sum((X_train.astype(float) - X_test[i]) ** 2, axis=1)
    return dists


# %% wrong: subtracts uint8 pixels, which wrap around -> test_compute_distances_one_loop_integers
# cause: convert to float before
def compute_distances_one_loop(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i, :] = np.sqrt(np.sum((X_train - X_test[i]) ** 2, axis=1))
    return dists


# %% wrong: takes np.linalg.norm of wrapped uint8 differences -> test_compute_distances_one_loop_integers
# cause: convert to float before
def compute_distances_one_loop(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i, :] = np.linalg.norm(X_train - X_test[i], axis=1)
    return dists


# %% wrong: sums along axis 0 -> test_compute_distances_one_loop_values
def compute_distances_one_loop(X_train, X_test):
    X_train = X_train.astype(float)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sqrt(np.sum((X_train - X_test[i]) ** 2, axis=0))
    return dists


# %% wrong: sums over everything, one number per row -> test_compute_distances_one_loop_values, test_compute_distances_one_loop_loops
# cause: wrong axis
def compute_distances_one_loop(X_train, X_test):
    X_train = X_train.astype(float)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sqrt(np.sum((X_train - X_test[i]) ** 2))
    return dists


# %% wrong: hides the second loop in a list comprehension -> test_compute_distances_one_loop_loops
def compute_distances_one_loop(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = [np.sqrt(np.sum((X_test[i].astype(float) - x) ** 2)) for x in X_train]
    return dists


# %% wrong: calls the function with two loops -> test_compute_distances_one_loop_loops
def compute_distances_one_loop(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = compute_distances_two_loops(X_train, X_test[i : i + 1])
    return dists


# %% wrong: hides the second loop in apply_along_axis -> test_compute_distances_one_loop_loops
def compute_distances_one_loop(X_train, X_test):
    X_train = X_train.astype(float)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.apply_along_axis(lambda x: np.sqrt(np.sum((x - X_test[i]) ** 2)), 1, X_train)
    return dists


# %% wrong: returns one row per training example -> test_compute_distances_one_loop_values, test_compute_distances_one_loop_loops
# cause: transposed
def compute_distances_one_loop(X_train, X_test):
    X_test = X_test.astype(float)
    dists = np.zeros((X_train.shape[0], X_test.shape[0]))
    for j in range(X_train.shape[0]):
        dists[j] = np.sqrt(np.sum((X_test - X_train[j]) ** 2, axis=1))
    return dists


# %% wrong: takes the root of each square before the sum -> test_compute_distances_one_loop_values
# cause: without being squared
def compute_distances_one_loop(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        dists[i] = np.sum(np.sqrt((X_train.astype(float) - X_test[i]) ** 2), axis=1)
    return dists


# %% wrong: overwrites the result in every round -> test_compute_distances_one_loop_values, test_compute_distances_one_loop_loops
# cause: an axis is missing
def compute_distances_one_loop(X_train, X_test):
    for i in range(X_test.shape[0]):
        dists = np.sqrt(np.sum((X_train.astype(float) - X_test[i]) ** 2, axis=1))
    return dists


# %% wrong: fills the last row only because the loop variable is off by one -> test_compute_distances_one_loop_values
# cause: except row 0, which is 0 | all others are 0
def compute_distances_one_loop(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(1, X_test.shape[0]):
        dists[i] = np.sqrt(np.sum((X_train.astype(float) - X_test[i]) ** 2, axis=1))
    return dists


# %% right: np.linalg.norm along an axis
def compute_distances_one_loop(X_train, X_test):
    num_test, num_train = len(X_test), len(X_train)
    dists = np.zeros((num_test, num_train))
    X_train = X_train.astype(float)
    for i in range(num_test):
        dists[i, :] = np.linalg.norm(X_train - X_test[i, :].astype(float), axis=1)
    return dists


# %% right: einsum, rows collected in a list
def compute_distances_one_loop(X_train, X_test):
    rows = []
    for t in X_test.astype(np.float64):
        diff = X_train - t
        rows.append(np.sqrt(np.einsum("nd,nd->n", diff, diff)))
    return np.stack(rows)


# %% right: loops over the training examples and fills columns
def compute_distances_one_loop(X_train, X_test):
    X_test = np.array(X_test, dtype=float)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for j in range(X_train.shape[0]):
        dists[:, j] = np.sqrt(((X_test - X_train[j]) ** 2).sum(axis=1))
    return dists


# %% right: one list comprehension and a while-free helper
def row_of_distances(train, example):
    return ((train - example) ** 2).sum(-1) ** 0.5


def compute_distances_one_loop(X_train, X_test):
    train = X_train + 0.0
    return np.array([row_of_distances(train, example) for example in X_test])


# %% right: float32 inside, in-place steps on a buffer of its own
def compute_distances_one_loop(X_train, X_test):
    X_train, X_test = X_train.astype(np.float32), X_test.astype(np.float32)
    dists = np.empty((X_test.shape[0], X_train.shape[0]), np.float32)
    buffer = np.empty_like(X_train)
    for i in range(X_test.shape[0]):
        np.subtract(X_train, X_test[i], out=buffer)
        buffer *= buffer
        buffer.sum(axis=1, out=dists[i])
    return np.sqrt(dists, out=dists)

# %% wrong: two loops, looked up by name -> test_compute_distances_one_loop_loops
# cause: Python executes
def compute_distances_one_loop(X_train, X_test):
    return globals()["compute_distances_" + "two_loops"](X_train, X_test)
