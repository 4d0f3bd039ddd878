"""What a check may do with a student's object, and what is refused; a fake kernel only records the requests."""

import copy
import math
import operator
import pickle
import types
from weakref import WeakValueDictionary

import numpy as np
import pytest

from autograder.execution.judge import proxies
from autograder.execution.judge.errors import CannotCross, StudentError, StudentProtocolError
from autograder.execution.judge.frames import Handle
from autograder.execution.judge.proxies import StudentFunction, StudentObject, proxy


class Kernel:
    """A fake kernel: answers each operation with the next value of `answers`, and keeps the requests in `asked`."""

    def __init__(self, **answers):
        self.answers, self.asked, self.objects, self.notebook_text = answers, [], WeakValueDictionary(), None
        self.lent = {}

    def request(self, operation, what):
        self.asked.append((operation[0], *operation[2:]))
        self.what = what
        answer = self.answers.get(operation[0])
        answer = answer.pop(0) if type(answer) is list else answer
        if isinstance(answer, Exception):
            raise answer
        return answer, 123


def net(**answers):
    return proxy(Kernel(**answers), Handle(1, "object", "Net"), "net")


def function(**answers):
    return proxy(Kernel(**answers), Handle(2, "function", "function"), "forward")


def asked(found):
    return object.__getattribute__(found, "_student_connection").asked


def test_one_object_has_one_proxy_as_long_as_it_is_in_use():
    kernel = Kernel()
    first = proxy(kernel, Handle(1, "object", "Net"))
    assert proxy(kernel, Handle(1, "object", "Net")) is first and proxy(kernel, Handle(2, "object", "Net")) is not first
    assert repr(first) == "<Net 'Net' of the notebook>"
    proxy(kernel, Handle(1, "object", "Net"), "net")
    assert repr(first) == "<Net 'net' of the notebook>"
    proxy(kernel, Handle(1, "object", "Net"))
    assert repr(first) == "<Net 'net' of the notebook>"


@pytest.mark.parametrize(
    ("kind", "called"), [("function", True), ("class", True), ("object", False), ("module", False)]
)
def test_functions_and_classes_can_be_called(kind, called):
    found = proxy(Kernel(), Handle(1, kind, "T"))
    assert callable(found) is called and isinstance(found, StudentFunction) is called


def test_types_of_proxies_are_kept_up_to_a_thousand(monkeypatch):
    monkeypatch.setattr(proxies, "_types", {("object", f"T{n}"): StudentObject for n in range(1000)})
    proxy(Kernel(), Handle(1, "object", "New"))
    assert len(proxies._types) == 1001
    proxy(Kernel(), Handle(1, "object", "Newer"))
    assert list(proxies._types) == [("object", "Newer")]


def test_attributes_and_items_are_asked_for_there():
    found = net(attribute=[1], item=2, contains=True, length=3)
    assert (found.lr, found["w"], "w" in found, len(found)) == (1, 2, True, 3)
    found.lr = 4
    del found.lr
    found["w"] = 5
    del found["w"]
    assert asked(found) == [
        ("attribute", "lr"), ("item", "w"), ("contains", "w"), ("length",), ("set_attribute", "lr", 4),
        ("delete_attribute", "lr"), ("set_item", "w", 5), ("delete_item", "w"),
    ]  # fmt: skip


def test_an_attribute_is_named_by_its_way_unless_it_has_a_name():
    kernel = Kernel()
    found = proxy(kernel, Handle(1, "object", "Net"), "net")
    kernel.answers["attribute"] = layer = proxy(kernel, Handle(3, "object", "Layer"))
    assert repr(found.conv) == "<Layer 'net.conv' of the notebook>"
    assert repr(found.first) == "<Layer 'net.conv' of the notebook>" and layer is found.first


def test_a_module_is_not_reached_through_an_object():
    kernel = Kernel()
    found = proxy(kernel, Handle(1, "object", "Net"), "net")
    kernel.answers["attribute"] = proxy(kernel, Handle(3, "module", "module"))
    with pytest.raises(CannotCross, match="net.np is a module of the notebook; a check imports its own"):
        found.np  # noqa: B018


@pytest.mark.parametrize("name", ["_cache", "__wrapped__", "__array_interface__"])
def test_names_with_an_underscore_are_not_asked_for(name):
    found = net(attribute=1)
    assert not hasattr(found, name)
    with pytest.raises(CannotCross, match="cannot be set"):
        setattr(found, name, 1)
    with pytest.raises(CannotCross, match="cannot be deleted"):
        delattr(found, name)
    assert asked(found) == []


@pytest.mark.parametrize("size", [0, 2**63 - 1])
def test_a_length_is_a_number_of_items(size):
    assert net(length=size).__len__() == size


@pytest.mark.parametrize("size", [-1, 2**63, True, 1.0, "3", None])
def test_what_is_no_length(size):
    with pytest.raises(StudentProtocolError, match="is not a number of items"):
        net(length=size).__len__()


@pytest.mark.parametrize("answer", [1, None, np.True_])
def test_what_is_neither_true_nor_false(answer):
    with pytest.raises(StudentProtocolError, match="neither True nor False"):
        1 in net(contains=answer)  # noqa: B015


def test_an_object_is_true_and_equal_to_itself_alone():
    found, other = net(length=0), net()
    assert bool(found) and found == found and found != other and found != None and hash(found) == hash(found)  # noqa: E711
    assert asked(found) == []
    with pytest.raises(CannotCross, match="your net is an object of type Net; compare its values"):
        found == 1  # noqa: B015


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_an_order_is_refused(compare):
    with pytest.raises(CannotCross, match="compare its values instead"):
        compare(net(), 1)


BINARY = ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and_", "or_", "xor"]


@pytest.mark.parametrize("name", BINARY)
def test_arithmetic_is_refused_on_either_side(name):
    for arguments in ((net(), 2), (2, net())):
        with pytest.raises(CannotCross, match="compute with its values instead"):
            getattr(operator, name)(*arguments)


@pytest.mark.parametrize(
    "compute",
    [
        *(operator.neg, operator.pos, operator.abs, operator.invert, operator.index, int, float, complex, round),
        *(
            math.floor,
            math.ceil,
            math.trunc,
        ),
        *(lambda x: divmod(x, 2), lambda x: divmod(2, x), np.exp, np.sum, lambda x: np.ones(2) * x),
    ],
)
def test_converting_and_computing_are_refused(compute):
    with pytest.raises(CannotCross, match="compute with its values instead"):
        compute(net())


def test_an_array_of_it_is_a_type_error():
    with pytest.raises(TypeError, match="compute with its values instead"):
        np.asarray(net())


def test_it_is_neither_copied_nor_pickled():
    for make in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(CannotCross, match="an object of type Net stays in the notebook; it cannot be copied"):
            make(net())


def test_it_is_no_type():
    found = function()
    with pytest.raises(CannotCross, match="cannot derive from it"):
        types.new_class("Derived", (found,))
    with pytest.raises(CannotCross, match="isinstance cannot test for it"):
        isinstance(1, found)
    with pytest.raises(CannotCross, match="isinstance cannot test for it"):
        issubclass(int, found)


def iterated(steps, **answers):
    kernel = Kernel(**answers)
    found = proxy(kernel, Handle(1, "object", "Loader"), "loader")
    kernel.kept = proxy(kernel, Handle(2, "object", "iterator"))
    kernel.answers |= {"iterator": kernel.kept, "next": steps}
    return found


def values(found):
    return [value for value in found]  # `list` asks for the length first


def test_it_is_iterated_step_by_step():
    assert values(iterated([(True, 1), (True, None), (False, None)])) == [1, None]


def test_an_iterator_goes_on_by_itself():
    found = net(next=[(True, 1), (False, 2)])
    assert next(found) == 1
    with pytest.raises(StopIteration):
        next(found)


def test_ten_thousand_values_are_taken_one_by_one():
    steps = [(True, n) for n in range(10_000)]
    assert values(iterated([*steps, (False, None)])) == list(range(10_000))


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (20_000, "yields more than 10,000 values; a check reads at most that many"),
        (StudentError("none"), "more than 10,000 values; does it ever end"),
    ],
)
def test_more_are_not(length, said):
    with pytest.raises(StudentError, match=said):
        values(iterated([(True, n) for n in range(10_001)], length=length))


@pytest.mark.parametrize("step", [None, (True,), (1, 2), (True, 1, 2), [True, 1]])
def test_a_malformed_step_is_refused(step):
    with pytest.raises(StudentProtocolError, match="a step of your loader is malformed"):
        values(iterated([step]))


def test_an_iterator_is_an_object():
    with pytest.raises(StudentProtocolError, match="the iterator of your net is plain data, not an iterator"):
        values(net(iterator=[[1, 2]]))


def test_a_call_hands_over_its_arguments():
    found = function(call=5)
    assert found(1, [2], scale=3) == 5
    assert asked(found) == [("call", (1, [2]), {"scale": 3}, False)]


def test_a_call_whose_memory_is_measured():
    found = function(call=5)
    assert found.__peak_memory__(1) == (5, 123)
    assert asked(found) == [("call", (1,), {}, True)]


def test_a_call_that_is_watched():
    watched = (5, 7, ["numpy"], ("f", 2))
    assert function(call_and_watch=watched).__work__(1) == watched


@pytest.mark.parametrize(
    "answer",
    [None, [5, 7, [], ("", 0)], (5, 7), (5, 7, []), (5, 7, (), ("", 0)), (5, 7.0, [], ("", 0)), (5, True, [], ("", 0))]
    + [(5, 7, [1], ("", 0)), (5, 7, [], ["", 0]), (5, 7, [], ("",)), (5, 7, [], ("", 0.5)), (5, 7, [], (1, 0))]
    + [(5, 7, [], ("", 0), 1), (5, 7, [], ("", True))],
)
def test_a_malformed_watch_is_refused(answer):
    with pytest.raises(StudentProtocolError, match="the answer of your forward is malformed"):
        function(call_and_watch=[answer]).__work__()


def test_a_call_that_shows_its_arguments():
    assert function(call_and_show=(5, (1, 2))).__with_arguments__(1, 2) == (5, (1, 2))


@pytest.mark.parametrize("answer", [None, [5, (1,)], (5,), (5, (1,), 1), (5, [1]), (5, ()), (5, (1, 2))])
def test_malformed_arguments_are_refused(answer):
    with pytest.raises(StudentProtocolError, match="the answer of your forward is malformed"):
        function(call_and_show=[answer]).__with_arguments__(1)


def test_a_method_is_named_by_its_last_name():
    assert proxy(Kernel(), Handle(1, "function", "method"), "net.step").__name__ == "step"


def source(*found, notebook=None):
    made = function(source=[list(found)])
    object.__getattribute__(made, "_student_connection").notebook_text = notebook
    return made.__source__


F, LOOP = "def f(x):\n    return x", "def g(x):\n    return f(x)"


def test_a_source_is_the_function_then_those_that_it_uses_each_once():
    assert source(("f", F)) == F
    assert source(("g", LOOP), ("f", F), ("f", "def f(x):\n    pass")) == f"{LOOP}\n\n{F}"


def test_a_function_is_shown_under_the_name_by_which_it_is_used():
    assert source(("h", F)) == "def h(x):\n    return x"
    assert source(("h", "async " + F)) == "async def h(x):\n    return x"
    assert source(("h", "short = lambda x: x + 1")) == "def h(x):\n    return x + 1"


@pytest.mark.parametrize("text", ["x = 1", "def", "f = g = 1", "1\n2", "class C:\n    pass"])
def test_other_text_stays_as_it_is(text):
    assert source(("h", text)) == text


def test_what_is_no_name_is_not_put_in():
    assert source(("a b", F)) == F


NOTEBOOK = "x = 1\n  def f(x):\n      return x\n!ls data\nfiles = !ls\n"


@pytest.mark.parametrize(
    "text", [F, "  def f(x):\n  return x  ", "get_ipython().system('ls data')", "files = get_ipython().getoutput('ls')"]
)
def test_a_source_occurs_in_the_notebook_whatever_its_indentation(text):
    assert source(("", text), notebook=NOTEBOOK) == text


def test_a_source_that_does_not_cannot_be_had():
    for found in ([("f", F.replace("x", "y"))], [("f", F), ("g", LOOP)]):
        with pytest.raises(AttributeError):
            source(*found, notebook=NOTEBOOK)


def test_without_any_text_or_after_an_error_there_is_no_source():
    for answer in ([[]], StudentError("none")):
        assert not hasattr(function(source=answer), "__source__")


@pytest.mark.parametrize("answer", [None, (("f", F),), [("f",)], [["f", F]], [("f", 1)], [(1, F)], [("f", F), None]])
def test_a_malformed_source_is_refused(answer):
    with pytest.raises(StudentProtocolError, match="the source of your forward is malformed"):
        function(source=[answer]).__source__  # noqa: B018
