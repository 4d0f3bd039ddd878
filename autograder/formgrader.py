"""The former place of marking/formgrader.py, which nbgrader_config.py files of existing workspaces name."""

from autograder.marking.formgrader import protect

__all__ = ["protect"]
