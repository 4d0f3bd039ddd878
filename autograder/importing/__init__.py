"""Courses that others wrote: notebooks of nbgrader or otter-grader become text sources."""
