"""The former place of grading/late.py, which nbgrader_config.py files of existing workspaces name."""

from autograder.grading.late import follow_formgrader

__all__ = ["follow_formgrader"]
