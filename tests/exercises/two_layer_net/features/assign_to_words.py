# %% wrong: forgets the length of the words -> test_assign_to_words_values
# cause: squared length of the word belongs
def assign_to_words(patches, codebook):
    return np.argmax(patches.dot(codebook.T), axis=1)

# %% wrong: the farthest word -> test_assign_to_words_values
# cause: farthest away
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T)
    return np.argmax(distances, axis=1)

# %% wrong: plus instead of minus the product -> test_assign_to_words_values
# cause: sign of the product
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) + 2 * patches.dot(codebook.T)
    return np.argmin(distances, axis=1)

# %% wrong: forgets the 2 before the product -> test_assign_to_words_values
# cause: 2 before the product
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - patches.dot(codebook.T)
    return np.argmin(distances, axis=1)

# %% wrong: the length of the words without the square -> test_assign_to_words_values
# cause: has to be squared
def assign_to_words(patches, codebook):
    distances = np.linalg.norm(codebook, axis=1) - 2 * patches.dot(codebook.T)
    return np.argmin(distances, axis=1)

# %% wrong: the cosine instead of the distance -> test_assign_to_words_values
# cause: smallest angle
def assign_to_words(patches, codebook):
    norms = np.linalg.norm(codebook, axis=1) + 1e-12
    return np.argmax(patches.dot(codebook.T) / norms, axis=1)

# %% wrong: for each word its nearest patch -> test_assign_to_words_values
# cause: not for each word
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T) + np.sum(patches**2, axis=1)[:, None]
    return np.argmin(distances, axis=0)

# %% wrong: returns the distances -> test_assign_to_words_values
# cause: nor the distances
def assign_to_words(patches, codebook):
    return np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T) + np.sum(patches**2, axis=1)[:, None]

# %% wrong: returns the words themselves instead of their numbers -> test_assign_to_words_values
# cause: neither the word itself
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T)
    return codebook[np.argmin(distances, axis=1)]

# %% wrong: no return -> test_assign_to_words_values
# cause: forget `return`
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T)
    words = np.argmin(distances, axis=1)

# %% wrong: the sum of the absolute differences -> test_assign_to_words_values
# cause: L1
def assign_to_words(patches, codebook):
    return np.abs(patches[:, None] - codebook).sum(axis=2).argmin(axis=1)

# %% wrong: the last of equally near words -> test_assign_to_words_ties
# cause: first of them
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T)
    return len(codebook) - 1 - np.argmin(distances[:, ::-1], axis=1)

# %% wrong: a sort that puts the last of equals first -> test_assign_to_words_ties
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T)
    return np.argsort(-distances, axis=1, kind="stable")[:, -1]

# %% wrong: a loop over the patches -> test_assign_to_words_loops
# cause: no Python loop is allowed
def assign_to_words(patches, codebook):
    words = np.zeros(len(patches), dtype=int)
    for i in range(len(patches)):
        words[i] = np.argmin(np.sum((codebook - patches[i]) ** 2, axis=1))
    return words

# %% wrong: a loop in disguise -> test_assign_to_words_loops
# cause: no Python loop is allowed
def assign_to_words(patches, codebook):
    return np.apply_along_axis(lambda x: np.argmin(np.sum((codebook - x) ** 2, axis=1)), 1, patches)

# %% wrong: an array of all differences -> test_assign_to_words_memory
# cause: array of all differences
def assign_to_words(patches, codebook):
    return np.argmin(np.sum((patches[:, None] - codebook[None]) ** 2, axis=2), axis=1)

# %% wrong: an array of all products -> test_assign_to_words_memory
# cause: array of all differences
def assign_to_words(patches, codebook):
    products = np.sum(patches[:, None] * codebook[None], axis=2)
    return np.argmin(np.sum(codebook**2, axis=1) - 2 * products, axis=1)

# %% wrong: scales the codebook in place -> test_assign_to_words_inputs
# cause: changed in place
def assign_to_words(patches, codebook):
    squares = np.sum(codebook**2, axis=1)
    codebook *= 2
    return np.argmin(squares - patches.dot(codebook.T), axis=1)

# %% wrong: squeezes a result of one patch -> test_assign_to_words_inputs
# cause: axis of length 1 is missing
def assign_to_words(patches, codebook):
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T)
    return np.argmin(distances, axis=1).squeeze()

# %% wrong: words as floats -> test_assign_to_words_inputs
# cause: whole numbers
def assign_to_words(patches, codebook):
    words = np.zeros(len(patches))
    distances = np.sum(codebook**2, axis=1) - 2 * patches.dot(codebook.T)
    words[:] = np.argmin(distances, axis=1)
    return words

# %% right: all three terms and a root
def assign_to_words(patches, codebook):
    p2 = (patches**2).sum(1, keepdims=True)
    c2 = (codebook**2).sum(1)
    d = np.sqrt(np.maximum(p2 + c2 - 2 * patches @ codebook.T, 0))
    return d.argmin(1)

# %% right: einsum, the largest closeness
def assign_to_words(patches, codebook):
    closeness = np.einsum("pd,kd->pk", patches, codebook, optimize=True)
    closeness -= np.einsum("kd,kd->k", codebook, codebook) / 2
    return closeness.argmax(axis=1)

# %% right: words in the rows, float32 inside
def assign_to_words(patches, codebook):
    x, c = np.asarray(patches, dtype=np.float32), np.asarray(codebook, dtype=np.float32)
    table = (c * c).sum(axis=1)[:, None] - 2 * (c @ x.T)
    return table.argmin(axis=0).astype(np.int32)

# %% right: one product with a column of ones
def assign_to_words(patches, codebook):
    longer = np.hstack([patches, np.ones((len(patches), 1))])
    words = np.hstack([-2 * codebook, np.sum(codebook**2, axis=1, keepdims=True)])
    return np.argmin(longer.dot(words.T), axis=1)

# %% wrong: a loop looked up by name -> test_assign_to_words_loops
# cause: Python executes
def _looped(patches, codebook):
    return np.array([np.argmin(np.linalg.norm(codebook - x, axis=1)) for x in patches])
def assign_to_words(patches, codebook):
    return globals()["_loo" + "ped"](patches, codebook)
