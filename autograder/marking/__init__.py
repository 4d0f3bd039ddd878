"""Marking by hand, in nbgrader's formgrader."""
