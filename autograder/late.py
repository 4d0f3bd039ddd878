"""The former place of grading/late.py. The nbgrader_config.py files of existing workspaces name it."""

from autograder.grading.late import follow_formgrader

__all__ = ["follow_formgrader"]
