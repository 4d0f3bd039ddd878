"""Fetching a data set: from its publisher, or from an archive or a folder that is already at hand."""

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
    """Where a data set is now; usable as a path.

    Attributes
    ----------
    path
        Its folder, or the file of a set drawn here.
    official
        Whether its files are those of the publisher; None for a set drawn here.
    message
        Where it is and what is known of it, for the reader.
    """

    path: Path
    official: bool | None
    message: str

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return self.message


def fetch(name: str, from_path: str | os.PathLike[str] | None = None, progress: bool = True) -> Fetched:
    """Put the data set `name` into data_dir(), from where data.load reads it.

    The set is read in full before it is put in place, and put there in one step: a broken one never replaces
    a good one.

    Parameters
    ----------
    name
        As in the registry; see data.available().
    from_path
        An archive (.tar.gz) or a folder in the publisher's layout, or a folder around that one. None
        for a download, which goes on where an earlier one stopped and is checked against the registry's sha256.
        A set that is already there and whole is not downloaded again.
    progress
        Whether to show a progress bar.

    Raises
    ------
    DataError
        The name is unknown, there is no network, the hash is wrong, a file is damaged, there is no space...
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
            f"{name} is drawn on this computer, so it cannot be taken from {from_path}",
            f"Leave the path out: cs231n data {name}",
        )
    load_embedded(name, folder)
    path = cache_path(folder, name)
    kept = path if path.exists() else f"drawn anew at each use, since {folder} cannot be written"
    return Fetched(path, None, str(kept))


def _place(described: dict[str, Any], source: Path, target: Path) -> Fetched:
    """Copy or extract `source` beside `target`, read it, and only then let it take the place of `target`."""
    with tempfile.TemporaryDirectory(prefix=".placing-", dir=target.parent) as scratch:
        new = Path(scratch) / target.name
        new.mkdir()
        layout.take(source, described, new)
        reason = layout.problem(new)
        if reason is not None:
            raise DataError(
                f"{source} is not a whole {described['title']}: {_relative(reason.message, new)}",
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
    verdict = "the publisher's own files" if official else "whole, but not the publisher's own files: the md5 differ"
    return Fetched(target, official, f"{target} ({state}; {verdict})")


def _download(name: str, described: dict[str, Any], folder: Path, progress: bool) -> Path:
    import pooch

    file = described["url"].rsplit("/", 1)[1]
    part = folder / f"{file}.part"
    # Part of an older version of the file spoils the whole: then once more from the start.
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
                    f"what {described['url']} sent is not the file we know: its sha256 is not the registry's",
                    "Something between here and there changed it (a login page of the network?). Try again later; "
                    f"or get the file elsewhere and give it: cs231n data {name} --from FILE",
                ) from None
        except OSError as error:  # of requests too
            raise DataError(
                f"the download of {described['title']} from {described['url']} failed: {_plain(error)}",
                f"Run `cs231n data {name}` again to go on where it stopped; or get the file with another computer "
                f"and give it: cs231n data {name} --from FILE",
            ) from None


def _plain(error: OSError) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, requests.ConnectionError):
        return "no connection; is this computer online?"
    return error.strerror or str(error)


@contextmanager
def _writing_to(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename and folder not in Path(error.filename).parents and Path(error.filename) != folder:
            raise DataError(f"cannot read {error.filename}: {error.strerror}") from None
        raise DataError(
            f"cannot write to {folder}: {error.strerror or error}",
            "Free some space or choose another folder with the environment variable CS231N_DATA.",
        ) from None
