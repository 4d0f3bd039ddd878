import pytest
import requests

from cs231n_lib.data import resume
from cs231n_lib.data.resume import CHUNK_BYTES, ResumingDownloader

CONTENT = bytes(range(256)) * 2000  # 512,000 bytes


@pytest.fixture
def paths(tmp_path):
    return tmp_path / "set.part", tmp_path / "set"


def test_downloads_the_file(serve, paths, capsys):
    part, out = paths
    server = serve(CONTENT)
    ResumingDownloader(part)(server.url, out)
    assert out.read_bytes() == CONTENT and not part.exists()
    assert server.asked == [None]
    assert capsys.readouterr().err == ""  # no progress bar by default


def test_goes_on_where_the_connection_was_cut(serve, paths):
    part, out = paths
    server = serve(CONTENT, cuts=[10 * CHUNK_BYTES, 5 * CHUNK_BYTES])
    ResumingDownloader(part)(server.url, out)
    assert out.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={10 * CHUNK_BYTES}-", f"bytes={15 * CHUNK_BYTES}-"]


def test_goes_on_with_the_part_of_an_earlier_download(serve, paths):
    part, out = paths
    part.write_bytes(CONTENT[:123_456])
    server = serve(CONTENT)
    downloader = ResumingDownloader(part)
    downloader(server.url, out)
    assert out.read_bytes() == CONTENT and downloader.resumed
    assert server.asked == ["bytes=123456-"]


def test_the_part_stays_when_the_download_fails(serve, paths):
    part, out = paths
    server = serve(CONTENT, cuts=[10 * CHUNK_BYTES, 0, 0, 0])
    with pytest.raises(requests.RequestException):
        ResumingDownloader(part)(server.url, out)
    assert part.read_bytes() == CONTENT[: 10 * CHUNK_BYTES] and not out.exists()
    assert len(server.asked) == 1 + resume.TRIES


def test_a_server_that_ignores_ranges_sends_all_again(serve, paths):
    part, out = paths
    part.write_bytes(b"x" * 1000)
    downloader = ResumingDownloader(part)
    downloader(serve(CONTENT, ranges=False).url, out)
    assert out.read_bytes() == CONTENT and not downloader.resumed


def test_a_server_that_ignores_ranges_and_cuts_off_is_tried_again(serve, paths):
    part, out = paths
    ResumingDownloader(part)(serve(CONTENT, ranges=False, cuts=[200_000]).url, out)
    assert out.read_bytes() == CONTENT


def test_a_part_that_is_already_whole(serve, paths):
    part, out = paths
    part.write_bytes(CONTENT)
    server = serve(CONTENT)
    ResumingDownloader(part)(server.url, out)
    assert out.read_bytes() == CONTENT and len(server.asked) == 1


def test_a_part_longer_than_the_file_is_thrown_away(serve, paths):
    part, out = paths
    part.write_bytes(CONTENT + b"more")
    ResumingDownloader(part)(serve(CONTENT).url, out)
    assert out.read_bytes() == CONTENT


def test_a_refusal_is_not_asked_again(serve, paths):
    part, out = paths
    server = serve(CONTENT, statuses=[404])
    with pytest.raises(requests.HTTPError):
        ResumingDownloader(part)(server.url, out)
    assert len(server.asked) == 1


def test_progress_counts_the_bytes_that_were_there(serve, paths, capsys):
    part, out = paths
    part.write_bytes(CONTENT[:500_000])
    ResumingDownloader(part, progress=True)(serve(CONTENT).url, out)
    assert "100%" in capsys.readouterr().err


def test_a_server_that_does_not_tell_the_length(serve, paths):
    part, out = paths
    ResumingDownloader(part)(serve(CONTENT, tells_length=False).url, out)
    assert out.read_bytes() == CONTENT and not part.exists()
