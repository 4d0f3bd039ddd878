import pytest

from cs231n_lib.diagnosis.explanation import lower_first


@pytest.mark.parametrize(
    ("sentence", "after_a_colon"),
    [
        ("It is NaN.", "it is NaN."),
        ("A sum.", "a sum."),
        ("X is read.", "X is read."),
        ("NumPy.", "NumPy."),
        ("W1 is 0.", "W1 is 0."),
        ("", ""),
    ],
)
def test_a_sentence_after_a_colon(sentence, after_a_colon):
    assert lower_first(sentence) == after_a_colon
