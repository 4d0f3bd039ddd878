"""The parts of a feedback page."""

from nbformat.v4 import new_output

from autograder.reports.harmless import Room
from autograder.reports.rendered import Rendered, course_code, course_markdown, with_levels


def test_code_is_coloured_and_scrolls():
    assert Rendered(Room()).code("if x:") == (
        '<pre class="code" tabindex="0"><span class="k">if</span> '
        '<span class="n">x</span><span class="p">:</span>\n</pre>'
    )


def test_what_scrolls_can_be_reached_by_keyboard():
    table = course_markdown("| a |\n|---|\n| b |")
    assert table.startswith('<div class="text" tabindex="0">') and course_markdown("a") == (
        '<div class="text"><p>a</p>\n</div>'
    )
    assert '<pre tabindex="0"><code>' in course_markdown("    code")


def test_the_course_s_own_parts_are_rendered_once():
    assert course_markdown("*once*") is course_markdown("*once*")
    assert course_code("once()") is course_code("once()")


def test_levels_of_headings():
    assert with_levels("<h1>a</h1><h3>b</h3><h6>c</h6><h2>d</h2>", 2) == "<h3>a</h3><h4>b</h4><h5>c</h5><h4>d</h4>"


def test_a_picture_is_described_and_has_only_numbers_for_its_size():
    output = new_output("display_data", data={"image/jpeg": "AAAA"}, metadata={"image/jpeg": {"width": 5}})
    assert Rendered(Room()).outputs([output], 'a "plot"') == (
        '<img alt="Picture: a &quot;plot&quot;" src="data:image/jpeg;base64,AAAA" width="5">'
    )
