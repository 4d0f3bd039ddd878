"""The names of the course's public `cs231n` package, as thin adaptors of `cs231n_lib`. See docs/public-course.md.

A module whose code answers an assignment is missing from that assignment's edition; its import says so.
"""

import cs231n_lib  # noqa: F401  it explains the import of a missing module, also of this package
