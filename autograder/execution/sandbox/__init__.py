"""Student kernels in a sandbox.

Bubblewrap builds one sandbox for a worker. Each kernel is forked in it, in namespaces of its own (kernel.py and
zygote.py).

Inside there are no other processes, no network, and no files of the host but a read-only Python (python_view.py) and
what the job names. Scratch folders lie in memory, and nothing of the host can be written. docs/security.md says what
is promised and what is not.
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
