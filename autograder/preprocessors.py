"""The former place of grading/preprocessors.py. The nbgrader_config.py files of existing workspaces name it."""

from autograder.grading.preprocessors import StderrToStdout

__all__ = ["StderrToStdout"]
