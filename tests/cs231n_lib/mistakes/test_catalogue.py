"""The catalogue is complete, consistent and documented."""

import ast
import re
import runpy
from collections import defaultdict
from pathlib import Path

import pytest

from cs231n_lib.diagnosis.factors import factor_words
from cs231n_lib.mistakes import catalogue
from cs231n_lib.mistakes.generic import MEANINGS

ROOT = Path(__file__).parents[3]


def test_an_id_has_one_sentence():
    sentences = defaultdict(set)
    for entry in catalogue.entries():
        sentences[entry.id].add((entry.sentence, entry.look_at))
    assert {id: texts for id, texts in sentences.items() if len(texts) > 1} == {}


@pytest.mark.parametrize("entry", catalogue.entries(), ids=lambda entry: entry.id)
def test_a_mistake_is_told_in_a_sentence(entry):
    assert re.fullmatch(r"[a-z0-9_]+\.[\w/()+-]+", entry.id)
    for text in filter(None, (entry.sentence, entry.look_at)):
        assert text.endswith((".", "?")) and not text.startswith(" ")
        # a name such as dW may begin a sentence, and so may code
        first = text.split()[0]
        assert text[0].isupper() or text[0] == "`" or first != first.lower() or "_" in first


def test_every_generic_cause_has_a_meaning():
    causes = {f"factor_{name}" for name in _factor_names()} | {"factor"}
    for path in (ROOT / "cs231n_lib" / "diagnosis").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Explanation", "wrong") and node.args:
                causes |= {part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)}
    plain = {cause for cause in causes if isinstance(cause, str) and re.fullmatch(r"[\w/()-]+", cause)}
    assert {f"generic.{cause}" for cause in plain} - MEANINGS.keys() == set()
    assert len(plain) > 40


def _factor_names():
    n = 5
    for c in (-1, 2, 0.5, n, 1 / n, 2 * n, 0.5 / n, n / 2, 2 / n, n / (n - 1), (n - 1) / n):
        yield factor_words(c, n)[0].removeprefix("factor_")


def test_the_page_lists_the_catalogue():
    page = runpy.run_path(str(ROOT / "docs" / "mistakes.py"))["page"]()
    assert (ROOT / "docs" / "mistakes.md").read_text("utf-8") == page, "Run python docs/mistakes.py."


def test_an_id_is_written_out_and_begins_with_the_name_of_its_file(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "__file__", str(tmp_path / "catalogue.py"))
    (tmp_path / "knn.py").write_text('def f(n):\n    yield Mistake("knn.squared", "It is squared.", dists=n)\n')
    assert catalogue.entries()[0] == catalogue.Entry("knn.squared", "It is squared.")
    (tmp_path / "knn.py").write_text('def f(n):\n    yield Mistake(f"knn.{n}", "It is squared.")\n')
    with pytest.raises(ValueError, match=r"knn.py, line 2: write the id"):
        catalogue.entries()
    (tmp_path / "knn.py").write_text('def f(n):\n    yield Mistake("svm.squared", "It is squared.")\n')
    with pytest.raises(ValueError, match=r"must begin with 'knn\.'"):
        catalogue.entries()
