"""The list of the machine's fonts that matplotlib keeps."""

import os
import subprocess
import sys
from pathlib import Path


def warm_font_cache(folder: Path) -> None:
    """matplotlib looks for the machine's fonts once and keeps the list; let that be once for the whole class."""
    if not folder.exists():
        folder.mkdir(parents=True)
        env = {**os.environ, "MPLCONFIGDIR": str(folder)}
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=env, capture_output=True)
