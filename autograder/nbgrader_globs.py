"""The former place of course/nbgrader_globs.py, which nbgrader_config.py files of existing workspaces name."""

from autograder.course.nbgrader_globs import take_literally

__all__ = ["take_literally"]
