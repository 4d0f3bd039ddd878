"""Support marking by hand in nbgrader's formgrader."""
