"""The [mail] table: addresses, and the placeholders of subject and body."""

import pytest

from autograder.course.mail_settings import BODY, PLACEHOLDERS, SUBJECT, as_address, wrong_placeholder


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("a@x.org", "", "a@x.org"),
        ("Zoë Müller <zoe.m+cs@x.uni.edu>", "Zoë Müller", "zoe.m+cs@x.uni.edu"),
        ('"Lee, Ann" <a@x.org>', "Lee, Ann", "a@x.org"),
    ],
)
def test_an_address(text, name, spec):
    address = as_address(text)
    assert (address.display_name, address.addr_spec) == (name, spec)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@x.org",
        "a b@x.org",
        "a@x.org\nBcc: b@x.org",
        "a@x.org, b@x.org",
        "<a@x.org",
        "a..b@x.org",
        "a@b@c",
    ],
)
def test_no_address(text):
    with pytest.raises(ValueError, match="is not an e-mail address"):
        as_address(text)


def test_an_address_in_another_alphabet():
    with pytest.raises(ValueError, match="has letters beyond ASCII"):
        as_address("josé@x.org")


@pytest.mark.parametrize("template", [SUBJECT, BODY, "", "{{braces}}", "".join(f"{{{p}}}" for p in PLACEHOLDERS)])
def test_a_template(template):
    assert wrong_placeholder(template) is None
    template.format(**dict.fromkeys(PLACEHOLDERS, "x"))


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{points}", "has the placeholder {points}; the known ones are {name}, {first_name}"),
        ("{name.__class__}", "has the placeholder {name.__class__}"),
        ("{name!r}", "has the placeholder {name}"),
        ("{name:>9}", "has the placeholder {name}"),
        ("{}", "has the placeholder {}"),
        ("a { b", "has a single { or }"),
        ("a } b", "has a single { or }"),
    ],
)
def test_a_wrong_template(template, why):
    assert wrong_placeholder(template).startswith(why)
