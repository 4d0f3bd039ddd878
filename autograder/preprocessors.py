"""The former place of grading/preprocessors.py, which nbgrader_config.py files of existing workspaces name."""

from autograder.grading.preprocessors import StderrToStdout

__all__ = ["StderrToStdout"]
