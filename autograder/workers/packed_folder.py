"""A folder of modules as bytes that travel to a machine without a common file system."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.course.edition import EXTENSION_MODULES
from autograder.folders import complete_folder


@dataclass(frozen=True)
class PackedFolder:
    """A zip archive; `name` is a hash of its contents, and the name of the folder that it is unpacked to."""

    name: str
    archive: bytes

    @classmethod
    def of(cls, folder: str | Path) -> "PackedFolder":
        """Pack a folder; the same files make the same bytes. Byte-code is left out: it is made where it is used."""
        folder = Path(folder)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                name = path.relative_to(folder)
                if "__pycache__" not in name.parts:  # ZipInfo: without time and owner
                    file.writestr(zipfile.ZipInfo(name.as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)
        content = archive.getvalue()
        return cls(hashlib.sha256(content).hexdigest()[:16], content)

    def unpack(self, parent: Path) -> Path:
        """The unpacked folder, in `parent`: made once, complete, whoever else does the same meanwhile."""
        target = parent / self.name
        if not target.is_dir():
            with complete_folder(target) as building, zipfile.ZipFile(io.BytesIO(self.archive)) as file:
                file.extractall(building)
        return target

    def extension_modules(self) -> list[str]:
        """The compiled modules in it, as they are imported."""
        with zipfile.ZipFile(io.BytesIO(self.archive)) as file:
            paths = [PurePosixPath(name) for name in file.namelist() if name.endswith(EXTENSION_MODULES)]
        return [".".join((*path.parts[:-1], path.name.split(".")[0])) for path in paths]
