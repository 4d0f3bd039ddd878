# %% wrong: never moves the words -> test_build_codebook_means, test_build_codebook_rounds
# cause: never moved
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
    return codebook

# %% wrong: a single round whatever max_iters -> test_build_codebook_means
# cause: end too early
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(min(max_iters, 1)):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: ten rounds less than it takes: stops when the words move little -> test_build_codebook_means
# cause: until no patch changes
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        before = codebook.copy()
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
        if np.abs(codebook - before).max() < 2:
            break
    return codebook

# %% wrong: medians instead of means -> test_build_codebook_means, test_build_codebook_rounds
# cause: medians
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = np.median(patches[words == j], axis=0)
    return codebook

# %% wrong: the mean of all patches for every word -> test_build_codebook_means
# cause: A word is the mean of its patches
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches.mean(axis=0)
    return codebook

# %% wrong: the mean over everything, one number per word -> test_build_codebook_means, test_build_codebook_rounds
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean()
    return codebook

# %% wrong: the sum instead of the mean -> test_build_codebook_means, test_build_codebook_rounds
# cause: divided by the number of all patches | are the sums | mean of its patches
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].sum(axis=0)
    return codebook

# %% wrong: divides every sum by the number of all patches -> test_build_codebook_means, test_build_codebook_rounds
# cause: that of the group
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].sum(axis=0) / len(patches)
    return codebook

# %% wrong: the patch nearest to the mean instead of the mean -> test_build_codebook_means, test_build_codebook_rounds
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                mean = patches[words == j].mean(axis=0)
                codebook[j] = patches[np.argmin(np.sum((patches - mean) ** 2, axis=1))]
    return codebook

# %% wrong: max_iters=0 makes one round all the same -> test_build_codebook_rounds
# cause: one of the patches
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max(max_iters, 1)):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: two rounds for each that was asked for -> test_build_codebook_rounds
# cause: max_iters counts the rounds
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(2 * max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: begins with random numbers instead of patches -> test_build_codebook_rounds
# cause: one of the patches
def build_codebook(patches, k, rng, max_iters=100):
    codebook = rng.normal(size=(k, patches.shape[1])) * patches.std(axis=0) + patches.mean(axis=0)
    codebook = codebook.astype(patches.dtype)
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: begins with random groups instead of patches -> test_build_codebook_rounds
# cause: one of the patches
def build_codebook(patches, k, rng, max_iters=100):
    group = rng.permutation(np.arange(len(patches)) % k)
    codebook = np.stack([patches[group == j].mean(axis=0) for j in range(k)])
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: draws the same patch twice -> test_build_codebook_rounds
# cause: same patch
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.integers(len(patches), size=k)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: draws with replacement by rng.choice -> test_build_codebook_rounds
# cause: same patch
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: begins with the first k patches -> test_build_codebook_rng, test_build_codebook_groups, test_build_codebook_rounds
# cause: rng is not used
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[:k].copy()
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: begins with the last k patches -> test_build_codebook_rng, test_build_codebook_groups
# cause: rng is not used
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[-k:].copy()
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: draws from the first patches only -> test_build_codebook_rounds
# cause: every patch should have a chance
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(max(k, len(patches) // 3), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: the mean of no patches -> test_build_codebook_empty_words
# cause: no patch chose
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            codebook[j] = np.nan_to_num(patches[words == j].mean(axis=0), nan=np.nan) if np.any(words == j) else np.nan
    return codebook

# %% wrong: a word without patches stays where it is -> test_build_codebook_empty_words
# cause: some are lost
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: a word without patches becomes zeros -> test_build_codebook_empty_words
# cause: some are lost
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            codebook[j] = patches[words == j].sum(axis=0) / max(np.sum(words == j), 1)
    return codebook

# %% wrong: a word without patches goes to the first patch -> test_build_codebook_empty_words
# cause: some are lost
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[0]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: a word without patches goes to the nearest patch -> test_build_codebook_empty_words
# cause: some are lost
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmin(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: words without patches are left out -> test_build_codebook_empty_words
# cause: 4, 2
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook[np.unique(assign_to_words(patches, codebook))]

# %% wrong: np.random instead of rng -> test_build_codebook_rng
# cause: from rng
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[np.random.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: a generator of its own, with a fixed seed -> test_build_codebook_rng
# cause: rng is not used
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[np.random.default_rng(0).choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: a generator of its own, without a seed -> test_build_codebook_rng
# cause: from rng
def build_codebook(patches, k, rng, max_iters=100):
    rng = np.random.default_rng()
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: two words at least -> test_build_codebook_extremes
# cause: mean of all patches
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    if k == 1:
        return codebook
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: cannot have as many words as patches -> test_build_codebook_extremes
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[1:][rng.choice(len(patches) - 1, size=min(k, len(patches) - 1), replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: shuffles the patches in place -> test_build_codebook_inputs
# cause: changed in place
def build_codebook(patches, k, rng, max_iters=100):
    rng.shuffle(patches)
    codebook = patches[:k].copy()
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: the words are a view of the patches -> test_build_codebook_inputs
# cause: changed in place
def build_codebook(patches, k, rng, max_iters=100):
    patches[:] = patches[rng.permutation(len(patches))]
    codebook = patches[:k]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: float64 whatever comes -> test_build_codebook_inputs
# cause: float64
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook.astype(np.float64)

# %% wrong: no return -> test_build_codebook_means, test_build_codebook_rounds, test_build_codebook_groups
# cause: forget `return`
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                distances = np.sum((patches - codebook[words]) ** 2, axis=1)
                codebook[j] = patches[np.argmax(distances)]
                words = assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)

# %% wrong: looks for words without patches in the first round only -> test_build_codebook_empty_words
# cause: later round
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for round in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        for j in range(k):
            if round == 0 and not np.any(words == j):
                far = np.argmax(np.sum((patches - codebook[words]) ** 2, axis=1))
                codebook[j], words[far] = patches[far], j
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: begins with different patches, and so never looks for words without any -> test_build_codebook_empty_words
# cause: later round
def build_codebook(patches, k, rng, max_iters=100):
    different = np.unique(patches, axis=0)
    codebook = different[rng.choice(len(different), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: a word without patches moves, but takes nothing over -> test_build_codebook_empty_words
# cause: takes it over
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
            else:
                codebook[j] = patches[np.argmax(np.sum((patches - codebook[words]) ** 2, axis=1))]
    return codebook

# %% wrong: all words without patches move to the same one -> test_build_codebook_empty_words
# cause: takes it over | next word
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), size=k, replace=False)]
    words = None
    for _ in range(max_iters):
        previous, words = words, assign_to_words(patches, codebook)
        far = np.argmax(np.sum((patches - codebook[words]) ** 2, axis=1))
        for j in range(k):
            if not np.any(words == j):
                codebook[j], words[far] = patches[far], j
        if previous is not None and np.array_equal(words, previous):
            break
        for j in range(k):
            if np.any(words == j):
                codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% wrong: float32 whatever comes -> test_build_codebook_inputs
# cause: float32; it should be float64
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), k, replace=False)].copy()
    before = None
    for _ in range(max_iters):
        words = assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                far = np.sum((patches - codebook[words]) ** 2, axis=1).argmax()
                codebook[j] = patches[far]; words[far] = j
        if before is not None and np.array_equal(words, before):
            break
        before = words
        for j in range(k):
            codebook[j] = patches[words == j].mean(axis=0)
    return codebook.astype(np.float32)

# %% right: k-means++ and sums by np.add.at
def build_codebook(patches, k, rng, max_iters=100):
    def squared_distances(centres):
        return ((patches**2).sum(1)[:, None] + (centres**2).sum(1) - 2 * patches @ centres.T).clip(0)

    chosen = [int(rng.integers(len(patches)))]
    while len(chosen) < k:
        nearest = np.min([((patches - patches[c]) ** 2).sum(1) for c in chosen], axis=0).astype(np.float64)
        chosen.append(int(rng.choice(len(patches), p=nearest / nearest.sum())))
    centres = patches[chosen]
    labels = np.full(len(patches), -1)
    for _ in range(max_iters):
        table = squared_distances(centres)
        new_labels = table.argmin(1)
        if (new_labels == labels).all():
            return centres
        labels = new_labels
        sums, sizes = np.zeros((k, patches.shape[1])), np.bincount(labels, minlength=k)
        np.add.at(sums, labels, patches)
        if (sizes == 0).any():
            own = table[np.arange(len(patches)), labels]
            for j, far in zip(np.flatnonzero(sizes == 0), np.argsort(-own)):
                sums[j], sizes[j] = patches[far], 1
        centres = (sums / sizes[:, None]).astype(patches.dtype)
    return centres

# %% right: a permutation, one-hot groups, written without assign_to_words
def build_codebook(patches, k, rng, max_iters=100):
    order = rng.permutation(len(patches))
    centers = np.array(patches[order[:k]])
    old = None
    for step in range(max_iters):
        labels = np.array([np.argmin(((centers - p) ** 2).sum(axis=1)) for p in patches])
        for j in np.setdiff1d(np.arange(k), labels):
            error = ((patches - centers[labels]) ** 2).sum(axis=1)
            far = error.argmax()
            centers[j] = patches[far]
            labels[((patches - centers[j]) ** 2).sum(axis=1) < error] = j
        if old is not None and (old == labels).all():
            break
        old = labels
        member = (labels[:, None] == np.arange(k)).astype(patches.dtype)  # (P, k)
        full = member.sum(axis=0) > 0
        centers[full] = (member.T @ patches)[full] / member.sum(axis=0)[full, None]
    return centers

# %% right: begins with different patches, each round a dict of groups
def build_codebook(patches, k, rng, max_iters=100):
    distinct = np.unique(patches, axis=0)
    codebook = rng.permutation(distinct)[:k].copy()
    labels = None
    while max_iters > 0:
        max_iters -= 1
        new = assign_to_words(patches, codebook)
        groups = {j: np.flatnonzero(new == j) for j in range(k)}
        for j in [j for j in groups if len(groups[j]) == 0]:
            far = np.argmax(np.linalg.norm(patches - codebook[new], axis=1))
            codebook[j] = patches[far]
            new = assign_to_words(patches, codebook)
        if labels is not None and np.all(labels == new):
            break
        labels = new
        for j in set(new.tolist()):
            codebook[j] = np.mean(patches[new == j], axis=0)
    return codebook

# %% right: always computes in float64 inside, never stops early
def build_codebook(patches, k, rng, max_iters=100):
    x = patches.astype(np.float64)
    codebook = x[rng.choice(np.unique(x, axis=0, return_index=True)[1], k, replace=False)]
    for _ in range(max_iters):
        labels = assign_to_words(x, codebook)
        while len(np.unique(labels)) < k:
            empty = next(j for j in range(k) if j not in labels)
            codebook[empty] = x[np.sum((x - codebook[labels]) ** 2, axis=1).argmax()]
            labels = assign_to_words(x, codebook)
        codebook = np.array([x[labels == j].mean(axis=0) for j in range(k)])
    return codebook.astype(patches.dtype)

# %% right: the patch is taken over by hand
def build_codebook(patches, k, rng, max_iters=100):
    codebook = patches[rng.choice(len(patches), k, replace=False)].copy()
    before = None
    for _ in range(max_iters):
        words = assign_to_words(patches, codebook)
        for j in range(k):
            if not np.any(words == j):
                far = np.sum((patches - codebook[words]) ** 2, axis=1).argmax()
                codebook[j] = patches[far]; words[far] = j
        if before is not None and np.array_equal(words, before):
            break
        before = words
        for j in range(k):
            codebook[j] = patches[words == j].mean(axis=0)
    return codebook

# %% right: lists of words and patches
def build_codebook(patches, k, rng, max_iters=100):
    words = [patches[i] for i in rng.choice(np.arange(len(patches)), size=k, replace=False)]
    old = []
    rounds = 0
    while rounds < max_iters:
        rounds += 1
        a = list(assign_to_words(patches, np.array(words)))
        for j in range(k):
            if j not in a:
                e = [np.sum((patches[i] - words[a[i]])**2) for i in range(len(a))]
                i = e.index(max(e))
                a[i] = j
                words[j] = patches[i]
        if a == old:
            break
        old = a
        words = [np.mean([patches[i] for i in range(len(a)) if a[i] == j], axis=0) if j in a else words[j] for j in range(k)]
    return np.array(words)
