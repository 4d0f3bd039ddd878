"""List and read untrusted files in a folder or a zip, whatever their names and sizes.

Nothing is unpacked to disk: a caller lists the entries, chooses the few that it needs, and reads those into memory
under a byte budget. So a hostile name cannot lead anywhere, and a zip bomb is never expanded.
"""

import contextlib
import io
import itertools
import os
import re
import stat
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from autograder.text import printable

MAX_ENTRIES = 10_000  # files and folders in one student's folder or archive
MAX_CLASS_ENTRIES = 200_000  # in a download of a whole class
MAX_NAME = 255  # characters, as on every file system
MAX_DEPTH = 50  # folders inside folders
JUNK_FOLDERS = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", ".virtual_documents", ".venv", "venv"}
JUNK_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
Parts = tuple[str, ...]  # the parts of a path
_FLAGS = os.O_RDONLY  # each of the flags below is missing on some system
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
    _FLAGS |= getattr(os, _flag, 0)


class Refused(Exception):
    """A file or archive cannot be taken. The text is the predicate of a sentence about it, such as "is empty"."""


@dataclass
class ByteBudget:
    """The bytes that may be read for one student; `of_class` is the budget of the whole class, if there is one."""

    limit: int
    used: int = 0
    of_class: "ByteBudget | None" = None

    def take(self, count: int) -> None:
        self.used += count
        if self.of_class:
            self.of_class.used += count
        self.check(0)

    def check(self, count: int) -> None:
        """Raise Refused if `count` more bytes exceed a budget; if it is the student's, it is then used up."""
        if self.used + count > self.limit:
            self.used = max(self.used, self.limit + 1)
            raise Refused(f"holds more than the {self.limit:,} bytes a submission may have")
        if self.of_class and self.of_class.used + count > self.of_class.limit:
            raise Refused(
                f"exceeds the {self.of_class.limit:,} bytes that are read from one download; collect it from a folder "
                "of its own"
            )


@dataclass(frozen=True)
class Entry:
    """One file in a folder or archive.

    Attributes
    ----------
    parts
        The parts of its path.
    source
        The folder or archive that reads it.
    size
        The size in bytes that the folder or archive states.
    info
        The archive's record of it; None in a folder.
    """

    parts: Parts
    source: "Folder | Archive"
    size: int = 0
    info: zipfile.ZipInfo | None = None

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def path(self) -> str:
        """The path for people to read."""
        return printable("/".join(self.parts))

    def read(self, budget: ByteBudget) -> bytes:
        """The file's bytes. Raises Refused if they cannot be read or exceed the budget."""
        return self.source.read(self, budget)


@dataclass(frozen=True)
class Listing:
    """The contents of a folder or archive: its files, its folders, and (path, reason) of refused entries."""

    files: list[Entry]
    folders: list[Parts]
    refused: list[tuple[str, str]]


class Folder:
    """A folder on disk. It refuses links, devices and pipes without following or opening them.

    It also refuses files that have more than one name and do not belong to the folder's owner. In a folder that others
    may write to, such a name may lead to another person's file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def listing(self, limit: int = MAX_CLASS_ENTRIES) -> Listing:
        return self.below((), limit)

    def children(self, folder: Parts) -> Listing:
        """The direct contents of a folder."""
        return self._listing(self._scan(folder), MAX_CLASS_ENTRIES, folder)

    def below(self, folder: Parts, limit: int) -> Listing:
        """The contents of a folder and its subfolders; with more than `limit` entries, the folder is refused."""
        return self._listing(self._walk(folder), limit, folder)

    def _listing(self, found: Iterator[tuple[Parts, str, int]], limit: int, folder: Parts) -> Listing:
        files, folders, refused = [], [], []
        for count, (parts, kind, size) in enumerate(found):
            if count == limit:
                refused.append((printable("/".join(folder) or str(self.path)), _too_many(limit)))
                break
            if kind == "file":
                files.append(Entry(parts, self, size))
            elif kind == "folder":
                folders.append(parts)
            else:
                refused.append((printable("/".join(parts)), kind))
        return Listing(files, folders, refused)

    def _walk(self, folder: Parts) -> Iterator[tuple[Parts, str, int]]:
        for parts, kind, size in self._scan(folder):
            yield parts, kind, size
            if kind == "folder":
                yield from self._walk(parts)

    def _scan(self, folder: Parts) -> Iterator[tuple[Parts, str, int]]:
        """(path, "file" or "folder" or why it is refused, size) of each entry in a folder, without junk."""
        path = self.path.joinpath(*folder)
        try:
            owner = os.stat(path).st_uid
            with os.scandir(path) as scanned:  # not more entries than are ever listed
                children = sorted(itertools.islice(scanned, MAX_CLASS_ENTRIES + 1), key=lambda child: child.name)
        except OSError as error:
            yield folder or (str(path),), f"cannot be opened: {error.strerror}", 0
            return
        for child in children:
            parts, size = (*folder, child.name), 0
            if child.is_dir(follow_symlinks=False):
                if len(parts) > MAX_DEPTH:
                    yield parts, f"is nested more than {MAX_DEPTH} folders deep", 0
                elif child.name not in JUNK_FOLDERS:
                    yield parts, "folder", 0
                continue
            try:
                info = child.stat(follow_symlinks=False)
                why_not, size = _why_not(info, owner), info.st_size
            except OSError as error:
                why_not = f"cannot be read: {error.strerror}"
            if why_not:
                yield parts, why_not, 0
            elif not is_junk(parts):
                yield parts, "file", size

    def read(self, entry: Entry, budget: ByteBudget) -> bytes:
        try:
            return read_ordinary(self.path, entry.parts, budget)
        except FileNotFoundError:
            raise Refused("disappeared before it could be read") from None


def read_ordinary(root: Path, parts: Parts, budget: ByteBudget) -> bytes:
    """The bytes of the file `parts` in the folder `root`. `root` may be a link, but nothing below it may be one.

    Raises
    ------
    FileNotFoundError
        The file does not exist.
    Refused
        The file is a link, a pipe or a device, may be another person's, or is larger than the budget.
    """
    try:
        with contextlib.ExitStack() as opened:
            place, name, owner = _reach(root, parts, opened)
            _refuse_others(os.stat(name, follow_symlinks=False, **place), owner)
            # another file may take its place now: do not follow a link or wait for a pipe, and check the open file
            file = opened.enter_context(os.fdopen(os.open(name, _FLAGS, **place), "rb"))
            info = os.fstat(file.fileno())
            _refuse_others(info, owner)
            budget.check(info.st_size)
            return _read_all(file, budget)
    except FileNotFoundError:
        raise
    except NotADirectoryError:
        raise Refused("lies in a folder that is a link, and links are not followed") from None
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from None


def _reach(root: Path, parts: Parts, opened: contextlib.ExitStack) -> tuple[dict[str, int], str | Path, int]:
    """Return the arguments of `os` functions for the file (dir_fd, if supported; name), and its folder's owner."""
    if os.open not in os.supports_dir_fd:
        path = Path(root, *parts)
        return {}, path, os.stat(path.parent).st_uid
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    opened.callback(os.close, folder)
    for part in parts[:-1]:
        folder = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        opened.callback(os.close, folder)
    return {"dir_fd": folder}, parts[-1], os.fstat(folder).st_uid


def _refuse_others(info: os.stat_result, owner: int) -> None:
    if why_not := _why_not(info, owner):
        raise Refused(why_not)


def _why_not(info: os.stat_result, owner: int) -> str | None:
    """Why a file in a folder of `owner` is not read; None if it may be read."""
    if stat.S_ISLNK(info.st_mode):
        return "is a link, and links are not followed"
    if not stat.S_ISREG(info.st_mode):
        return "is not an ordinary file"
    if info.st_nlink > 1 and info.st_uid != owner:
        return "has a second name (a hard link) and its folder has another owner, so it may be another person's file"
    return None


class Archive:
    """A zip file: on disk, or in memory if it came inside another."""

    def __init__(self, source: Path | bytes, max_entries: int = MAX_ENTRIES) -> None:
        # counted before zipfile builds an object for each entry
        if isinstance(source, bytes) and source.count(b"PK\x01\x02") > max_entries:
            raise Refused(_too_many(max_entries))
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        except Exception as error:  # zipfile raises many kinds of errors for broken files
            raise Refused(f"is not a readable zip file ({_reason(error)})") from None
        if len(self.zip.infolist()) > max_entries:
            raise Refused(_too_many(max_entries))

    @cached_property
    def _all(self) -> Listing:
        files, refused = [], []
        folders: dict[Parts, None] = {}
        for info in self.zip.infolist():
            try:
                parts = _safe_parts(info)
            except Refused as error:
                refused.append((printable(info.filename), str(error)))
                continue
            if is_junk(parts):
                continue
            for depth in range(1, len(parts)):
                folders[parts[:depth]] = None
            if info.is_dir():
                folders[parts] = None
            else:
                files.append(Entry(parts, self, info.file_size, info))
        return Listing(files, list(folders), refused)

    def listing(self) -> Listing:
        return self._all

    def children(self, folder: Parts) -> Listing:
        """The direct contents of a folder. All refused entries come with the top folder."""
        files, folders = self._of_folder[0].get(folder, []), self._of_folder[1].get(folder, [])
        return Listing(files, folders, [] if folder else self._all.refused)

    def below(self, folder: Parts, limit: int) -> Listing:
        """The contents of a folder and its subfolders; with more than `limit` entries, the folder is refused."""
        found = Listing([], [], [])
        waiting = [folder]
        while waiting:
            inside = self.children(waiting.pop())
            found.files.extend(inside.files)
            found.folders.extend(inside.folders)
            waiting += inside.folders
            if len(found.files) + len(found.folders) > limit:
                return Listing([], [], [(printable("/".join(folder)), _too_many(limit))])
        return found

    @cached_property
    def _of_folder(self) -> tuple[dict[Parts, list[Entry]], dict[Parts, list[Parts]]]:
        files: dict[Parts, list[Entry]] = defaultdict(list)
        folders: dict[Parts, list[Parts]] = defaultdict(list)
        for entry in self._all.files:
            files[entry.parts[:-1]].append(entry)
        for parts in self._all.folders:
            folders[parts[:-1]].append(parts)
        return files, folders

    def read(self, entry: Entry, budget: ByteBudget) -> bytes:
        info = entry.info
        assert info is not None  # `_all` gives each entry one
        try:
            budget.check(info.file_size)
            with self.zip.open(info) as file:
                return _read_all(file, budget)
        except Refused:
            raise
        except Exception as error:
            if info.flag_bits & 1:
                raise Refused("is encrypted; hand it in without a password") from None
            raise Refused(f"cannot be unpacked ({_reason(error)})") from None


def is_junk(parts: Parts) -> bool:
    """Whether a system or tool left this file behind, so that it is not part of a submission."""
    return not JUNK_FOLDERS.isdisjoint(parts) or parts[-1] in JUNK_FILES or parts[-1].startswith("._")


def _safe_parts(info: zipfile.ZipInfo) -> Parts:
    name = _name(info).replace("\\", "/")
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise Refused("is a link, and links are not followed")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refused("is not an ordinary file")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise Refused("has an absolute path")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise Refused("leads outside its archive (..)")
    if not parts or any(ord(character) < 32 for character in name):
        raise Refused("has no usable name")
    if max(map(len, parts)) > MAX_NAME:
        raise Refused(f"has a name of more than {MAX_NAME} characters")
    if len(parts) > MAX_DEPTH:
        raise Refused(f"is nested more than {MAX_DEPTH} folders deep")
    return parts


def _name(info: zipfile.ZipInfo) -> str:
    if not info.flag_bits & 0x800:  # macOS and Info-ZIP write UTF-8 without saying so; zipfile reads it as cp437
        with contextlib.suppress(UnicodeError):
            return info.filename.encode("cp437").decode("utf-8")
    return info.filename


def _read_all(file: IO[bytes], budget: ByteBudget) -> bytes:
    pieces = []
    while piece := file.read(1 << 16):  # in pieces, because the size that an archive states may be false
        budget.take(len(piece))
        pieces.append(piece)
    return b"".join(pieces)


def _too_many(limit: int) -> str:
    return f"holds more than {limit:,} files and folders"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
