"""Fetches a data set from its publisher, or from an archive or a folder on this computer."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cs231n_lib.data import layout, registry
from cs231n_lib.data.errors import DataError
from cs231n_lib.data.resume import ResumingDownloader


@dataclass(frozen=True)
class Fetched:
    """A data set that has been fetched; usable as a path.

    Attributes
    ----------
    path
        Its folder, or the file of a set that this computer draws.
    official
        Whether its files are the publisher's; None for a set that this computer draws.
    message
        Where it is and whether it is official, for the user.
    """

    path: Path
    official: bool | None
    message: str

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return self.message


def fetch(name: str, from_path: str | os.PathLike[str] | None = None, progress: bool = True) -> Fetched:
    """Fetch the data set `name` into data_dir(), where data.load finds it.

    The whole set is read before it is moved into place in one step, so a damaged set never replaces a good one.

    Parameters
    ----------
    name
        The name in the registry; see data.available().
    from_path
        An archive (.tar.gz), a folder in the publisher's layout, or the folder that contains such a folder. None for a
        download, which continues an earlier one that was interrupted and is checked against the registry's sha256. A
        complete set that is already there is not downloaded again.
    progress
        Whether to show a progress bar.

    Raises
    ------
    DataError
        If the name is unknown, there is no network, the hash is wrong, a file is damaged, or the disk is full.
    """
    described = registry.entry(name)
    folder = registry.data_dir()
    if described.get("embedded"):
        return _draw(name, folder, from_path)
    with _writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / described["folder"]
        there = registry.location(name)
        if from_path is None and there is not None and layout.problem(there) is None:
            return _fetched(described, there, "already there")
        if from_path is not None:
            source = Path(from_path).expanduser()
            return _place(described, source, target)
        archive = _download(name, described, folder, progress)
        placed = _place(described, archive, target)
        archive.unlink()
        return placed


def _draw(name: str, folder: Path, from_path: str | os.PathLike[str] | None) -> Fetched:
    from cs231n_lib.data.embedded import cache_path, load_embedded

    if from_path is not None:
        raise DataError(
            f"{name} is drawn on this computer, so it cannot be fetched from {from_path}.",
            f"Leave the path out: cs231n data {name}",
        )
    load_embedded(name, folder)
    path = cache_path(folder, name)
    kept = path if path.exists() else f"drawn again at each use, since {folder} cannot be written to"
    return Fetched(path, None, str(kept))


def _place(described: dict[str, Any], source: Path, target: Path) -> Fetched:
    """Copy or extract `source` to a folder next to `target`, read it, and replace `target` only if it is complete."""
    with tempfile.TemporaryDirectory(prefix=".placing-", dir=target.parent) as scratch:
        new = Path(scratch) / target.name
        new.mkdir()
        layout.take(source, described, new)
        reason = layout.problem(new)
        if reason is not None:
            raise DataError(
                f"{source} is not a complete {described['title']}: {_relative(reason.message, new)}",
                reason.hint and "It should be the publisher's archive or the folder inside it.",
            )
        if target.exists():
            os.rename(target, Path(scratch) / "replaced")
        os.rename(new, target)
    return _fetched(described, target, "new")


def _relative(message: str, folder: Path) -> str:
    return message.replace(f"{folder}{os.sep}", "")


def _fetched(described: dict[str, Any], target: Path, state: str) -> Fetched:
    official = layout.is_official(target, described)
    verdict = "the publisher's own files" if official else "complete, but not the publisher's own files: the md5 differ"
    return Fetched(target, official, f"{target} ({state}; {verdict})")


def _download(name: str, described: dict[str, Any], folder: Path, progress: bool) -> Path:
    import pooch

    file = described["url"].rsplit("/", 1)[1]
    part = folder / f"{file}.part"
    # a continued download fails if it began with an older version of the file: then download once more from the start
    attempt = 0
    while True:
        attempt += 1
        downloader = ResumingDownloader(part, progress=progress)
        try:
            pooch.get_logger().setLevel("WARNING")
            return Path(
                pooch.retrieve(
                    described["url"], f"sha256:{described['sha256']}", fname=file, path=folder, downloader=downloader
                )
            )
        except ValueError:
            if attempt == 2 or not downloader.resumed:
                raise DataError(
                    f"The file that {described['url']} sent is not the expected one: its sha256 differs from the "
                    "registry's.",
                    "The network may have replaced it, for instance with a login page. Try again later, or download "
                    f"the file elsewhere and pass it: cs231n data {name} --from FILE",
                ) from None
        except OSError as error:  # of requests too
            raise DataError(
                f"The download of {described['title']} from {described['url']} failed: {_plain(error)}.",
                f"Run `cs231n data {name}` again to continue it, or download the file on another computer and pass it: "
                f"cs231n data {name} --from FILE",
            ) from None


def _plain(error: OSError) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, requests.ConnectionError):
        return "there is no connection to the server; check that this computer is online"
    return error.strerror or str(error).removesuffix(".")


@contextmanager
def _writing_to(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename and folder not in Path(error.filename).parents and Path(error.filename) != folder:
            raise DataError(f"Cannot read {error.filename}: {error.strerror}.") from None
        raise DataError(
            f"Cannot write to {folder}: {error.strerror or error}.",
            "Free some space, or choose another folder with the environment variable CS231N_DATA.",
        ) from None
