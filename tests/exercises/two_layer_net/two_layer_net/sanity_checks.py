# %% wrong: counts the classes of the labels -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = len(np.unique(y))
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: the largest label plus 1 -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = int(np.max(y)) + 1
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: the length of the last parameter -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    classes = list(params.values())[-1].shape[-1]
    chance = np.log(classes)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {"chance": chance, "initial": initial, "regularized": regularized,
            "starts_at_chance": bool(abs(initial - chance) <= 0.05 * chance), "rises_with_reg": bool(regularized > initial)}

# %% wrong: ten classes always -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = 10
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: the number of examples for the classes -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[0]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: logarithm to base 10 -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log10(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: logarithm to base 2 -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log2(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: the probability instead of its loss -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = 1 / C
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: the initial loss with regularization -> test_sanity_checks_losses, test_sanity_checks_verdicts
# cause: with regularization
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, reg)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: forgets reg in the second call -> test_sanity_checks_losses, test_sanity_checks_verdicts
# cause: without regularization
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: reg of 0.1 whatever was given -> test_sanity_checks_losses
# cause: another reg
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, 0.1)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: the whole pair instead of the loss -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)
    regularized = loss_fn(params, X, y, reg)
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial[0] - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: adds the regularization itself -> test_sanity_checks_losses, test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = initial + reg * sum(np.sum(p * p) for p in params.values()) + 1e-9
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: scales the parameters in place -> test_sanity_checks_losses
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    for p in params.values():
        p *= 1e-3
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: no absolute value -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": (initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: always satisfied -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": True,
        "rises_with_reg": True,
    }

# %% wrong: five hundredths instead of five percent -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: five percent of the first loss -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    chance = np.log(loss_fn(params, X).shape[1])
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {"chance": chance, "initial": initial, "regularized": regularized,
            "starts_at_chance": bool(abs(initial - chance) <= 0.05 * initial), "rises_with_reg": bool(regularized > initial)}

# %% wrong: exact equality -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": bool(np.isclose(initial, chance, rtol=1e-3)),
        "rises_with_reg": regularized > initial,
    }

# %% wrong: equal is high enough -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized >= initial,
    }

# %% wrong: the wrong direction -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized < initial,
    }

# %% wrong: any change counts -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized != initial,
    }

# %% wrong: texts instead of verdicts -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": "yes" if regularized > initial else "no",
    }

# %% wrong: half of chance is near enough -> test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.5 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% wrong: a list instead of a dict -> test_sanity_checks_losses, test_sanity_checks_verdicts
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    chance = np.log(loss_fn(params, X).shape[1])
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return [chance, initial, regularized, abs(initial - chance) <= 0.05 * chance, regularized > initial]

# %% right: NumPy's booleans
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    scores = loss_fn(params, X)
    C = scores.shape[1]
    chance = np.log(C)
    initial = loss_fn(params, X, y, 0.0)[0]
    regularized = loss_fn(params, X, y, reg)[0]
    return {
        "chance": chance,
        "initial": initial,
        "regularized": regularized,
        "starts_at_chance": abs(initial - chance) <= 0.05 * chance,
        "rises_with_reg": regularized > initial,
    }

# %% right: a bracket instead of an absolute value
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    without, _ = loss_fn(params, X, y, 0)
    result = dict(chance=-np.log(1.0 / np.shape(loss_fn(params, X))[-1]), initial=without)
    result["regularized"], _ = loss_fn(params, X, y, reg)
    result["starts_at_chance"] = bool(0.95 * result["chance"] <= without <= 1.05 * result["chance"])
    result["rises_with_reg"] = bool(result["regularized"] - without > 0)
    return result

# %% right: keyword arguments
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    num_classes = len(loss_fn(params, X[:1])[0])
    losses = [float(loss_fn(params, X, y, reg=strength)[0]) for strength in (0.0, reg)]
    guess = float(np.log(num_classes))
    return {"chance": guess, "initial": losses[0], "regularized": losses[1],
            "starts_at_chance": abs(losses[0] / guess - 1) <= 0.05, "rises_with_reg": losses[1] > losses[0]}
