"""Student kernels in a sandbox.

Bubblewrap builds one for a worker, and each kernel is forked in it, in namespaces of its own (kernel.py, zygote.py).

Inside there are no other processes, no network, no files of the host but a read-only Python (python_view.py) and what
the job names, and scratch folders in memory. Nothing of the host can be written. docs/security.md says what is
promised and what not.
"""

from autograder.execution.sandbox import usage
from autograder.execution.sandbox.available import missing
from autograder.execution.sandbox.bubblewrap import View
from autograder.execution.sandbox.kernel import SandboxedKernel, close_zygotes, zygote_of, zygote_pids
from autograder.execution.sandbox.limits import in_words, limit_met, resource_limits

__all__ = [
    "SandboxedKernel",
    "View",
    "close_zygotes",
    "in_words",
    "limit_met",
    "missing",
    "resource_limits",
    "usage",
    "zygote_of",
    "zygote_pids",
]
