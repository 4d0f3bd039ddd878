# %% wrong: statistics of each row -> test_standardize_features_values
# cause: of each row
def standardize_features(F_train, *others):
    return tuple((F - F.mean(axis=1, keepdims=True)) / (F.std(axis=1, keepdims=True) + (F.std(axis=1, keepdims=True) == 0)) for F in (F_train, *others))

# %% wrong: one mean and deviation for all features -> test_standardize_features_values
# cause: for all features together
def standardize_features(F_train, *others):
    mean = F_train.mean()
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std()).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: subtracts the mean only -> test_standardize_features_values
# cause: not divided
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple(F - mean for F in (F_train, *others))

# %% wrong: divides only -> test_standardize_features_values
# cause: not subtracted
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple(F / deviation for F in (F_train, *others))

# %% wrong: divides by the variance -> test_standardize_features_values
# cause: variance
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.var(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: divides by N - 1 -> test_standardize_features_values
# cause: N - 1
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0, ddof=min(1, len(F_train) - 1))).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: scales to 0..1 -> test_standardize_features_values
# cause: from 0 to 1
def standardize_features(F_train, *others):
    mean = F_train.min(axis=0) * 1.0
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, np.ptp(F_train, axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: divides, then subtracts the mean -> test_standardize_features_values
# cause: subtracted or added per column
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple(F / deviation - mean for F in (F_train, *others))

# %% wrong: the root is taken of the sum instead of the mean -> test_standardize_features_values
# cause: constant factor | off by a factor | times
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, np.sqrt(((F_train - mean) ** 2).sum(axis=0))).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: no return -> test_standardize_features_values
# cause: forget `return`
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    _ = tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: returns the training features only -> test_standardize_features_values, test_standardize_features_others
# cause: should come back
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return (F_train - mean) / deviation

# %% wrong: each set with its own statistics -> test_standardize_features_others
# cause: its own statistics
def standardize_features(F_train, *others):
    def one(F):
        return (F - F.mean(axis=0)) / np.where(np.ptp(F, axis=0) == 0, 1, F.std(axis=0)).astype(F.dtype)

    return tuple(one(F) for F in (F_train, *others))

# %% wrong: statistics of all sets together -> test_standardize_features_others
# cause: all sets together
def standardize_features(F_train, *others):
    everything = np.concatenate([F_train, *others])
    mean = everything.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, everything.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: statistics of training and validation together -> test_standardize_features_others
# cause: training and validation set together
def standardize_features(F_train, *others):
    both = np.concatenate([F_train, *others[:1]])
    mean = both.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, both.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: the others keep as they are -> test_standardize_features_others
# cause: standardise them, too
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train,)) + others

# %% wrong: the others are standardised with the standardised training set -> test_standardize_features_others
# cause: as they were
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    new = (F_train - mean) / deviation
    return new, *((F - new.mean(axis=0)) / np.where(constant, 1, new.std(axis=0)) for F in others)

# %% wrong: own mean of each set, deviation of the training set -> test_standardize_features_others
# cause: subtract that of the training set
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - F.mean(axis=0)) / deviation for F in (F_train, *others))

# %% wrong: two sets only -> test_standardize_features_others
# cause: should come back
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others[:1]))

# %% wrong: the others come back in reverse order -> test_standardize_features_others
# cause: same order
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others[::-1]))

# %% wrong: divides constant features by 0 -> test_standardize_features_constant
# cause: deviation of 0
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = F_train.std(axis=0).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: compares the deviation with 0 -> test_standardize_features_constant
# cause: 1.4e-17
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(F_train.std(axis=0) == 0, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: adds 1e-8 to the deviation -> test_standardize_features_constant
# cause: small number added
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = (F_train.std(axis=0) + 1e-8).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: not less than 1e-12 -> test_standardize_features_constant
# cause: largest and the smallest
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.maximum(F_train.std(axis=0), 1e-12).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: constant features become 0 in all sets -> test_standardize_features_constant
# cause: do not divide
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple(np.where(constant, 0, (F - mean) / deviation) for F in (F_train, *others))

# %% wrong: constant features are left as they are -> test_standardize_features_constant
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple(np.where(constant, F, (F - mean) / deviation) for F in (F_train, *others))

# %% wrong: constant features are left out -> test_standardize_features_constant
# cause: rows and columns
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple(((F - mean) / deviation)[:, ~constant] for F in (F_train, *others))

# %% wrong: small features are taken for constant -> test_standardize_features_constant
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.std(axis=0) < 1e-6
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: subtracts in place -> test_standardize_features_inputs
# cause: changed in place
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    for F in (F_train, *others):
        if F.dtype.kind == 'f':
            F -= mean
    mean = mean * 0 if F_train.dtype.kind == 'f' else mean
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: float64 whatever comes -> test_standardize_features_inputs
# cause: float64
def standardize_features(F_train, *others):
    F_train, *others = (F.astype(np.float64) for F in (F_train, *others))
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple((F - mean) / deviation for F in (F_train, *others))

# %% wrong: keeps integers as integers -> test_standardize_features_inputs
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    constant = F_train.max(axis=0) == F_train.min(axis=0)
    deviation = np.where(constant, 1, F_train.std(axis=0)).astype(mean.dtype)
    return tuple(((F - mean) / deviation).astype(F.dtype) for F in (F_train, *others))

# %% wrong: the training mean, but each set's own deviation -> test_standardize_features_others
# cause: deviation of the validation set
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    std = F_train.std(axis=0)
    std = np.where(F_train.max(axis=0) == F_train.min(axis=0), 1, std).astype(mean.dtype)
    return tuple((F - mean) / np.where(F.std(0) == 0, 1, F.std(0)) for F in (F_train, *others))

# %% wrong: nearly equal is taken for constant -> test_standardize_features_constant
# cause: exactly equal
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    std = F_train.std(axis=0)
    std = np.where(np.isclose(F_train, F_train[0]).all(axis=0), 1, std).astype(mean.dtype)
    return tuple((F - mean) / std for F in (F_train, *others))

# %% wrong: float32 whatever comes -> test_standardize_features_inputs
# cause: float32; it should be float64
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0)
    std = F_train.std(axis=0)
    std = np.where(F_train.max(axis=0) == F_train.min(axis=0), 1, std).astype(mean.dtype)
    return tuple(((F - mean) / std).astype(np.float32) for F in (F_train, *others))

# %% wrong: the others in place -> test_standardize_features_inputs
# cause: changed in place
def standardize_features(F_train, *others):
    mean = F_train.mean(axis=0); std = F_train.std(axis=0)
    std = np.where(F_train.max(axis=0) == F_train.min(axis=0), 1, std)
    out = [(F_train - mean) / std]
    for F in others:
        if F.dtype.kind == "i": F[...] = (F - mean) / std
        else:
            F -= mean
            F /= std
        out.append(F)
    return tuple(out)

# %% right: a list, float64 inside, the range tells what is constant
def standardize_features(F_train, *others):
    x = F_train.astype(np.float64)
    mu, sigma = np.mean(x, axis=0), np.std(x, axis=0)
    sigma[np.ptp(x, axis=0) == 0] = 1.0
    results = []
    for F in [F_train, *others]:
        new = (F.astype(np.float64) - mu) / sigma
        results.append(new.astype(F.dtype) if F.dtype == np.float32 else new)
    return results

# %% right: deviation by hand, constant if equal to the first row
def standardize_features(F_train, *others):
    center = F_train.sum(axis=0) / len(F_train)
    spread = np.sqrt(((F_train - center) ** 2).sum(axis=0) / len(F_train))
    spread[(F_train == F_train[0]).all(axis=0)] = 1
    if F_train.dtype == np.float32:
        center, spread = center.astype(np.float32), spread.astype(np.float32)
    return tuple([np.divide(np.subtract(F, center), spread) for F in [F_train, *others]])

# %% right: in place on copies, only where features vary
def standardize_features(F_train, *others):
    dtype = F_train.dtype if F_train.dtype.kind == "f" else np.float64
    copies = [np.array(F, dtype=dtype) for F in (F_train, *others)]
    mean = copies[0].mean(axis=0)
    varies = (F_train != F_train[:1]).any(axis=0)
    std = copies[0][:, varies].std(axis=0)
    for F in copies:
        F -= mean
        F[:, varies] /= std
    return tuple(copies)

# %% right: a tiny number beside the deviation of features that vary
def standardize_features(F_train, *others):
    mean = np.mean(F_train, axis=0)
    std = np.std(F_train, axis=0) + np.finfo(np.float32).tiny
    std = np.where(np.max(F_train, 0) - np.min(F_train, 0) > 0, std, np.ones_like(std)).astype(mean.dtype)
    standardise = lambda F: (F - mean) / std
    return standardise(F_train), *map(standardise, others)
