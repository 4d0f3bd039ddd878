"""TeX becomes MathML with nothing in it but mathematics, or stays as it is."""

import re
from xml.etree import ElementTree

import pytest

from autograder.reports.mathml import ATTRIBUTES, TAGS, mathml


def test_a_formula():
    assert mathml(r"\frac{a}{2}") == (
        '<math display="inline"><mrow><mfrac><mrow><mi>a</mi></mrow><mrow><mn>2</mn></mrow></mfrac></mrow></math>'
    )
    assert mathml("x", display=True).startswith('<math display="block">')


@pytest.mark.parametrize("name", ["aligned", "gathered", "gather", "align*", "cases", "matrix", "pmatrix"])
def test_rows_of_formulas(name):
    assert mathml(rf"\begin{{{name}}} a &= b \\ c &= d \end{{{name}}}").count("<mtr>") == 2


@pytest.mark.parametrize("tex", [r"\begin{equation} a = b \end{equation}", r"\{ a \}", r"a \backslash b"])
def test_what_courses_write(tex):
    assert mathml(tex)


@pytest.mark.parametrize(
    "tex",
    [r"\nonsense{x}", r"\frac", r"\frac{a", r"\left( a", "{" * 500, "x" * 2_001, r"\begin{aligned} a & b", "a & b"],
)
def test_what_is_not_understood_stays_tex(tex):
    assert mathml(tex) is None


HOSTILE = [
    r"\href{javascript:alert(1)}{x}",
    r"\style{background:url(http://a)}{x}",
    r"\class{badge}{x}",
    r"\color{red\"onload=alert(1)}{x}",
    r"\text{<script>alert(1)</script>}",
    r"\text{&lt;script&gt;}",
    r"\mathrm{<img src=x onerror=alert(1)>}",
    r"<script>alert(1)</script>",
    r'x"onload="alert(1)',
    r"\hspace{99999em} \kern-9999pt \rule{1em}{9999em} x",
    r"\unicode{60}\Huge x \operatorname{<b>}",
    "\\text{\x1b]0;x\x07}",
]


@pytest.mark.parametrize("tex", HOSTILE)
def test_only_mathematics_is_left(tex):
    made = mathml(tex)
    for element in ElementTree.fromstring(made).iter() if made else ():
        assert element.tag in TAGS
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES and re.fullmatch(r"[a-z -]+|-?[\d.]{0,8}(em|ex|mu|pt)?", value)


TENFOLD = (rf"\newcommand{{\{new}}}{{{(chr(92) + old) * 10}}}" for old, new in zip("abcdefgh", "bcdefghi", strict=True))
TEDIOUS = {
    "commands": r"\newcommand{\a}{xxxxxxxxxx}" + "".join(TENFOLD) + r"\i",
    "itself": r"\newcommand{\x}{\x\x}\x",
    "primes": "'" * 2_000,
    "ampersands": r"\begin{matrix}" + "&" * 1_900 + r"\end{matrix}",
    "scripts": "x" + "_{x" * 60 + "}" * 60,
    "fractions": r"\frac" * 400,
    "over": r"\over" * 390,
}


@pytest.mark.parametrize("what", TEDIOUS)
def test_what_is_made_of_a_formula_is_bounded(what):
    assert len(mathml(TEDIOUS[what]) or "") < 100_000
