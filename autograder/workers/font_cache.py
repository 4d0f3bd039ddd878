"""matplotlib's list of the machine's fonts."""

import contextlib
import os
from pathlib import Path

from autograder.folders import HeldFolder
from autograder.python_processes import run_python


def warm_font_cache(folder: Path) -> None:
    """Have matplotlib find the machine's fonts and keep the list in `folder`, once for the whole class."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = HeldFolder(folder.parent, f".{folder.name}-")  # others must not see half a list, or matplotlib's lock
    try:
        env = {**os.environ, "MPLCONFIGDIR": str(building.path)}
        run_python("-c", "import matplotlib.font_manager", env=env)
        building.path.chmod(0o755)  # the sandbox's user must be able to read it
        with contextlib.suppress(OSError):  # another process may have made it first
            os.rename(building.path, folder)
    finally:
        building.close()
