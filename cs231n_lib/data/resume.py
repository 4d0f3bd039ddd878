"""A downloader for pooch that goes on where it was cut off."""

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from requests import Response

CHUNK_BYTES = 1 << 14  # what a cut connection loses at most
TIMEOUT_SECONDS = (10, 60)  # to connect; between two pieces
TRIES = 3  # in a row without a single byte
PAUSE_SECONDS = 1.0  # after such a try


class ResumingDownloader:
    """Downloads by HTTP into a `.part` file that survives failures, and asks the server for the rest only.

    Parameters
    ----------
    part
        The path of the unfinished file, which a later download goes on with.
    progress
        Whether to show a progress bar.

    Attributes
    ----------
    resumed
        Whether bytes of an earlier download were kept.
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
            The server refuses, or several tries in a row brought nothing.
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
                    raise  # the server's last word: asking again will not change it
                except requests.RequestException:
                    failures = 0 if self._size() > before else failures + 1
                    if failures >= TRIES:
                        raise
                    time.sleep(PAUSE_SECONDS if failures else 0)
        os.replace(self.part, output_file)

    def _get(self, url: str, bar: Any) -> None:
        import requests

        start = self._size()
        # "identity": a compressed transfer would make byte ranges mean something else.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
            if response.status_code == 416:  # nothing after `start`: the file is complete, or not the same file
                if _total(response) == start:
                    return
                self.part.unlink()
                raise requests.ConnectionError("the file on the server is shorter than what is here")
            response.raise_for_status()
            if _first_byte(response) != start:
                start = 0  # the server sends all of it again
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
            if total is not None and self._size() < total:  # urllib3 itself notices only since version 2
                raise requests.ConnectionError("the connection was cut off")

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
