"""Student kernels in a sandbox.

Bubblewrap builds one sandbox for a worker. Each kernel is forked inside it, in namespaces of its own (kernel.py and
zygote.py).

A kernel sees no other processes and no network. Of the host's files it sees only a read-only Python (python_view.py)
and the files that the job names. Scratch folders are in memory, and no file of the host can be written.
docs/security.md says what is guaranteed and what is not.
"""

from autograder.execution.sandbox import usage
from autograder.execution.sandbox.available import missing
from autograder.execution.sandbox.bubblewrap import View
from autograder.execution.sandbox.kernel import SandboxedKernel, close_zygotes, zygote_of, zygote_pids
from autograder.execution.sandbox.limits import limit_met, resource_limits, size_in_words

__all__ = [
    "SandboxedKernel",
    "View",
    "close_zygotes",
    "size_in_words",
    "limit_met",
    "missing",
    "resource_limits",
    "usage",
    "zygote_of",
    "zygote_pids",
]
