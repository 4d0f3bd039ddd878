# %% wrong: uniform on the ordinary scale -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = rng.uniform(*learning_rate_range)
        reg = rng.uniform(*reg_range)
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: logarithmic for the learning rate only -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = rng.uniform(*reg_range)
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: natural logarithm but powers of ten -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log(learning_rate_range[0]), np.log(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: whole powers of ten -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10.0 ** rng.integers(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: the same draw for both -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        u = rng.uniform()
        lr = learning_rate_range[0] * (learning_rate_range[1] / learning_rate_range[0]) ** u
        reg = reg_range[0] * (reg_range[1] / reg_range[0]) ** u
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: epochs the wrong way round -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: numbers of trials the wrong way round -> test_coarse_to_fine_search_coarse, test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[1]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[0]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: the same epochs in both stages -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: draws once for all coarse trials -> test_coarse_to_fine_search_coarse
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
    reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
    for i in range(num_trials[0]):
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: no fine stage -> test_coarse_to_fine_search_coarse, test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(0):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine stage in the coarse range -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine around the last coarse trial -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best_coarse = (lr, reg)
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine around the worst coarse trial -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, 2
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc < best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine around the best so far -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
            if acc > best_coarse_acc:
                best_coarse = best
    return best, results

# %% wrong: fine range of two decades -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-1, 1)
        reg = best_coarse[1] * 10 ** rng.uniform(-1, 1)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine range above the best only -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(0, 1)
        reg = best_coarse[1] * 10 ** rng.uniform(0, 1)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine range too narrow -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.1, 0.1)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.1, 0.1)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine draws uniform on the ordinary scale -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = rng.uniform(best_coarse[0] / 10 ** 0.5, best_coarse[0] * 10 ** 0.5)
        reg = rng.uniform(best_coarse[1] / 10 ** 0.5, best_coarse[1] * 10 ** 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine range by factors around 1 -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * rng.uniform(0.5, 1.5)
        reg = best_coarse[1] * rng.uniform(0.5, 1.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine range stops at the border -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        lr = min(max(lr, learning_rate_range[0]), learning_rate_range[1])
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        reg = min(max(reg, reg_range[0]), reg_range[1])
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine range moved inside the borders -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        low = max(learning_rate_range[0], best_coarse[0] / 10 ** 0.5)
        high = min(learning_rate_range[1], best_coarse[0] * 10 ** 0.5)
        lr = low * (high / low) ** rng.uniform()
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine search for the learning rate only -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1]
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: fine draws tied together -> test_coarse_to_fine_search_fine
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        u = rng.uniform(-0.5, 0.5)
        lr = best_coarse[0] * 10 ** u
        reg = best_coarse[1] * 10 ** u
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: the best of all trials -> test_coarse_to_fine_search_best
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = best_coarse, best_coarse_acc
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: the best coarse pair -> test_coarse_to_fine_search_best
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best_coarse, results

# %% wrong: the last fine trial -> test_coarse_to_fine_search_best
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return (lr, reg), results

# %% wrong: the first fine trial -> test_coarse_to_fine_search_best
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if best is None:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: the best pair the wrong way round -> test_coarse_to_fine_search_best
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return (best[1], best[0]), results

# %% wrong: the accuracy with it -> test_coarse_to_fine_search_best
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return (*best, best_acc), results

# %% wrong: better than the trial before -> test_coarse_to_fine_search_best
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best = (lr, reg)
        best_acc = acc
    return best, results

# %% wrong: settings as tuples -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(((lr, reg, num_epochs[0]), acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(((lr, reg, num_epochs[1]), acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: forgets the epochs in the settings -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: remembers the fine trials only -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: one dict for all trials -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results, settings = [], {}
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        settings.update(learning_rate=lr, reg=reg, num_epochs=num_epochs[0])
        results.append((settings, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        settings.update(learning_rate=lr, reg=reg, num_epochs=num_epochs[1])
        results.append((settings, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: sorted by accuracy -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, sorted(results, key=lambda r: -r[1])

# %% wrong: a dict of results -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, {(s["learning_rate"], s["reg"]): a for s, a in results}

# %% wrong: logarithms in the settings -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": np.log10(lr), "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": np.log10(lr), "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: the global random state -> test_coarse_to_fine_search_rng
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** np.random.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** np.random.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** np.random.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** np.random.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% wrong: a generator of its own -> test_coarse_to_fine_search_rng
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    rng = np.random.default_rng(0)
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% right: two explicit stages
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    results = []
    best_coarse, best_coarse_acc = None, -1
    for i in range(num_trials[0]):
        lr = 10 ** rng.uniform(np.log10(learning_rate_range[0]), np.log10(learning_rate_range[1]))
        reg = 10 ** rng.uniform(np.log10(reg_range[0]), np.log10(reg_range[1]))
        acc = train(lr, reg, num_epochs[0])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[0]}, acc))
        if acc > best_coarse_acc:
            best_coarse, best_coarse_acc = (lr, reg), acc
    best, best_acc = None, -1
    for i in range(num_trials[1]):
        lr = best_coarse[0] * 10 ** rng.uniform(-0.5, 0.5)
        reg = best_coarse[1] * 10 ** rng.uniform(-0.5, 0.5)
        acc = train(lr, reg, num_epochs[1])
        results.append(({"learning_rate": lr, "reg": reg, "num_epochs": num_epochs[1]}, acc))
        if acc > best_acc:
            best, best_acc = (lr, reg), acc
    return best, results

# %% right: all exponents of a stage drawn beforehand
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    low, high = np.log(np.array([learning_rate_range, reg_range], dtype=float)).T
    history = []
    for trials, epochs in zip(num_trials, num_epochs):
        points = np.exp(rng.uniform(low, high, size=(trials, 2)))
        scores = np.array([train(float(p[0]), float(p[1]), epochs) for p in points])
        history += [(dict(learning_rate=p[0], reg=p[1], num_epochs=epochs), s) for p, s in zip(points, scores)]
        winner = points[int(scores.argmax())]
        low, high = np.log(winner) - 0.5 * np.log(10), np.log(winner) + 0.5 * np.log(10)
    return tuple(winner), history

# %% right: stratified coarse draws, keyword arguments
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    def stratified(low, high, n):
        places = (rng.permutation(n) + rng.uniform(size=n)) / n
        return 10 ** (np.log10(low) + places * (np.log10(high) - np.log10(low)))

    def stage(lr_range, reg_range, n, epochs):
        out = []
        for lr, reg in zip(stratified(*lr_range, n), stratified(*reg_range, n)):
            accuracy = train(learning_rate=lr, reg=reg, num_epochs=epochs)
            out.append(({"learning_rate": lr, "reg": reg, "num_epochs": epochs}, accuracy))
        return out

    coarse = stage(learning_rate_range, reg_range, num_trials[0], num_epochs[0])
    top = max(coarse, key=lambda t: t[1])[0]
    root = np.sqrt(10)
    fine = stage((top["learning_rate"] / root, top["learning_rate"] * root), (top["reg"] / root, top["reg"] * root),
                 num_trials[1], num_epochs[1])
    winner = max(fine, key=lambda t: t[1])[0]
    return [winner["learning_rate"], winner["reg"]], coarse + fine

# %% wrong: trains nothing -> test_coarse_to_fine_search_results
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    settings = {"learning_rate": learning_rate_range[0], "reg": reg_range[0], "num_epochs": num_epochs[0]}
    return (learning_rate_range[0], reg_range[0]), [(dict(settings), 0.5) for _ in range(sum(num_trials))]
