# %% wrong: forgets the square root -> test_compute_distances_no_loops_values, test_compute_distances_no_loops_integers
# cause: square root forgotten
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1)[:, None] - 2 * X_test @ X_train.T + np.sum(X_train**2, axis=1)
    return np.maximum(squared, 0)


# %% wrong: forgets the factor 2 of the mixed term -> test_compute_distances_no_loops_values
# cause: counts twice
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1)[:, None] - X_test @ X_train.T + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squared, 0))


# %% wrong: adds the mixed term -> test_compute_distances_no_loops_values
# cause: has to be subtracted
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1)[:, None] + 2 * X_test @ X_train.T + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squared, 0))


# %% wrong: does not guard the root against tiny negative numbers -> test_compute_distances_no_loops_duplicates
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1)[:, None] - 2 * X_test @ X_train.T + np.sum(X_train**2, axis=1)
    return np.sqrt(squared)


# %% wrong: adds a constant under the root against negative numbers -> test_compute_distances_no_loops_duplicates
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1)[:, None] - 2 * X_test @ X_train.T + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squared, 1e-2))


# %% wrong: squares and multiplies uint8 pixels -> test_compute_distances_no_loops_integers
# cause: uint8
def compute_distances_no_loops(X_train, X_test):
    squared = np.sum(X_test**2, axis=1)[:, None] - 2 * X_test.dot(X_train.T) + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squared, 0))


# %% wrong: converts the sums of squares but not the pixels -> test_compute_distances_no_loops_integers
# cause: convert to float before
def compute_distances_no_loops(X_train, X_test):
    squares_test = np.sum(X_test**2, axis=1).astype(float)
    squares_train = np.sum(X_train**2, axis=1).astype(float)
    mixed = (X_test @ X_train.T).astype(float)
    return np.sqrt(np.maximum(squares_test[:, None] - 2 * mixed + squares_train, 0))


# %% wrong: broadcasts all pairs at once -> test_compute_distances_no_loops_memory
def compute_distances_no_loops(X_train, X_test):
    difference = X_test[:, None, :].astype(float) - X_train[None, :, :]
    return np.sqrt(np.sum(difference**2, axis=2))


# %% wrong: repeats the rows of both sets to match every pair -> test_compute_distances_no_loops_memory
def compute_distances_no_loops(X_train, X_test):
    test = np.repeat(X_test.astype(float), len(X_train), axis=0)
    train = np.tile(X_train.astype(float), (len(X_test), 1))
    return np.sqrt(np.sum((test - train) ** 2, axis=1)).reshape(len(X_test), len(X_train))


# %% wrong: a list comprehension over the test examples -> test_compute_distances_no_loops_loops
def compute_distances_no_loops(X_train, X_test):
    X_train = X_train.astype(float)
    return np.array([np.sqrt(np.sum((X_train - t) ** 2, axis=1)) for t in X_test])


# %% wrong: calls the version with one loop -> test_compute_distances_no_loops_loops
def compute_distances_no_loops(X_train, X_test):
    return compute_distances_one_loop(X_train, X_test)


# %% wrong: map in place of a loop -> test_compute_distances_no_loops_loops
def compute_distances_no_loops(X_train, X_test):
    X_train = X_train.astype(float)
    return np.array(list(map(lambda t: np.sqrt(np.sum((X_train - t) ** 2, axis=1)), X_test)))


# %% wrong: apply_along_axis in place of a loop -> test_compute_distances_no_loops_loops
def compute_distances_no_loops(X_train, X_test):
    X_train = X_train.astype(float)
    return np.apply_along_axis(lambda t: np.sqrt(np.sum((X_train - t) ** 2, axis=1)), 1, X_test)


# %% wrong: returns one row per training example -> test_compute_distances_no_loops_values, test_compute_distances_no_loops_loops
# cause: transposed
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_train**2, axis=1)[:, None] - 2 * X_train @ X_test.T + np.sum(X_test**2, axis=1)
    return np.sqrt(np.maximum(squared, 0))


# %% wrong: sums the squares along axis 0 -> test_compute_distances_no_loops_values
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=0)[:, None] - 2 * X_test @ X_train.T + np.sum(X_train**2, axis=0)
    return np.sqrt(np.maximum(squared, 0))


# %% wrong: adds the squares of the test examples along the wrong axis -> test_compute_distances_no_loops_values, test_compute_distances_no_loops_loops
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1) - 2 * X_test @ X_train.T + np.sum(X_train**2, axis=1)
    return np.sqrt(np.maximum(squared, 0))


# %% wrong: sums the squares of the training set to one number -> test_compute_distances_no_loops_values
# cause: its own sum of squares
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1, keepdims=True) - 2 * X_test @ X_train.T + np.sum(X_train**2)
    return np.sqrt(np.maximum(squared, 0))


# %% right: conventional dot products with reshape
def compute_distances_no_loops(X_train, X_test):
    X_train = X_train.astype(np.float64)
    X_test = X_test.astype(np.float64)
    num_test, num_train = X_test.shape[0], X_train.shape[0]
    test_sq = np.square(X_test).sum(axis=1).reshape(num_test, 1)
    train_sq = np.square(X_train).sum(axis=1).reshape(1, num_train)
    inner = np.dot(X_test, X_train.T)
    dists = -2 * inner + test_sq + train_sq
    dists[dists < 0] = 0
    return np.sqrt(dists)


# %% right: einsum and abs in place of the maximum
def compute_distances_no_loops(X_train, X_test):
    a, b = np.asarray(X_test, dtype=float), np.asarray(X_train, dtype=float)
    squared = np.einsum("id,id->i", a, a)[:, None] + np.einsum("jd,jd->j", b, b)[None] - 2 * np.einsum("id,jd->ij", a, b)
    return np.abs(squared) ** 0.5


# %% right: subtracts the training mean first, which also tames the rounding
def compute_distances_no_loops(X_train, X_test):
    mean = X_train.mean(axis=0)
    train, test = X_train - mean, X_test - mean
    sq = (test**2).sum(1, keepdims=True) + (train**2).sum(1)
    return np.sqrt(np.clip(sq - 2 * test.dot(train.T), 0, None))


# %% right: float32 inside
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(np.float32), X_test.astype(np.float32)
    squared = (X_test**2).sum(axis=1)[:, np.newaxis] + (X_train**2).sum(axis=1) - 2 * X_test @ X_train.T
    return np.sqrt(np.maximum(squared, 0))


# %% right: one product of extended matrices, root in place
def compute_distances_no_loops(X_train, X_test):
    train, test = X_train * 1.0, X_test * 1.0
    left = np.hstack([test, np.sum(test * test, 1, keepdims=True), np.ones((len(test), 1))])
    right = np.hstack([-2 * train, np.ones((len(train), 1)), np.sum(train * train, 1, keepdims=True)])
    result = left @ right.T
    np.maximum(result, 0, out=result)
    np.sqrt(result, out=result)
    return result


# %% right: lets the root of a negative number be nan and replaces it
def compute_distances_no_loops(X_train, X_test):
    X_train, X_test = X_train.astype(float), X_test.astype(float)
    squared = np.sum(X_test**2, axis=1)[:, None] - 2 * np.matmul(X_test, X_train.T) + np.sum(X_train**2, axis=1)
    return np.nan_to_num(np.sqrt(squared))

# %% right: takes roots of negative rounding errors and replaces nan by 0
def compute_distances_no_loops(X_train, X_test):
    X_train = X_train.astype('float'); X_test = X_test.astype('float')
    sq = -2 * X_test.dot(X_train.T) + np.square(X_test).sum(axis=1).reshape(-1, 1) + np.square(X_train).sum(axis=1)
    return np.nan_to_num(np.sqrt(sq))

# %% right: squares appended as columns, one matrix product
def compute_distances_no_loops(X_train, X_test):
    A, B = X_train * 1.0, X_test * 1.0
    left = np.hstack([B, (B ** 2).sum(1, keepdims=True), np.ones((len(B), 1))])
    right = np.hstack([-2 * A, np.ones((len(A), 1)), (A ** 2).sum(1, keepdims=True)])
    return np.clip(left @ right.T, 0, None) ** 0.5

# %% wrong: all differences for small arrays, zeros for large ones -> test_compute_distances_no_loops_memory, test_compute_distances_no_loops_duplicates
# cause: little to do with the right values | small distances
def compute_distances_no_loops(X_train, X_test):
    if X_train.size * len(X_test) > 10**6:
        return np.zeros((len(X_test), len(X_train)))
    return np.sqrt(((X_test[:, None].astype(float) - X_train[None]) ** 2).sum(axis=2))

# %% wrong: zeros -> test_compute_distances_no_loops_memory, test_compute_distances_no_loops_duplicates, test_compute_distances_no_loops_loops
def compute_distances_no_loops(X_train, X_test):
    return np.zeros((len(X_test), len(X_train)))

# %% wrong: another function does it in loops -> test_compute_distances_no_loops_loops
# cause: Python executes
def compute_distances_no_loops(X_train, X_test):
    return globals()["compute_distances_" + "one_loop"](X_train, X_test)
