"""Execution of foreign code: one notebook, its kernel, the judge of its tests, the sandbox."""
