"""Two sources explain a submission that is joined from them, and no other one."""

import numpy as np
import pytest

from autograder.similarity.joined import Sources
from autograder.similarity.shares import rarity


def answer(*ways):
    """Twelve passages of each way to write an answer, as the code stands."""
    return np.array(sorted(2 * (1000 * way + k) for way in ways for k in range(12)), np.uint64)


def sources(*exercises):
    documents = {f"e{number}": list(answers) for number, answers in enumerate(exercises)}
    return Sources(documents, {name: rarity(answers) for name, answers in documents.items()}, documents)


OTHERS = [answer(n, n + 1) for n in range(10, 40, 2)]


def test_a_submission_that_two_others_explain():
    found = sources([answer(1, 2), answer(3, 4), answer(1, 4), *OTHERS])
    for given in ((0, 2), (2, 0), (1, 2)):
        joined = found.joined(*given)
        assert joined.copy == 2 and {joined.first, joined.second} == {0, 1}
        assert joined.share_of_first == joined.share_of_second == pytest.approx(0.5)


def test_exercises_add_up():
    found = sources(
        [answer(1), answer(2), answer(1), *OTHERS],
        [answer(3), answer(4), answer(4), *OTHERS],
        [answer(5), answer(6), answer(5), *OTHERS],
    )
    joined = found.joined(0, 2)
    assert (joined.copy, joined.first, joined.second) == (2, 0, 1)
    assert (joined.share_of_first, joined.share_of_second) == pytest.approx((2 / 3, 1 / 3))


def test_a_whole_copy_has_one_source():
    assert sources([answer(1, 2), answer(1, 2), *OTHERS]).joined(0, 1) is None


def test_what_nobody_else_wrote_is_not_explained():
    assert sources([answer(1, 2), answer(3, 4), answer(1, 4, 5, 6), *OTHERS]).joined(0, 2) is None


def test_a_rest_that_many_have_has_no_source():
    many = [answer(4, n) for n in range(10, 16)]
    assert sources([answer(1, 2), answer(1, 4), *many, *OTHERS]).joined(0, 1) is None


def test_a_class_without_answers():
    empty = np.empty(0, np.uint64)
    assert sources([empty, empty]).joined(0, 1) is None
