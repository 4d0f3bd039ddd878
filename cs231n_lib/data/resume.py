"""A downloader for pooch that resumes interrupted downloads."""

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from requests import Response

CHUNK_BYTES = 1 << 14  # the most that a broken connection loses
TIMEOUT_SECONDS = (10, 60)  # to connect; between two chunks
TRIES = 3  # attempts in a row that receive no byte
PAUSE_SECONDS = 1.0  # pause after such an attempt


class ResumingDownloader:
    """Downloads by HTTP into a `.part` file that survives failures, and requests only the missing bytes.

    Parameters
    ----------
    part
        The path of the unfinished file, which a later download continues.
    progress
        Whether to show a progress bar.

    Attributes
    ----------
    resumed
        Whether the download kept bytes of an earlier one.
    """

    def __init__(self, part: str | os.PathLike[str], progress: bool = False) -> None:
        self.part = Path(part)
        self.progress = progress
        self.resumed = False

    def __call__(
        self, url: str, output_file: str | os.PathLike[str], pooch: object = None, check_only: bool = False
    ) -> None:
        """Download `url` into `output_file`, as pooch calls it.

        Raises
        ------
        requests.RequestException
            If the server refuses, or several attempts in a row receive no byte.
        """
        import requests

        self.resumed = self._size() > 0
        failures = 0
        with _bar(self.progress, self.part.stem) as bar:
            while True:
                before = self._size()
                try:
                    self._get(url, bar)
                    break
                except requests.HTTPError:
                    raise  # the server has refused, and would refuse again
                except requests.RequestException:
                    failures = 0 if self._size() > before else failures + 1
                    if failures >= TRIES:
                        raise
                    time.sleep(PAUSE_SECONDS if failures else 0)
        os.replace(self.part, output_file)

    def _get(self, url: str, bar: Any) -> None:
        import requests

        start = self._size()
        # "identity", since byte ranges of a compressed transfer would not be those of the file
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
            if response.status_code == 416:  # no bytes after `start`: the file is complete, or a different file
                if _total(response) == start:
                    return
                self.part.unlink()
                raise requests.ConnectionError("the file on the server is shorter than the part already downloaded")
            response.raise_for_status()
            if _first_byte(response) != start:
                start = 0  # the server sends the whole file again
                self.resumed = False
            length = response.headers.get("Content-Length")
            total = start + int(length) if length is not None else None
            bar.total = total
            bar.n = start
            bar.refresh()
            with open(self.part, "r+b" if start else "wb") as file:
                file.seek(start)
                for chunk in response.iter_content(CHUNK_BYTES):
                    file.write(chunk)
                    bar.update(len(chunk))
            if total is not None and self._size() < total:  # urllib3 checks this only since version 2
                raise requests.ConnectionError("the connection was interrupted")

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0


def _first_byte(response: "Response") -> int | None:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _total(response: "Response") -> int | None:
    found = re.match(r"bytes \*/(\d+)", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _bar(progress: bool, name: str) -> Any:
    from tqdm.auto import tqdm

    return tqdm(desc=name, unit="B", unit_scale=True, unit_divisor=1000, disable=not progress)
