"""The assertions of test cells: each says what was expected, what came, and the likely mistake."""

import copy
import sys
import tracemalloc
from collections import Counter, OrderedDict, defaultdict

import numpy as np

from cs231n_lib.checks import loops as loop_check
from cs231n_lib.checks.loops import source_of
from cs231n_lib.checks.watched_call import watched_call
from cs231n_lib.diagnosis.diagnose import at, diagnose, scaled_error
from cs231n_lib.diagnosis.gradient_check import NotANumber, differences
from cs231n_lib.diagnosis.mismatch import explain_value, lower_first
from cs231n_lib.diagnosis.plain_data import NotNumbers, as_numbers, in_short, makes_array
from cs231n_lib.diagnosis.robust_gradient import NotRepeatable, gradient_to_judge
from cs231n_lib.diagnosis.shapes import shape_mistake
from cs231n_lib.diagnosis.suspects import matching_suspect, suspects_of_key

__all__ = [
    "CheckFailed",
    "analytic",
    "call",
    "close",
    "dtype",
    "equal",
    "finite",
    "gradient",
    "max_loops",
    "no_loops",
    "numeric_gradient",
    "own_work",
    "passed",
    "peak_memory",
    "raises",
    "resembles",
    "shape",
    "source_of",
    "summary",
    "true",
    "unchanged",
]

COMPUTING = tuple(
    f"cs231n_lib.{name}"
    for name in ("layers.", "models.", "kernels", "diagnosis.gradient_check", "diagnosis.robust_gradient", "checks",
                 "features.bag_of_words")
)
MOST_MORE_LINES = 12  # that a function without loops executes for larger arrays: another branch, say


class CheckFailed(AssertionError):
    """A check that did not hold. Its text is written for the student; Jupyter shows that and no traceback."""

    def _render_traceback_(self):
        return str(self).splitlines()


def close(actual, expected, what, rtol=None, atol=1e-8, hint=None, num_examples=None, suspects=None):
    """`actual` agrees with `expected`: |actual - expected| <= atol + rtol * |expected| at every entry.

    actual: array, list, number or NumPy scalar of `expected`'s shape; or a dict of those, like `expected`, which
        may be an OrderedDict, defaultdict or Counter.
    expected may hold NaN and infinities, which are then expected.
    what: names the thing, as in "the loss of svm_loss_naive". hint: a sentence added when the check fails.
    rtol: None means 1e-6, and forgives the rounding of float32 steps inside (1e-5 of the largest expected
        value). A number is taken at its word, but results that have float32 precision only (by dtype, or
        float64 that holds float32 numbers) get at least 1e-4, plus 1e-5 of the largest expected value.
    num_examples: N, so that a forgotten division by it is recognized.
    suspects: {sentence: what a particular mistake gives}, an array, number or (for a dict) dict of those, or a
        function without arguments that returns one, which is called for a wrong answer only. The sentence of the
        first that a wrong answer equals is said, in place of what is guessed from the numbers.
    """
    if _is_dict(expected):
        _same_keys(actual, expected, what, hint)
        for key in expected:
            of_key = suspects_of_key(suspects, key)
            close(actual[key], expected[key], f"{what}[{key!r}]", rtol, atol, hint, num_examples, of_key)
        return
    got, wanted = _numbers(actual, what, hint), np.asarray(expected)
    _same_shape(got, wanted, what, hint, suspects)
    _all_finite(got, what, hint, unless=wanted)
    ordinary = np.isfinite(wanted)
    ours, truth = (np.where(ordinary, values, 0).astype(np.float64) for values in (got, wanted))
    bad = ~(np.abs(ours - truth) <= _allowed(got, truth, rtol, atol)) | (np.isfinite(got) & ~ordinary)
    if not bad.any():
        return
    text = [f"{what}: {_how_many(bad)}.", _worst(got, wanted, bad)]
    suspect = matching_suspect(suspects, ours, truth, 1e-5 if got.dtype.itemsize == 8 else 1e-4)
    tolerance = 1e-4 if rtol is None else min(max(rtol, 1e-6 if got.dtype.itemsize == 8 else 1e-4), 1e-2)
    likely = None if suspect or not ordinary.all() else explain_value(ours, truth, tolerance, num_examples)
    if suspect or likely:
        text.append(f"Likely mistake: {suspect or lower_first(likely.message)}")
    _fail(text, hint)


def equal(actual, expected, what, hint=None):
    """`actual` is exactly `expected`: labels, integers, strings, lists, dicts of those. Dtypes are not compared.

    A list may come as a tuple or namedtuple and the other way round, a dict as an OrderedDict, defaultdict or Counter;
    numbers and arrays are compared by value.
    """
    if _is_dict(expected):
        _same_keys(actual, expected, what, hint)
        for key in expected:
            equal(actual[key], expected[key], f"{what}[{key!r}]", hint)
        return
    actual, expected = _plain_tuple(actual), _plain_tuple(expected)
    if makes_array(expected):
        _equal_numbers(actual, np.asarray(expected), what, hint)
    elif type(expected) in (list, tuple):
        _equal_list(actual, expected, what, hint)
    elif isinstance(expected, np.ndarray):
        _equal_list(actual, expected.tolist(), what, hint)
    else:
        # a foreign object might call itself equal to anything: the type has to be the very same
        same_type = type(actual) is type(expected) or {type(actual), type(expected)} == {str, np.str_}
        if not same_type or actual != expected:
            _fail([f"{what}: expected {in_short(expected)}, got {in_short(actual)}."], hint)


def resembles(actual, expected, what, given=()):
    """`actual` has to do with `expected`: for a test that is not about values, which a function that computes nothing
    might pass.

    An answer with a wrong factor or without one of its terms does: the correlation of the two is 0.5 or more, or minus
    that. Zeros, one number throughout, numbers that have nothing to do with it, and multiples of the arrays in `given`,
    such as the arguments, do not.
    """
    got, wanted = _numbers(actual, what, None), np.asarray(expected, dtype=np.float64)
    _same_shape(got, wanted, what, None)
    same_size = [array for array in given if np.shape(array) == got.shape]
    copied = any(_correlation(got, array) > 0.9999 for array in same_size)
    if copied or not _correlation(got, wanted) >= 0.5:  # which is NaN for one number throughout
        why = "it is an array that the function was given" if copied else "it has little to do with the right values"
        _fail([f"{what}: {why}.", "This check is for a function that computes; look at the others first."], None)


def shape(actual, expected_shape, what, hint=None):
    """`actual` is an array (or nested list) of this shape."""
    got = _numbers(actual, what, hint)
    expected_shape = (expected_shape,) if isinstance(expected_shape, int) else tuple(expected_shape)
    if got.shape != expected_shape:
        _fail([shape_mistake(got.shape, expected_shape, f"{what}: it")], hint)


def dtype(actual, expected_dtype, what, hint=None):
    """`actual` is an array or NumPy scalar of this dtype (or of one of a tuple of dtypes)."""
    got = _numbers(actual, what, hint)
    allowed = expected_dtype if type(expected_dtype) in (tuple, list) else (expected_dtype,)
    names = [np.dtype(d).name for d in allowed]
    if got.dtype.name not in names:
        _fail([f"{what}: its dtype is {got.dtype.name}; it should be {' or '.join(names)}."], hint)


def finite(actual, what, hint=None):
    """`actual` holds numbers that are neither NaN nor infinite."""
    _all_finite(_numbers(actual, what, hint), what, hint)


def true(condition, message):
    """`condition` holds; `message` is all that the student sees when it does not."""
    if type(condition) not in (bool, np.bool_):
        try:
            array = as_numbers(condition)
        except NotNumbers as error:
            _fail([message, f"(The condition is no truth value: {error})"], None)
        if array.size != 1:
            raise TypeError("checks.true takes one truth value; use .all() or .any() on an array")
        condition = array.reshape(())[()]
    if not condition:
        _fail([message], None)


def raises(exception_types, what, f, *args, hint=None):
    """f(*args) raises one of exception_types. Returns the exception."""
    types = exception_types if type(exception_types) is tuple else (exception_types,)
    names = " or ".join(t.__name__ for t in types)
    try:
        f(*args)
    except types as error:
        if isinstance(error, NotImplementedError) and NotImplementedError not in types:
            raise  # an exercise that is not done, which RuntimeError would include
        return error
    except NotImplementedError:
        raise
    except Exception as error:
        _fail([f"{what}: it should raise {names}, but raised {type(error).__name__}: {str(error)[:200]}"], hint)
    return _fail([f"{what}: it should raise {names}, but returned without an error."], hint)


def unchanged(after, before, what):
    """An argument still holds what it held `before` the call (a copy taken then). Arrays and dicts of arrays.

    what: names the argument, as in "X of svm_loss_naive".

    A function that runs elsewhere works on a copy of its arguments. Then `__main__.__was_changed__(argument)`, where
    it is defined, says whether that was changed.
    """
    if _is_dict(before):
        if not _is_dict(after) or list(after) != list(before):
            _fail([f"{what}: the dict was changed (keys added or removed). Work on a copy: dict(...)."], None)
        for key in before:
            unchanged(after[key], before[key], f"{what}[{key!r}]")
        if _changed_elsewhere(after):
            _fail([f"{what}: the dict was changed (keys or values replaced). Work on a copy: dict(...)."], None)
        return
    got, wanted = _numbers(after, what, None), np.asarray(before)
    same = got.shape == wanted.shape and got.dtype == wanted.dtype and not _changed_elsewhere(after)
    if not same or not np.array_equal(got, wanted, equal_nan=wanted.dtype.kind in "fc"):
        _fail(
            [
                f"{what}: the argument was changed in place.",
                "Whoever called the function still needs it. Write x = x - m instead of x -= m, or work on x.copy().",
            ],
            None,
        )


def gradient(
    f,
    x,
    analytic,
    what,
    *,
    num_examples=None,
    reg=None,
    params=None,
    labels=None,
    inputs=None,
    kinks=False,
    h=1e-5,
    hint=None,
    suspects=None,
):
    """The analytic gradient of the scalar function f at x agrees with its central differences.

    f: function of one array that returns one number, the loss. It may compute in float32 inside.
    x: array; analytic: what the student's code returned as the gradient at x.
    num_examples, reg, params, labels, inputs: help to explain a mistake; see gradient_check.diagnose.
    kinks: f has kinks (ReLU, hinge, max). Where the slopes left and right of x differ, any slope between is right.
    suspects: {sentence: array that a particular mistake gives, or function without arguments that returns it}; see
        close. numeric_gradient of a loss with that mistake is such an array.

    A gradient is right up to a relative error of 1e-5, with kinks 1e-4 (bands of the lectures: above 1e-2
    wrong, up to 1e-2 doubtful, which fails, too). If the gradient is float32 or the loss jitters like one
    computed in float32, longer steps are taken and 1e-3 is right. The relative error is |a - n| / (|a| + |n|),
    where entries below a tenth of the largest count as that tenth.
    """
    x = np.array(x, dtype=np.float64)
    given = _numbers(analytic, what, hint)
    _same_shape(given, x, what, hint, suspects)
    _all_finite(given, what, hint)
    ours = given.astype(np.float64)
    try:
        numeric = gradient_to_judge(f, x, ours, h, kinks)
    except NotRepeatable:
        text = (
            "the loss differs from call to call with the same input: is a random number drawn without a seed, "
            "or an argument changed in place?"
        )
        _fail([f"{what}: {text}"], hint)
    except NotANumber as error:
        _fail([f"{what}: {error}"], hint)
    low = numeric.coarse or given.dtype in (np.float16, np.float32)
    accept = 1e-3 if low else 1e-4 if kinks else 1e-5
    facts = {"num_examples": num_examples, "reg": reg, "params": params, "labels": labels, "inputs": inputs}
    verdict = diagnose(ours, numeric.nearest, accept=accept, noise=0.0)
    if verdict.verdict in ("good", "acceptable"):
        return
    found = diagnose(ours, numeric.gradient, accept=accept, noise=0.0, **facts)
    if not np.isfinite(found.error):
        _fail([f"{what}: {lower_first(found.message)}"], hint)
    match = "it does not match" if found.verdict == "wrong" else "it nearly matches, but differs from"
    size = f"relative error {found.error:.1e}; up to {accept:.0e} is right"
    text = [f"{what}: {match} the numerical gradient ({size})."]
    suspect = matching_suspect(suspects, ours, numeric.gradient, 1e-3 if low else 1e-4)
    if suspect or found.cause:
        errors = scaled_error(ours, numeric.gradient)
        worst = np.unravel_index(np.argmax(errors), errors.shape)
        text.append(f"Worst{at(worst)}: yours {ours[worst]:.6g}, numerical {numeric.gradient[worst]:.6g}.")
        text.append(f"Likely mistake: {suspect or lower_first(found.message)}")
    else:
        text.append(found.message)
    _fail(text, hint)


def analytic(actual, expected, what):
    """`actual`, a gradient at arguments so large or small that differences cannot measure it, is as expected.

    A formula gives it all the same. Let some arguments grow by a power of two, and others shrink, so that the gradient
    is known: when the pixels are 2**50 times as large and the weights 2**50 times smaller, the scores stay, and dW is
    2**50 times as large, whatever float type it is computed in.
    """
    hint = "Derive the gradient and write its formula: differences with steps of a fixed size cannot measure it here."
    # wide enough for an eps that is worth less beside a larger variance; what is measured is 0, or noise
    close(actual, expected, what, rtol=1e-2, atol=1e-2 * np.max(np.abs(expected), initial=0.0), hint=hint)


def numeric_gradient(f, x, h=1e-5):
    """Central differences of f, a function of one array that returns one number: a float64 array of x's shape.

    For suspects: the gradient of a loss with the mistake in it. Judge with gradient, which minds rounding and kinks.
    """
    return differences(f, x, h)


def no_loops(function, allow=(), what=None, small=None, large=None):
    """The function computes without Python loops, and so do the helper functions it uses.

    Loops are for, while, comprehensions, generator expressions, recursion, and functions that loop for the
    caller, such as map, np.vectorize, np.apply_along_axis and SciPy's cdist.
    allow: kinds and names that are permitted ("for", "while", "comprehension", "generator", "recursion",
    "map", ...). Source text comes from source_of.
    small, large: the arguments of two calls; see max_loops.
    """
    name = what or loop_check.name_of(function)
    found = [loop for loop in _examine(function, name).loops if loop.kind not in tuple(allow)]
    if found:
        text = f"{name}: no Python loop is allowed here, but {found[0]}"
        more = f"({len(found) - 1} more after that.) " if len(found) > 1 else ""
        _fail([text, more + "Compute it with NumPy expressions on whole arrays."], None)
    if large is not None:
        _grows_like_loops(function, 0, name, small, large)


def max_loops(function, n, what=None, small=None, large=None):
    """At most n loops are nested in the function, counted through the helper functions it uses.

    small, large: tuples, the arguments of two calls. Every size is several times larger in the second, and the loops
    are then counted by what Python executes, too: no more than n nested loops may account for the growth. That
    finds a loop wherever it stands, in a function that is looked up by its name for one.
    """
    name = what or loop_check.name_of(function)
    deepest = _examine(function, name).deepest
    if len(deepest) > n:
        nested = f"{len(deepest)} are nested: " if len(deepest) > 1 else ""
        _fail(
            [
                f"{name}: {_allowed_loops(n)} allowed here, but {nested}{deepest[-1]}",
                "Compute what this loop does with a NumPy expression on whole arrays.",
            ],
            None,
        )
    if large is not None:
        _grows_like_loops(function, n, name, small, large)


def own_work(function, *args, what=None):
    """One call function(*args) computes by itself: it has no layer, model, kernel or gradient of the library do it.

    Returns what the function returned.
    """
    result, _, modules = watched_call(function, args)
    for module in modules:
        if module.startswith(COMPUTING):
            name = what or loop_check.name_of(function)
            text = f"{name}: {module} of the library computed this. Write the computation yourself."
            _fail([text], None)
    return result


def call(function, *args):
    """(function(*args), args as the call left them): for a function whose work is to change an argument.

    The caller's own arrays, dicts, lists and generators stay as they are: the function is given copies, which are
    what comes back.

        (out, cache), (*_, bn_param) = checks.call(batchnorm_forward, x, gamma, beta, {"mode": "train"})

    A callable that stands for a function elsewhere carries `__with_arguments__(*args)`, which returns the same pair.
    """
    elsewhere = getattr(function, "__with_arguments__", None)
    if callable(elsewhere):
        return elsewhere(*args)
    args = tuple(_copied(value) for value in args)
    return function(*args), args


def peak_memory(function, *args, limit_mb, what, hint=None):
    """One call function(*args) allocates at most limit_mb megabytes (10**6 bytes) at any one time.

    Returns what the function returned. Counts what NumPy and Python allocate during the call, results
    included, arguments not. A callable that stands for a function elsewhere measures there: it carries
    `__peak_memory__(*args)`, which returns (result, peak in bytes).
    """
    measure = getattr(function, "__peak_memory__", None)
    result, peak = measure(*args) if callable(measure) else _traced(function, args)
    if peak > limit_mb * 1e6:
        _fail(
            [f"{what}: it needs {peak / 1e6:.0f} MB of memory at its peak; the limit is {limit_mb:g} MB."],
            hint or "Is an array built that holds every pair in full, as all differences (num_test, num_train, D)?",
        )
    return result


_passed = {}


def passed(exercise, message):
    """Print that a check of an exercise passed, and remember it for the summary."""
    messages = _passed.setdefault(exercise, [])
    if message not in messages:
        messages.append(message)
    print(f"✓ {exercise}: {message}")


def summary(exercises):
    """Print a table of the exercises and how many of their visible checks passed in this session.

    exercises: names; or a dict from name to the number of its checks, which tells partly done from done.
    """
    rows = []
    for name in exercises:
        count = len(_passed.get(name, ()))
        total = exercises[name] if type(exercises) is dict else None
        plural = "check" if count == 1 else "checks"
        if count == 0:
            rows.append(("·", name, "not yet"))
        elif total and count < total:
            rows.append(("·", name, f"passed {count} of {total} checks"))
        else:
            rows.append(("✓", name, f"passed {count} {plural}"))
    width = max((len(name) for _, name, _ in rows), default=0)
    for mark, name, state in rows:
        print(f"{mark} {name:<{width}}  {state}")
    done = sum(mark == "✓" for mark, _, _ in rows)
    print(f"{done} of {len(rows)} exercises pass the checks of this notebook.")


def _copied(value):
    """Data as a copy of its own; what is no data, a student's cache for one, as it is."""
    if type(value) in (np.ndarray, np.random.Generator):
        return copy.deepcopy(value)
    if _is_dict(value):
        filled = copy.copy(value)  # an OrderedDict or a defaultdict stays one
        for key in filled:
            filled[key] = _copied(filled[key])
        return filled
    if type(value) in (list, tuple):
        return type(value)(_copied(part) for part in value)
    return value


def _fail(lines, hint):
    raise CheckFailed("\n".join([*lines, hint] if hint else lines)) from None


def _is_dict(value):
    return any(type(value) is kind for kind in (dict, OrderedDict, defaultdict, Counter))


def _plain_tuple(value):
    """A namedtuple as a tuple, anything else as it is; no method of it runs."""
    return tuple(tuple.__iter__(value)) if issubclass(type(value), tuple) else value


def _numbers(value, what, hint):
    try:
        return as_numbers(_plain_tuple(value))
    except NotNumbers as error:
        _fail([f"{what}: {error}"], hint)


def _same_shape(got, wanted, what, hint, suspects=None):
    if got.shape != wanted.shape:
        suspect = matching_suspect(suspects, got, wanted, 1e-4)
        likely = [f"Likely mistake: {suspect}"] if suspect else []
        _fail([shape_mistake(got.shape, wanted.shape, f"{what}: it"), *likely], hint)


def _all_finite(got, what, hint, unless=None):
    """NaN and infinities fail, except where `unless` holds the same."""
    bad = ~np.isfinite(got)
    if unless is not None:
        bad &= ~((got == unless) | (np.isnan(got) & np.isnan(unless)))
    if not bad.any():
        return
    kind = "NaN" if np.isnan(got[bad]).any() else "infinite"
    if got.ndim == 0:
        text = f"{what}: it is {kind}."
    else:
        text = f"{what}: {np.count_nonzero(bad)} of {got.size} entries are {kind}, first{at(np.argwhere(bad)[0])}."
    text += "\nLook for an exp that overflows, a log of 0, a division by 0 or the root of a negative number."
    _fail([text], hint)


def _changed_elsewhere(argument):
    was_changed = getattr(sys.modules.get("__main__"), "__was_changed__", None)
    return was_changed is not None and was_changed(argument)


def _allowed(got, wanted, rtol, atol):
    """Largest allowed difference at each entry; see close."""
    scale, size = np.max(np.abs(wanted), initial=0.0), np.abs(wanted)
    allowed = atol + (1e-6 if rtol is None else rtol) * size
    if got.dtype == np.float16 == wanted.dtype:
        return np.maximum(allowed, 2e-2 * size + 1e-3 * scale)
    if got.dtype == np.float32 or _holds_float32(got):
        return np.maximum(allowed, 1e-4 * size + 1e-5 * scale)
    return np.maximum(allowed, 1e-5 * scale) if rtol is None else allowed


def _holds_float32(got):
    """float64 numbers that are float32 numbers all, without being simple fractions such as 1/2 or 3/8."""
    if got.dtype != np.float64 or got.size == 0:
        return False
    with np.errstate(over="ignore"):
        return np.array_equal(got.astype(np.float32), got) and not np.array_equal(got * 4096, np.round(got * 4096))


def _how_many(bad):
    if not bad.ndim:
        return "wrong value"
    count = np.count_nonzero(bad)
    if count == bad.size:
        return f"all {count} values are wrong" if count > 1 else "its one value is wrong"
    return f"{count} of {bad.size} values {'is' if count == 1 else 'are'} wrong"


def _worst(got, wanted, bad):
    error = np.where(bad, np.abs(got.astype(np.float64) - wanted), -1.0)
    worst = np.unravel_index(np.argmax(error), error.shape)
    start = f"Worst{at(worst)}: expected" if bad.ndim else "Expected"
    return f"{start} {wanted[worst]:.8g}, got {got[worst]:.8g}."


def _same_keys(actual, expected, what, hint):
    if not _is_dict(actual):
        _fail([f"{what}: a dict is expected, got {in_short(actual)}."], hint)
    missing = [key for key in expected if key not in actual]
    extra = [key for key in actual if key not in expected]
    problems = [f"it has no key {', '.join(map(in_short, missing))}"] if missing else []
    problems += [f"these keys do not belong: {', '.join(map(in_short, extra))}"] if extra else []
    if problems:
        _fail([f"{what}: {'; '.join(problems)}."], hint)


def _equal_list(actual, expected, what, hint):
    if type(actual) is np.ndarray:
        actual = actual.tolist()
    if type(actual) not in (list, tuple):
        _fail([f"{what}: a list is expected, got {in_short(actual)}."], hint)
    if len(actual) != len(expected):
        _fail([f"{what}: it has {len(actual)} entries; it should have {len(expected)}."], hint)
    for k, (a, e) in enumerate(zip(actual, expected, strict=True)):
        equal(a, e, f"{what}[{k}]", hint)


def _equal_numbers(actual, expected, what, hint):
    got = _numbers(actual, what, hint)
    _same_shape(got, expected, what, hint)
    bad = (got != expected) & ~((got != got) & (expected != expected))
    if not bad.any():
        return
    if not bad.ndim:
        _fail([f"{what}: expected {expected[()]}, got {got[()]}."], hint)
    first = tuple(np.argwhere(bad)[0])
    text = [f"{what}: {_how_many(bad)}.", f"First{at(first)}: expected {expected[first]}, got {got[first]}."]
    difference = got.astype(np.float64) - expected
    varied = bad.size > 2 and (expected != expected.flat[0]).any()  # two constants always differ by a constant
    if varied and bad.all() and np.all(difference == difference.flat[0]):
        text.append(f"Likely mistake: every entry is off by {difference.flat[0]:+g}.")
    _fail(text, hint)


def _examine(function, name):
    try:
        return loop_check.examine(function)
    except loop_check.SourceUnavailable as error:
        _fail([f"{name}: {error}."], None)


def _allowed_loops(n):
    return {0: "no loop is", 1: "only one loop is"}.get(n, f"at most {n} nested loops are")


def _grows_like_loops(function, n, name, small, large):
    """Python executes no more lines for the larger arguments than n nested loops do."""
    watched_call(function, small)  # what a first call imports is counted for neither
    (_, few, _), (_, many, _) = watched_call(function, small), watched_call(function, large)
    # Where every size is `growth` times larger, n nested loops execute growth**n times as many lines, and no more.
    shapes = [(np.shape(one), np.shape(other)) for one, other in zip(small, large, strict=True)]
    growth = max(other / one for pair in shapes for one, other in zip(*pair, strict=True))
    if many > few * growth**n + MOST_MORE_LINES:
        lines = f"Python executes {few} lines for small arrays and {many} for larger ones"
        more = "More of it is done in a loop, perhaps in a function that it calls."
        advice = "Compute it with NumPy expressions on whole arrays."
        _fail([f"{name}: {_allowed_loops(n)} allowed here, but {lines}.", f"{more} {advice}"], None)


def _correlation(one, other):
    """Of the entries of two arrays, without its sign."""
    with np.errstate(all="ignore"):
        values = [np.asarray(array, dtype=np.float64) for array in (one, other)]
        centred = [(array - array.mean()) / array.std() for array in values]
        return abs(np.mean(centred[0] * centred[1]))


def _traced(function, args):
    """(result, peak of the memory allocated during one call, in bytes)."""
    already = tracemalloc.is_tracing()
    if not already:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        result = function(*args)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not already:
            tracemalloc.stop()
    return result, peak - before
