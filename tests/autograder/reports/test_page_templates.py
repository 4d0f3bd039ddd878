"""What all pages share."""

import base64
import hashlib

import pytest
from markupsafe import Markup

from autograder.reports.page_templates import environment, points, source_hash


def shown(template, **values):
    return environment().from_string(template).render(**values)


def test_everything_is_escaped_and_nothing_reorders():
    assert shown("{{ x }}|{{ y }}", x="<b>\u202e'", y=Markup("<i>")) == "&lt;b&gt;\ufffd&#x27;|<i>"


def test_a_style_sheet_is_allowed_by_its_hash():
    digest = base64.b64encode(hashlib.sha256(b"p { }").digest()).decode()
    assert source_hash("p { }") == f"sha256-{digest}"


@pytest.mark.parametrize("value, text", [(None, "–"), (3.0, "3"), (2.5, "2.5"), (1 / 3, "0.33"), (1234.0, "1,234")])
def test_points(value, text):
    assert points(value) == text == shown("{{ x | points }}", x=value)
