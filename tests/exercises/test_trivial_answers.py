"""An answer that has the right shape but trivial values (zeros, ones, its own input) earns no points."""

import pytest
from bank import BANKS, notebook_of
from judging import cells_of, run_each

pytestmark = pytest.mark.slow

WAYS = {
    "zeros": "0 * value",
    "ones": "0 * value + 1",
    "an argument of that shape, or 0.5": "_given(value, arguments)",
    "twice that argument and 1": "2.0 * _given(value, arguments) + 1",
    "0, 1, 2, 3, ...": "np.arange(np.size(value)).reshape(np.shape(value))",
}
# these test only the names and shapes of random weights, so any numbers that differ are right
SHAPES_ARE_ALL = {"test_init_two_layer_net_shapes", "test_init_three_layer_convnet_shapes"}
# The solution computes the shapes, and every number that it returns is replaced. Where a test looks at the source or
# the executed lines of the function, it sees a function of one line.
TRIVIAL = """
def _trivial(value, arguments):
    if isinstance(value, (int, float, np.generic, np.ndarray)):
        return np.asarray({way}).astype(np.asarray(value).dtype)[()]
    if isinstance(value, dict):
        return {{key: _trivial(part, arguments) for key, part in value.items()}}
    if isinstance(value, (tuple, list)):
        return type(value)(_trivial(part, arguments) for part in value)
    return value


def _given(value, arguments):
    parts = [part for given in arguments for part in (given if isinstance(given, (tuple, list)) else [given])]
    for given in parts:
        if isinstance(given, np.ndarray) and np.ndim(value) and given.shape == np.shape(value):
            return given
    return 0 * value + 0.5


def _wrapped(solution):
    import copy

    def {exercise}(*arguments, **named):
        try:
            value = solution(*copy.deepcopy(arguments), **copy.deepcopy(named))
        except Exception:
            return 0
        return _trivial(value, arguments)

    {exercise}.__source__ = "def {exercise}(*arguments, **named):\\n    return 0\\n"
    {exercise}.__peak_memory__ = lambda *arguments: ({exercise}(*arguments), 0)
    {exercise}.__work__ = lambda *arguments: ({exercise}(*arguments), 1, [])
    return {exercise}


{exercise} = _wrapped({exercise})
"""
# The solutions of these call functions that they are given, and some tests watch that. A trivial answer does not.
BY_HAND = {
    "train_linear_classifier": """
def train_linear_classifier(loss_fn, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, rng=None):
    return np.full((X.shape[1], int(np.max(y)) + 1), {number}), [{number}] * num_iters
""",
    "search_hyperparameters": """
def search_hyperparameters(train, X_train, y_train, X_val, y_val, learning_rates, regs):
    results = {{(rate, reg): ({number}, {number}) for rate in learning_rates for reg in regs}}
    return np.full((X_train.shape[1], int(np.max(y_train)) + 1), {number}), results
""",
    "random_search": """
def random_search(train, X_train, y_train, X_val, y_val, learning_rate_range, reg_range, num_trials, rng):
    results = {{(learning_rate_range[0] * (1 + i), reg_range[0]): ({number}, {number}) for i in range(num_trials)}}
    return np.full((X_train.shape[1], int(np.max(y_train)) + 1), {number}), results
""",
    "sanity_checks": """
def sanity_checks(loss_fn, params, X, y, reg=0.1):
    return {{"chance": {number}, "initial": {number}, "regularized": {number}, "starts_at_chance": {number} > 0,
            "rises_with_reg": {number} > 0}}
""",
    "overfit_small_data": """
def overfit_small_data(loss_fn, params, X, y, learning_rate, num_steps, num_examples=20):
    return dict(params), [{number}] * num_steps, {number}
""",
    # the results of these two have no numbers
    "topological_order": """
def topological_order(graph):
    return [list(graph), sorted(graph), []][int(2 * {number}) % 3]
""",
    "diagnose_run": """
def diagnose_run(loss, train_acc, val_acc, num_classes):
    return ["good", "diverged", "slow start"][int(2 * {number}) % 3]
""",
    "coarse_to_fine_search": """
def coarse_to_fine_search(train, learning_rate_range, reg_range, num_trials, num_epochs, rng):
    settings = {{"learning_rate": learning_rate_range[0], "reg": reg_range[0], "num_epochs": num_epochs[0]}}
    return (learning_rate_range[0], reg_range[0]), [(dict(settings), {number}) for _ in range(sum(num_trials))]
""",
}


def trivial_answers(notebook, exercise):
    """Return {name: source} for the trivial answers to an exercise."""
    if exercise in BY_HAND:
        return {str(number): BY_HAND[exercise].format(number=number) for number in (0.0, 1.0, 0.5)}
    solution = next(
        cell.source for cell in cells_of(notebook) if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise
    )
    return {name: solution + TRIVIAL.format(exercise=exercise, way=way) for name, way in WAYS.items()}


CASES = [  # every exercise has a bank, which test_banks.py checks
    pytest.param(notebook_of(path), path.stem, id=f"{notebook_of(path).stem}-{path.stem}") for path in BANKS
]


@pytest.mark.parametrize(("notebook", "exercise"), CASES)
def test_a_trivial_answer_earns_nothing(notebook, exercise):
    answers = trivial_answers(notebook, exercise)
    paid = {
        name: [test for test, failure in failures.items() if failure is None]
        for name, failures in zip(answers, run_each(notebook, exercise, answers.values()), strict=True)
    }
    assert set().union(*paid.values()) <= SHAPES_ARE_ALL, paid
