"""The former place of authoring/solutions.py. The nbgrader_config.py files of existing workspaces name it."""

from autograder.authoring.solutions import ClearSolutions

__all__ = ["ClearSolutions"]
