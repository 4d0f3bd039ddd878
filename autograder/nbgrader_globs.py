"""The former place of course/nbgrader_globs.py. The nbgrader_config.py files of existing workspaces name it."""

from autograder.course.nbgrader_globs import take_literally

__all__ = ["take_literally"]
