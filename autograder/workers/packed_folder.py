"""A folder of modules as bytes, to be sent to a machine without a common file system."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.course.edition import EXTENSION_MODULES
from autograder.folders import complete_folder


@dataclass(frozen=True)
class PackedFolder:
    """A zip archive. `name` is a hash of its contents, and also the name of the unpacked folder."""

    name: str
    archive: bytes

    @classmethod
    def of(cls, folder: str | Path) -> "PackedFolder":
        """Pack a folder; the same files make the same bytes. Bytecode is left out: each machine makes its own."""
        folder = Path(folder)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                name = path.relative_to(folder)
                if "__pycache__" not in name.parts:  # a plain ZipInfo holds no time and no owner
                    file.writestr(zipfile.ZipInfo(name.as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)
        content = archive.getvalue()
        return cls(hashlib.sha256(content).hexdigest()[:16], content)

    def unpack(self, parent: Path) -> Path:
        """Unpack into `parent`, unless it was done before. Other processes may safely do the same at the same time."""
        target = parent / self.name
        if not target.is_dir():
            with complete_folder(target) as building, zipfile.ZipFile(io.BytesIO(self.archive)) as file:
                file.extractall(building)
        return target

    def extension_modules(self) -> list[str]:
        """Return the names under which its compiled modules are imported."""
        with zipfile.ZipFile(io.BytesIO(self.archive)) as file:
            paths = [PurePosixPath(name) for name in file.namelist() if name.endswith(EXTENSION_MODULES)]
        return [".".join((*path.parts[:-1], path.name.split(".")[0])) for path in paths]
