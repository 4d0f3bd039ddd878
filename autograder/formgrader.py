"""The former place of marking/formgrader.py. The nbgrader_config.py files of existing workspaces name it."""

from autograder.marking.formgrader import protect

__all__ = ["protect"]
