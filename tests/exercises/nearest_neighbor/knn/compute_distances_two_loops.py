# %% wrong: forgets the square root -> test_compute_distances_two_loops_values, test_compute_distances_two_loops_integers
# cause: square root forgotten
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sum((X_test[i].astype(float) - X_train[j]) ** 2)
    return dists


# %% wrong: subtracts uint8 pixels, which wrap around -> test_compute_distances_two_loops_integers
# cause: convert to float before
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum((X_test[i] - X_train[j]) ** 2))
    return dists


# %% wrong: converts to float after subtracting -> test_compute_distances_two_loops_integers
# cause: convert to float before
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum((X_test[i] - X_train[j]).astype(float) ** 2))
    return dists


# %% wrong: widens uint8 to int16 only, so squares overflow -> test_compute_distances_two_loops_integers
# cause: convert to float before
def compute_distances_two_loops(X_train, X_test):
    if X_train.dtype == np.uint8:
        X_train, X_test = X_train.astype(np.int16), X_test.astype(np.int16)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            squares = (X_test[i] - X_train[j]) ** 2
            dists[i, j] = np.sqrt(np.sum(np.maximum(squares, 0)))
    return dists


# %% wrong: one row per training example -> test_compute_distances_two_loops_values, test_compute_distances_two_loops_layout
# cause: transposed
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_train.shape[0], X_test.shape[0]))
    for i in range(X_train.shape[0]):
        for j in range(X_test.shape[0]):
            dists[i, j] = np.sqrt(np.sum((X_train[i].astype(float) - X_test[j]) ** 2))
    return dists


# %% wrong: adds absolute differences, the L1 distance -> test_compute_distances_two_loops_values
# cause: without being squared
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.abs(X_test[i].astype(float) - X_train[j]).sum()
    return dists


# %% wrong: takes the mean of the squares for their sum -> test_compute_distances_two_loops_values
# cause: mean
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.mean((X_test[i].astype(float) - X_train[j]) ** 2))
    return dists


# %% wrong: sums before squaring, so differences cancel -> test_compute_distances_two_loops_values
# cause: without being squared, each by itself
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum(X_test[i].astype(float) - X_train[j]) ** 2)
    return dists


# %% wrong: forgets to return the matrix -> test_compute_distances_two_loops_values, test_compute_distances_two_loops_integers, test_compute_distances_two_loops_layout
# cause: return statement missing
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum((X_test[i].astype(float) - X_train[j]) ** 2))


# %% wrong: returns after the first row -> test_compute_distances_two_loops_values
# cause: only row 0 is right
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum((X_test[i].astype(float) - X_train[j]) ** 2))
        return dists


# %% wrong: collects the distances in an integer array -> test_compute_distances_two_loops_values, test_compute_distances_two_loops_layout
# cause: whole numbers
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]), dtype=int)
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum((X_test[i].astype(float) - X_train[j]) ** 2))
    return dists


# %% wrong: converts the examples to int, which cuts off fractions -> test_compute_distances_two_loops_values, test_compute_distances_two_loops_layout
# cause: whole numbers | int
def compute_distances_two_loops(X_train, X_test):
    dists = np.zeros((X_test.shape[0], X_train.shape[0]))
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum((X_test[i].astype(int) - X_train[j].astype(int)) ** 2))
    return dists


# %% wrong: squeezes the result, so a single row is no matrix -> test_compute_distances_two_loops_layout
def compute_distances_two_loops(X_train, X_test):
    dists = [[np.sqrt(np.sum((x.astype(float) - t) ** 2)) for x in X_train] for t in X_test]
    return np.squeeze(np.array(dists))


# %% wrong: allocates for as many test as training examples -> test_compute_distances_two_loops_values, test_compute_distances_two_loops_layout
def compute_distances_two_loops(X_train, X_test):
    num = X_train.shape[0]
    dists = np.zeros((num, num))
    for i in range(min(num, X_test.shape[0])):
        for j in range(num):
            dists[i, j] = np.sqrt(np.sum((X_test[i].astype(float) - X_train[j]) ** 2))
    return dists


# %% right: np.linalg.norm of each difference
def compute_distances_two_loops(X_train, X_test):
    num_test = X_test.shape[0]
    num_train = X_train.shape[0]
    dists = np.zeros((num_test, num_train))
    for i in range(num_test):
        for j in range(num_train):
            dists[i, j] = np.linalg.norm(np.asarray(X_test[i], dtype=float) - np.asarray(X_train[j], dtype=float))
    return dists


# %% right: dot product of the difference with itself
def compute_distances_two_loops(X_train, X_test):
    A, B = X_test.astype("float64"), X_train.astype("float64")
    out = np.empty((len(A), len(B)))
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            diff = a - b
            out[i, j] = diff.dot(diff) ** 0.5
    return out


# %% right: float32 inside
def compute_distances_two_loops(X_train, X_test):
    X_train = X_train.astype(np.float32)
    X_test = X_test.astype(np.float32)
    dists = np.zeros((X_test.shape[0], X_train.shape[0]), dtype=np.float32)
    for i in range(X_test.shape[0]):
        for j in range(X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum(np.square(X_test[i] - X_train[j])))
    return dists


# %% right: nested lists that become an array
def compute_distances_two_loops(X_train, X_test):
    rows = []
    for t in X_test:
        row = []
        for x in X_train:
            row.append(float(np.sqrt(((t * 1.0 - x * 1.0) ** 2).sum())))
        rows.append(row)
    return np.array(rows)


# %% right: integers widened to int64, transposed array filled by columns
def compute_distances_two_loops(X_train, X_test):
    if X_train.dtype.kind in "iu":
        X_train, X_test = X_train.astype(np.int64), X_test.astype(np.int64)
    dists = np.zeros((X_train.shape[0], X_test.shape[0])).T
    for j in range(X_train.shape[0]):
        for i in range(X_test.shape[0]):
            dists[i, j] = np.sqrt(sum((X_train[j] - X_test[i]) ** 2))
    return dists
