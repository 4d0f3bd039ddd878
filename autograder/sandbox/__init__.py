"""Student kernels in a sandbox: started under bubblewrap by a Jupyter kernel provisioner.

Inside there are no other processes, no network, no files of the host but a read-only Python (python_view.py) and what
the job names, and scratch folders in memory. Nothing of the host can be written. docs/security.md says what is
promised and what not.
"""

from .available import missing
from .bubblewrap import Surroundings
from .limits import in_words, limit_met, resource_limits
from .provisioner import SandboxProvisioner

__all__ = ["SandboxProvisioner", "Surroundings", "in_words", "limit_met", "missing", "resource_limits"]
