"""Takes a data set's files out of an archive or a folder, and checks whether they are complete and official."""

import hashlib
import shutil
import tarfile
from pathlib import Path
from typing import Any

from cs231n_lib.data.cifar10 import read_cifar10_batches
from cs231n_lib.data.errors import DataError

MAX_FILE_BYTES = 200_000_000  # the largest official file has 31 MB; a much larger one could fill the disk


def take(source: Path, described: dict[str, Any], destination: Path) -> None:
    """Copy a data set's files, and nothing else, out of an archive or a folder.

    Parameters
    ----------
    source
        The archive or folder.
    described
        The registry's table, which names the files.
    destination
        The folder to copy into.

    Raises
    ------
    DataError
        If `source` does not have all of the files.
    """
    if source.is_dir():
        _take_from_folder(source, described, destination)
    elif source.is_file():
        _take_from_archive(source, described, destination)
    else:
        raise DataError(f"{source} does not exist.", "Give the archive or the folder of the data set.")


def problem(folder: Path) -> DataError | None:
    """Read the whole set in `folder`. Return None if that works, else the DataError that says what is wrong."""
    try:
        read_cifar10_batches(folder)
    except DataError as error:
        return error
    return None


def is_official(folder: Path, described: dict[str, Any]) -> bool:
    """Return whether every file in `folder` is the publisher's, by the registry's md5 sums."""
    return all(_md5(folder / name) == md5 for name, md5 in described["files"].items())


def _take_from_folder(source: Path, described: dict[str, Any], destination: Path) -> None:
    for folder in (source, source / described["folder"]):
        missing = [name for name in described["files"] if not (folder / name).is_file()]
        if len(missing) < len(described["files"]):
            break
    if missing:
        raise _incomplete(source, described, missing)
    for name in described["files"]:
        shutil.copyfile(folder / name, destination / name)


def _take_from_archive(source: Path, described: dict[str, Any], destination: Path) -> None:
    taken: set[str] = set()
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                folder, _, name = member.name.removeprefix("./").rpartition("/")
                if name not in described["files"] or folder not in ("", described["folder"]) or name in taken:
                    continue
                if not member.isreg() or member.size > MAX_FILE_BYTES:
                    raise DataError(
                        f"{source}: {member.name} should be a regular file of at most "
                        f"{MAX_FILE_BYTES // 1_000_000} MB with a batch of images, but is not."
                    )
                member.name = name
                archive.extract(member, destination, filter="data")
                taken.add(name)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DataError(
            f"{source} cannot be read as an archive ({error or type(error).__name__}). Is it truncated, or another "
            "kind of file?",
            f"It should be {described['url'].rsplit('/', 1)[1]}, {described['size']:,} bytes.",
        ) from None
    missing = [name for name in described["files"] if name not in taken]
    if missing:
        raise _incomplete(source, described, missing)


def _incomplete(source: Path, described: dict[str, Any], missing: list[str]) -> DataError:
    return DataError(
        f"{source} does not have all files of {described['title']}: {', '.join(missing)} "
        f"{'is' if len(missing) == 1 else 'are'} missing.",
        f"Give the publisher's archive, or the folder {described['folder']} inside it. It must be the Python version: "
        "the MATLAB and binary versions have other files.",
    )


def _md5(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
