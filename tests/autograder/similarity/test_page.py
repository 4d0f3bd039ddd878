"""The page shows code of students as text, runs nothing, and can be read on every screen."""

import html
import re
from dataclasses import replace

import pytest
from chromium import violations
from hostile_notebook import MARKUP

from autograder.similarity.page import MOST_LINES, as_json, chance, page, pairs_table, unusual
from autograder.similarity.pairs import Pair
from autograder.similarity.similar import similar

NAME = "<img src=x onerror=\"document.title='ran'\">\u202e\x1b[31m{{ 7*7 }}"


@pytest.fixture
def hostile(course):
    """Two equal submissions whose names and code are hostile, beside four others."""
    for number in range(4):
        course.hand_in(f"student{number}", course.answers(number))
    comments = "".join(f"# {payload} {{{{ 7*7 }}}} \u202e\x1b[2J\n" for payload in MARKUP.values())
    code = {name: f"{comments}x = '''</code></pre></style>'''\n{text}" for name, text in course.answers(4).items()}
    for student in ("evil", "twin"):
        course.hand_in(student, code)
    found = similar(course.workspace, "nearest")
    labels = tuple(NAME if label == "evil" else label for label in found.label)
    return replace(found, label=labels)


def test_nothing_of_a_student_is_markup(hostile):
    text = page(hostile)
    tags = {tag.lower() for tag in re.findall(r"<([a-zA-Z!][\w-]*)", text)}
    assert tags <= set(
        "!DOCTYPE html head meta title style body main h1 h2 p strong table thead tbody tr th td a div details summary "
        "ul li section pre code span".lower().split()
    )
    assert "&lt;img src=x onerror" in text
    assert "{{ 7*7 }}" in text and "\u202e" not in text and "\x1b" not in text
    assert not re.search(r"<[^>]*\s(on\w+|style|src)=", text)
    assert html.unescape(text).count("Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-") == 1


def test_long_code_is_cut(course):
    course.hand_in_class()
    for student in ("ann", "ben"):
        answer = course.right["cross_validate_k"][0] + "    # more\n" * MOST_LINES
        course.hand_in(student, course.answers(0) | {"cross_validate_k": answer + "    return 1\n"})
    text = page(similar(course.workspace, "nearest"))
    assert "more lines are not shown" in text
    assert f'<span class="no">{MOST_LINES}</span>' in text and f'<span class="no">{MOST_LINES + 1}</span>' not in text


def test_exercises_that_are_too_short_are_said_to_be(course):
    course.hand_in_class()
    course.hand_in("student0", course.answers(0) | {"short": "def one():\n    return 1\n"})
    text = re.sub(r"<[^>]+>|\s+", " ", page(similar(course.workspace, "nearest")))
    assert re.search(r"short +1 +– +– +too short to tell", text)


def test_the_json_and_the_table_name_the_same_pair(course, capsys):
    course.hand_in_class()
    found = similar(course.workspace, "nearest", names=False)
    assert as_json(found)["pairs"][0]["first"] in ("submission 1", "submission 2")
    assert list(pairs_table(found).columns[0].cells)[0].plain == "submission 1 and submission 2"


def test_chance_in_words():
    def pair(chance):
        return Pair(0, 1, (), 1, 1.0, 9.0, chance)

    assert [chance(pair(value)) for value in (12.3, 1.2, 0.6, 0.01, 1e-9)] == [
        "12 such pairs", "1 such pair", "1 such pair", "1 in 100 classes", "1 in over a million classes",
    ]  # fmt: skip
    assert (unusual(0.002), unusual(0.3)) == ("1 in 500 pairs", "30% of pairs")


@pytest.mark.slow
def test_the_page_in_a_browser(hostile, tmp_path, chromium):
    """Nothing runs, nothing is asked for, and at 360 pixels the page itself does not scroll sideways."""
    path = tmp_path / "page.html"
    path.write_text(page(hostile), encoding="utf-8")
    for width in (360, 1280):
        context = chromium.new_context(viewport={"width": width, "height": 800})
        tab, said, asked = context.new_page(), [], []
        tab.on("console", lambda message, said=said: said.append(message.text))
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.goto(path.as_uri())
        assert tab.title() == "Similar submissions: nearest"
        assert said == [] and asked == [path.as_uri()]
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.locator("summary").filter(has_text="predict_labels").first.click()
        boxes = [tab.locator("details[open] .side").nth(i).bounding_box() for i in (0, 1)]
        assert (boxes[0]["y"] == boxes[1]["y"]) == (width == 1280)
        assert tab.locator(".rare").first.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 226, 168)"
        context.close()
    context = chromium.new_context(bypass_csp=True)  # axe is a script, which the page's policy would not allow
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert violations(tab) == []
    context.close()
