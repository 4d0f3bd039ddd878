"""A connection to an honest student's process: values, errors, callbacks, deadlines."""

import contextlib
import inspect
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import loops_in_disguise
import numpy as np
import pytest

from autograder.execution.judge import agent
from autograder.execution.judge.bundle import connect_code, serve_code
from autograder.execution.judge.connection import StudentConnection
from autograder.execution.judge.errors import CannotCross, JudgeError, StudentDied, StudentError, StudentTimeout
from autograder.execution.judge.exceptions import error_types, named_type
from autograder.execution.judge.names import StudentNames
from cs231n_lib import checks
from cs231n_lib.checks import watched_call
from cs231n_lib.checks.loops import _require_growth

CELLS = """
import sys, time
import numpy as np

def loss(W, X, reg=0.0):
    return float(np.sum(X @ W)) + reg, X.T @ np.ones((len(X), W.shape[1]))

def measured(W, X):
    moved = [W + 1e-6 * (np.arange(W.size) == i).reshape(W.shape) for i in range(W.size)]
    value = loss(W, X)[0]
    return value, np.array([(loss(V, X)[0] - value) / 1e-6 for V in moved]).reshape(W.shape)

def stub():
    raise NotImplementedError("Exercise 1: loss")

def divide(a, b):
    return a / b

class Odd(LookupError):
    pass

def odd():
    raise Odd("very <b>odd</b>\\x1b[31m")

def train(loss_fn, W, rng, steps):
    for _ in range(steps):
        value, dW = loss_fn(W, rng.normal(size=3))
        W = W - 0.1 * dW
    return W

def swallow(f):
    try:
        f()
    except Exception as error:
        return "swallowed " + type(error).__name__

def change(x, params, items):
    x += 1
    params["W"][0] = 7
    items.append(1)
    return 0

def remember(x, param):
    x += 1
    param["sum"] = float(x.sum())
    return len(x)

def sleep(seconds):
    time.sleep(seconds)
    return "slept"

def unwatched(X):
    sys.settrace(None)

def leave():
    sys.exit(3)

def apply(f, x):
    return f(x)

def batches(n):
    for i in range(n):
        yield np.full(2, i)

def forever():
    while True:
        yield 1

class Net:
    sizes = [3, 4]
    def __init__(self, scale=1.0):
        self.W = np.full((2, 2), scale)
        self.inner = self
    def forward(self, x):
        return x @ self.W
    def __getitem__(self, key):
        return key
    def __len__(self):
        return 5

net = Net()
is_same = lambda a, b: a is b
number, table, big = 3, {"a": np.arange(3)}, np.zeros(70_000_000, np.float64)
memory = lambda n: np.zeros(n).sum()
first = lambda n: np.arange(float(n))[:5].copy()
zeros = lambda n: np.zeros(n)


def replace_by_equals(params, items):
    params["W"] = params["W"] + 0
    items[0] = 5
    return 0

def replace(params, items):
    params["W"] = params["W"] + 1
    items[0] = 6
    return 0
"""


@pytest.fixture
def here(student):
    return student(CELLS)


def test_a_call_takes_and_brings_values(here):
    W, X = np.ones((3, 2)), np.arange(6.0).reshape(2, 3)
    value, dW = here.names.loss(W, X, reg=0.5)
    assert type(value) is float and value == 2 * X.sum() + 0.5
    assert type(dW) is np.ndarray and np.array_equal(dW, X.sum(axis=0)[:, None] * np.ones((1, 2)))


def test_a_numeric_gradient_goes_through(here):
    loss, X = here.names.loss, np.arange(6.0).reshape(2, 3)
    W = np.ones((3, 2))
    checks.gradient(lambda V: loss(V, X)[0], W, loss(W, X)[1], "dW")


def test_plain_data_comes_by_value_and_too_much_of_it_as_an_object(here):
    assert here.names.number == 3 and here.names.table["a"].tolist() == [0, 1, 2]
    assert repr(here.names.big) == "<ndarray 'big' of the notebook>"
    assert here.names.big[5] == 0 and here.names.big.shape == (70_000_000,)


def test_built_in_exceptions_arrive_as_themselves(here):
    divide, stub = here.names.divide, here.names.stub
    assert str(checks.raises(ZeroDivisionError, "divide", divide, 1, 0)) == "division by zero"
    with pytest.raises(NotImplementedError, match="Exercise 1"):
        checks.raises(ValueError, "stub", stub)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        divide(1)


def test_other_exceptions_keep_name_message_and_the_student_s_traceback(here):
    with pytest.raises(LookupError) as caught:
        here.names.odd()
    assert type(caught.value).__name__ == "Odd" and isinstance(caught.value, StudentError)
    assert str(caught.value) == "very <b>odd</b>?[31m"
    shown = "\n".join(caught.value._render_traceback_())
    assert 'raise Odd("very' in shown and "_cs231n_agent" not in shown and __file__ not in shown


def test_leaving_is_an_error_like_any_other(here):
    with pytest.raises(StudentError, match="3") as caught:
        here.names.leave()
    assert type(caught.value).__name__ == "SystemExit"
    assert here.names.divide(4, 2) == 2


def test_functions_of_the_check_are_called_back(here):
    seen = []

    def loss_fn(W, x):
        seen.append((W.copy(), x))
        return 1.0, np.ones(2)

    W = here.names.train(loss_fn, np.zeros(2), np.random.default_rng(4), 3)
    assert np.allclose(W, -0.3) and len(seen) == 3 and np.allclose(seen[2][0], -0.2)
    assert np.array_equal(np.stack([x for _, x in seen]), np.random.default_rng(4).normal(size=(3, 3)))


def test_a_student_s_function_handed_back_is_the_object_itself(here):
    assert here.names.apply(here.names.memory, 4) == 0.0
    assert here.names.is_same(here.names.net, here.names.net) is True
    assert here.names.apply(lambda x: here.names.divide(x, 2), 8) == 4  # a call inside a callback inside a call
    f = lambda x: x  # noqa: E731
    assert here.names.apply(lambda g: g is f, f) is True


def test_exceptions_of_callbacks(here):
    class Own(Exception):
        pass

    def wrong(x):
        raise Own("mine")

    with pytest.raises(Own) as caught:
        here.names.apply(wrong, 1)
    assert type(caught.value) is Own
    with pytest.raises(ValueError, match="too big"):
        here.names.apply(lambda x: (_ for _ in ()).throw(ValueError("too big")), 1)
    assert here.names.swallow(lambda: 1 / 0) == "swallowed ZeroDivisionError"
    with pytest.raises(checks.CheckFailed):  # a failed check counts even if the student catches it
        here.names.swallow(lambda: checks.true(False, "no"))
    assert here.names.divide(4, 2) == 2


def test_calls_inside_calls_end(here):
    def again(x):
        return here.names.apply(again, x)

    with pytest.raises(RecursionError):
        again(1)
    assert here.names.divide(4, 2) == 2


def test_changed_arguments_stay_here_and_are_known(here):
    x, params, items, other = np.zeros(3), {"W": np.zeros(2)}, [5], np.zeros(3)
    here.names.change(x, params, items)
    assert x.tolist() == [0, 0, 0] and items == [5] and params["W"].tolist() == [0, 0]
    assert all(map(here.connection.was_changed, (x, params["W"], items)))
    assert not here.connection.was_changed(other) and not here.connection.was_changed(params)
    here.connection.forget()
    assert not here.connection.was_changed(x)


def test_what_was_replaced_by_its_equal_is_not_changed(here):
    params, items = {"W": np.zeros(2)}, [5]
    here.names.replace_by_equals(params, items)
    assert not here.connection.was_changed(params) and not here.connection.was_changed(items)
    here.names.replace(params, items)
    assert here.connection.was_changed(params) and here.connection.was_changed(items)


def test_objects_stay_there_and_are_reached_into(here):
    Net = here.names.Net
    net = Net(scale=2.0)
    assert type(net).__name__ == "Net" and repr(net) == "<Net 'Net' of the notebook>" and len(net) == 5
    assert net.W.tolist() == [[2, 2], [2, 2]] and net.forward(np.ones(2)).tolist() == [4, 4]
    assert net[1:3, ...] == (slice(1, 3), ...) and Net.sizes == [3, 4] and net.inner is net
    with pytest.raises(AttributeError, match="missing"):
        _ = net.missing


def test_iterating_is_bounded(here):
    assert [batch.tolist() for batch in here.names.batches(3)] == [[0, 0], [1, 1], [2, 2]]
    with pytest.raises(StudentError, match="10,000"):
        list(here.names.forever())


def test_what_cannot_be_handed_over_is_said_before_anything_is_sent(here):
    for argument in (object(), np.array([None]), [here.connection.stream]):
        words = "^the check passes your divide an argument that cannot be sent: it is or holds an object of type"
        with pytest.raises(CannotCross, match=words):
            here.names.divide(argument, 1)
    assert here.names.divide(4, 2) == 2


def test_peak_memory_is_measured_there(here):
    options = {"limit_mb": 1, "what": "first", "expected": np.arange(5.0)}
    assert checks.peak_memory(here.names.first, 100_000, **options).tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(checks.CheckFailed, match="needs 8 MB"):
        checks.peak_memory(here.names.first, 1_000_000, **options)
    with pytest.raises(checks.CheckFailed, match="has little to do with the right values"):
        checks.peak_memory(here.names.zeros, 5, **options)


def test_work_is_watched_there(here):
    result, lines, modules, most_called = here.names.memory.__work__(10)
    assert result == 0 and 0 < lines < 20 and "__main__" in modules and most_called == ("<lambda>", 1)
    with pytest.raises(StudentError, match="settrace"):
        here.names.unwatched.__work__(1)


def test_both_kernels_watch_with_the_same_lines():
    def lines(module):
        body = inspect.getsource(module._watch).partition(":\n")[2]
        body = body.rpartition('"""\n')[2].replace("types.FrameType", "FrameType")
        return body, module.NUMPY, module.NUMPY_CALLS, module.LONG_CODE

    assert lines(agent) == lines(watched_call)


def test_loops_are_found_there_and_honest_answers_pass(student):
    small, large = (np.arange(1.0, 7).reshape(3, 2),), (np.random.default_rng(0).normal(size=(600, 16)),)
    sizes = {"small": small, "large": large, "expected": (large[0] ** 2).sum(axis=1)}
    there = student(Path(loops_in_disguise.__file__).read_text())
    for name in loops_in_disguise.VECTORIZED:
        checks.no_loops(getattr(there.names, name), **sizes)
    for name in loops_in_disguise.LOOPING:
        with pytest.raises(checks.CheckFailed):
            checks.max_loops(getattr(there.names, name), 0, **sizes)
        with pytest.raises(checks.CheckFailed):
            _require_growth(getattr(there.names, name), 0, name, *sizes.values())


def test_a_measured_gradient_is_found_there(here):
    W, X = np.ones((8, 4)), np.ones((1, 8))
    assert checks.derived(here.names.loss, W, X, size=32)[0] == 32
    with pytest.raises(checks.CheckFailed, match="loss ran 33 times to compute a gradient of 32 numbers"):
        checks.derived(here.names.measured, W, X, size=32)


def test_what_a_function_changes_is_shown_and_nothing_here_changes(here):
    param, x = {"mode": "train"}, np.zeros(3)
    result, (x_after, param_after) = checks.call(here.names.remember, x, param)
    assert result == 3
    assert x_after.tolist() == [1, 1, 1] and param_after == {"mode": "train", "sum": 3.0}
    assert x.tolist() == [0, 0, 0] and param == {"mode": "train"}


def test_a_call_that_takes_too_long(student):
    here = student(CELLS)
    names = here.names
    assert names.divide(4, 2) == 2
    sleep, divide = names.sleep, names.divide
    here.connection.begin(0.3)
    with pytest.raises(StudentTimeout, match="^your sleep did not return within 0.3 s$"):
        sleep(60)
    assert here.connection.during == "your sleep"
    with pytest.raises(StudentDied, match="was not run: your sleep did not return"):
        divide(4, 2)


def test_calls_share_the_time_of_a_cell(student):
    here = student(CELLS)
    sleep = here.names.sleep
    here.connection.begin(0.6)
    sleep(0.4)
    with pytest.raises(StudentTimeout, match="^the 0.6 s that this check may take ran out while your sleep was runn"):
        sleep(60)


def test_when_the_time_is_over_nothing_is_asked_and_nothing_is_lost(here):
    divide = here.names.divide
    here.connection.begin(0)
    with pytest.raises(StudentTimeout, match="^your divide was not run: the 0 s that this check may take had passed$"):
        divide(4, 2)
    here.connection.begin(20)
    assert divide(4, 2) == 2


@pytest.mark.parametrize("nested", [False, True])
def test_a_call_that_can_be_interrupted_does_not_end_the_connection(student, nested):
    here = student(CELLS)
    here.connection.interrupt = lambda: here.process.send_signal(2)
    names = here.names
    assert names.divide(4, 2) == 2
    sleep = names.sleep
    apply = names.apply
    here.connection.begin(0.3)
    with pytest.raises(StudentTimeout):
        apply(lambda x: sleep(60), 1) if nested else sleep(60)
    assert here.connection.over is None
    here.connection.begin(20)
    assert names.divide(4, 2) == 2


@pytest.mark.parametrize("failing", [False, True])
def test_a_call_that_no_interrupt_ends_ends_the_connection(student, failing):
    def interrupt():
        if failing:
            raise ProcessLookupError

    here = student(CELLS, grace_seconds=0.2)
    here.connection.interrupt = interrupt
    sleep, divide = here.names.sleep, here.names.divide
    here.connection.begin(0.3)
    with pytest.raises(StudentTimeout, match="^your sleep did not return within 0.3 s$"):
        sleep(60)
    assert here.connection.interrupted and here.connection.during == "your sleep"
    here.connection.begin(20)
    with pytest.raises(StudentDied, match="was not run: your sleep did not return"):
        divide(4, 2)


def test_the_agent_takes_over_a_socket_serves_and_lets_go(tmp_path):
    ours, theirs = socket.socketpair()
    code = f"""
{connect_code(theirs.fileno())}
left = [name for name in globals() if not name.startswith("__")]
def f(x): return x + 1, left
{serve_code()}
def f(x): return x + 2, left
{serve_code()}
"""
    with theirs:
        # -I: the process cannot import the agent and has only its text
        process = subprocess.Popen([sys.executable, "-I", "-c", code], pass_fds=[theirs.fileno()], cwd=tmp_path)
    connection = StudentConnection(ours)
    names = StudentNames(connection)
    for expected in (2, 3):
        names.forget()
        f = names["f"]
        assert f(1) == (expected, [])
        connection.stop()
        connection.begin(20)
    assert process.wait(20) == 0
    with pytest.raises(StudentDied):
        f(1)
    connection.close()


def test_a_small_call_is_quick(here):
    loss, W, X = here.names.loss, np.ones((10, 4)), np.ones((20, 10))
    seconds = []
    for _ in range(500):
        start = time.perf_counter()
        loss(W, X)
        seconds.append(time.perf_counter() - start)
    assert sorted(seconds)[50] < 2e-3  # ten times the promised time, since tests share the machine


OBJECTS = """
import collections
import numpy as np

class Net:
    def __init__(self):
        self.W, self.table, self.removed = np.zeros(2), {}, 1
    def __setitem__(self, key, value):
        self.table[key] = value
    def __getitem__(self, key):
        return self.table[key]
    def __delitem__(self, key):
        del self.table[key]
    def __contains__(self, key):
        return key in self.table
    def __call__(self, x):
        return x + 1
    def __len__(self):
        return 0
    @property
    def fixed(self):
        return 1

class Sized:
    def __len__(self):
        return 10_001
    def __getitem__(self, i):
        if i > 10_000:
            raise IndexError
        return i

class ShapeError(ValueError):
    def __init__(self, wanted, got):
        super().__init__(f"{got} is not {wanted}")

class Wrapped(ShapeError):
    pass

class CheckFailed(AssertionError):
    pass

def wrong_shape(kind):
    raise {"shape": ShapeError, "wrapped": Wrapped, "other": CheckFailed}[kind](*(2, 3)[: 1 + (kind != "other")])

def catch(f):
    try:
        f()
    except ShapeError as error:
        return str(error)

net, sized, exactly = Net(), Sized(), lambda: iter(range(10_000))
Pair = collections.namedtuple("Pair", "loss grad")
pair = lambda: Pair(1.5, np.ones(2))
field = lambda p: (p.loss, p == (1, 2), isinstance(p, tuple))
inverse = lambda x: np.linalg.inv(x)
draw = lambda rng: rng.random()
look = lambda rng: 0
apply = lambda f: f()
add = lambda a, b: a + b
masked = np.ma.masked_array([1.0], [True])
"""


@pytest.fixture
def objects(student):
    return student(OBJECTS)


def test_attributes_and_items_are_set_there(objects):
    net = objects.names.net
    net.W = np.ones(2)
    net["b"] = {"a": 1}
    assert net.W.tolist() == [1, 1] and net["b"] == {"a": 1} and "b" in net and "c" not in net
    del net["b"], net.removed
    assert "b" not in net and not hasattr(net, "removed") and len(net) == 0 and bool(net)
    with pytest.raises(AttributeError):
        net.fixed = 2
    with pytest.raises(KeyError):
        del net["b"]
    with pytest.raises(CannotCross, match="the check passes your net an argument that cannot be sent: it is"):
        net.W = object()


@pytest.mark.parametrize("name", ["_hidden", "__class__", "__dict__"])
def test_names_with_an_underscore_are_neither_set_nor_deleted(objects, name):
    net = objects.names.net
    for change in (lambda: setattr(net, name, 1), lambda: delattr(net, name)):
        with pytest.raises(CannotCross, match=f"^{name} of your net cannot be (set|deleted) from a check$"):
            change()


def test_what_can_be_called_is_a_function(objects):
    assert callable(objects.names.net) and objects.names.net(1) == 2 and not callable(objects.names.sized)


def test_iterators_go_on_step_by_step(objects):
    iterator = objects.names.exactly()
    assert next(iterator) == 0 and next(iterator) == 1 and len(list(iterator)) == 9_998
    with pytest.raises(StopIteration):
        next(iterator)
    with pytest.raises(TypeError):
        next(objects.names.net)


def test_what_is_too_long_to_be_taken_one_by_one(objects):
    with pytest.raises(StudentError, match="^your sized yields more than 10,000 values; a check reads at most"):
        sum(objects.names.sized)
    assert len(list(objects.names.exactly())) == 10_000


def test_a_class_of_the_student_s_is_no_base_and_no_type(objects):
    Net, net = objects.names.Net, objects.names.net
    with pytest.raises(CannotCross, match="a class of a check cannot derive from it"):

        class _(Net):
            pass

    with pytest.raises(CannotCross, match="isinstance cannot test for it"):
        isinstance(net, Net)


def test_namedtuples_cross_both_ways(objects):
    loss, grad = pair = objects.names.pair()
    assert isinstance(pair, tuple) and pair.loss == loss == 1.5 and pair.grad is grad
    assert objects.names.field(pair._replace(loss=1, grad=2)) == (1, True, True)


def test_a_masked_array_comes_as_an_object(objects):
    assert type(objects.names.masked).__name__ == "MaskedArray"
    with pytest.raises(StudentError, match="masked array"):
        objects.names.add(objects.names.masked, 1)


def test_linear_algebra_errors_arrive_as_themselves(objects):
    error = checks.raises(np.linalg.LinAlgError, "inverse", objects.names.inverse, np.zeros((2, 2)))
    assert type(error).__name__ == "LinAlgError" and isinstance(error, ValueError) and str(error) == "Singular matrix"


def test_exceptions_of_the_instructor_s_cells_arrive_as_these(objects):
    class ShapeError(ValueError):
        def __init__(self, wanted, got):
            raise AssertionError("never run")

    objects.connection.error_types = error_types({"ShapeError": ShapeError, "Alias": ShapeError, "x": 1})
    for kind, name in (("shape", "ShapeError"), ("wrapped", "Wrapped")):
        error = checks.raises(ShapeError, "wrong_shape", objects.names.wrong_shape, kind)
        assert type(error).__name__ == name and str(error) == "3 is not 2" and isinstance(error, StudentError)
    objects.connection.error_types = {}
    with pytest.raises(ValueError) as caught:
        objects.names.wrong_shape("shape")
    assert not isinstance(caught.value, ShapeError)


def test_no_error_of_a_student_s_is_one_of_the_grader_s(objects):
    class Derived(checks.CheckFailed):
        pass

    class Steering(StopIteration):
        pass

    class Registered(Exception):
        def __init_subclass__(cls):
            raise AssertionError("never run")

    class Made(Exception):
        def __new__(cls, *_):
            raise AssertionError("never run")

    found = (checks.CheckFailed, StudentDied, StudentError, Derived, Steering, Registered, Made, KeyboardInterrupt)
    objects.connection.error_types = error_types({kind.__name__: kind for kind in found})
    assert objects.connection.error_types == {}
    with pytest.raises(AssertionError) as caught:
        objects.names.wrong_shape("other")
    assert type(caught.value).__name__ == "your_CheckFailed" and not isinstance(caught.value, checks.CheckFailed)


def test_a_built_in_error_is_never_taken_for_another_of_its_name(objects):
    class ZeroDivisionError(Exception):
        pass

    objects.connection.error_types = error_types({"ZeroDivisionError": ZeroDivisionError})
    with pytest.raises(ArithmeticError) as caught:
        named = ["ZeroDivisionError"]
        raise named_type(named, StudentError, {}, objects.connection.error_types)("no")
    assert not isinstance(caught.value, ZeroDivisionError)


def test_the_student_s_code_can_catch_what_a_function_of_the_check_raises(objects):
    class ShapeError(ValueError):
        pass

    def fail():
        raise ShapeError("from the check")

    assert objects.names.catch(fail) == "from the check"


def test_a_generator_is_for_one_call(objects):
    rng, other = np.random.default_rng(3), np.random.default_rng(3)
    first = objects.names.draw(rng)
    with pytest.raises(CannotCross, match="^this check passes one generator to two calls; make a new default_rng"):
        objects.names.draw(rng)
    assert objects.names.draw(np.random.default_rng(3)) == first == rng.random()
    assert objects.names.draw(rng) == np.random.default_rng(3).random(2)[1]  # drawn from above, so a new state
    assert objects.names.look(other) == objects.names.look(other) == 0


def test_another_thread_is_refused_while_a_call_runs(objects):
    add, caught = objects.names.add, []

    def elsewhere():
        try:
            add(1, 1)
        except CannotCross as error:
            caught.append(str(error))

    def in_a_thread():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return add(2, 2)

    assert objects.names.apply(in_a_thread) == 4
    assert caught == [
        "the check calls your add from one thread while another thread waits for an answer from your code"
    ]
    in_a_thread()  # allowed, since no call is running
    assert len(caught) == 1 and add(1, 1) == 2


def test_a_thread_that_still_calls_when_the_cell_ends_loses_the_connection(student):
    here = student(CELLS)
    sleep = here.names.sleep
    thread = threading.Thread(target=_quietly, args=(sleep, 1))
    thread.start()
    while not here.connection._running:
        time.sleep(0.01)
    here.connection.stop()
    assert here.connection.over.startswith("a thread of the check was still calling your code")
    thread.join(20)
    assert not thread.is_alive()


def _quietly(f, *arguments):
    with contextlib.suppress(Exception, JudgeError):
        f(*arguments)
