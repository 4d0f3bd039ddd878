"""The former place of authoring/solutions.py, which nbgrader_config.py files of existing workspaces name."""

from autograder.authoring.solutions import ClearSolutions

__all__ = ["ClearSolutions"]
