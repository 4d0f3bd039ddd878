import codecs
import io
import os
import pickle
import warnings

import numpy as np
import pytest

from cs231n_lib.data import DataError, read_cifar10_batches
from cs231n_lib.data.cifar10 import read_cifar10_batch, read_class_names, read_plain_pickle

ROWS = 20


@pytest.fixture
def folder(tmp_path, write_cifar10):
    write_cifar10(tmp_path / "cifar-10-batches-py")
    return tmp_path / "cifar-10-batches-py"


@pytest.mark.parametrize("protocol", ["python 2", 2, 4])
def test_reads_images_labels_and_names(tmp_path, protocol, python2_pickle, write_cifar10):
    dumps = python2_pickle if protocol == "python 2" else lambda values: pickle.dumps(values, protocol)
    images, labels = write_cifar10(tmp_path / "batches", dumps)
    X, y, X_test, y_test = read_cifar10_batches(tmp_path / "batches")
    np.testing.assert_array_equal(np.concatenate([X, X_test]), images)
    np.testing.assert_array_equal(np.concatenate([y, y_test]), labels)
    assert len(X) == 5 * ROWS and X.dtype == np.uint8 and y.dtype == np.int64
    assert read_class_names(tmp_path / "batches")[3] == "cat"


@pytest.mark.parametrize("protocol", ["python 2", 2, 4])
def test_reads_one_file(tmp_path, protocol, python2_pickle, write_cifar10):
    dumps = python2_pickle if protocol == "python 2" else lambda values: pickle.dumps(values, protocol)
    images, labels = write_cifar10(tmp_path / "batches", dumps)
    X, y = read_cifar10_batch(tmp_path / "batches" / "data_batch_3")
    np.testing.assert_array_equal(X, images[2 * ROWS : 3 * ROWS])
    np.testing.assert_array_equal(y, labels[2 * ROWS : 3 * ROWS])
    with pytest.raises(DataError, match="data_batch_6: This file of CIFAR-10 is missing"):
        read_cifar10_batch(tmp_path / "batches" / "data_batch_6")


def test_a_plain_pickle_has_text_and_arrays(python2_pickle):
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    read = read_plain_pickle(io.BytesIO(python2_pickle({b"data": pixels, b"names": [b"a", b"b"]})))
    assert read["names"] == ["a", "b"]
    np.testing.assert_array_equal(read["data"], pixels)


@pytest.mark.parametrize("content, message", [(b"", "the file: This file is damaged"), ([1], "holds a list")])
def test_a_plain_pickle_that_is_none(content, message):
    file = io.BytesIO(content if isinstance(content, bytes) else pickle.dumps(content))
    with pytest.raises(DataError, match=message):
        read_plain_pickle(file)


def test_reading_warns_of_nothing(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_cifar10_batches(folder)


class Hostile:
    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "attack",
    [
        lambda marker: Hostile(os.system, f"touch {marker}"),
        lambda marker: Hostile(eval, f"open({marker!r}, 'w')"),
        lambda marker: Hostile(getattr, [], "append"),
        lambda marker: Hostile(np.zeros, 10**12),
        lambda marker: Hostile(np.dtype, "O"),
        lambda marker: Hostile(codecs.encode, "x", "rot13"),
        lambda marker: np.array([None, {}], dtype=object),
    ],
    ids=["os.system", "eval", "getattr", "numpy function", "object dtype", "codec", "object array"],
)
def test_a_pickle_that_could_run_code_is_refused(folder, tmp_path, attack):
    marker = tmp_path / "was_here"
    (folder / "data_batch_3").write_bytes(pickle.dumps({b"data": attack(str(marker)), b"labels": []}, 2))
    with pytest.raises(DataError, match=r"data_batch_3: This file is refused, because reading it would run code"):
        read_cifar10_batches(folder)
    assert not marker.exists()


def batch(pixels=None, labels=None):
    return {
        b"data": np.zeros((ROWS, 3072), np.uint8) if pixels is None else pixels,
        b"labels": [0] * ROWS if labels is None else labels,
    }


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "damaged"),
        (b"not a pickle", "damaged"),
        (pickle.dumps(batch(), 2)[:-200], "damaged"),
        ([1, 2], "should hold a dict, but holds a list"),
        ({b"labels": [0] * ROWS}, "no entry 'data'"),
        ({b"data": np.zeros((ROWS, 3072), np.uint8), b"fine_labels": [0]}, "no entry 'labels'"),
        (
            batch(pixels=np.zeros((ROWS - 1, 3072), np.uint8)),
            rf"shape \({ROWS}, 3072\), but is uint8 \({ROWS - 1}, 3072",
        ),
        (batch(pixels=np.zeros((ROWS, 3072), np.int32)), "but is int32"),
        (batch(pixels=[1, 2, 3]), "but is list"),
        (batch(labels=[0] * (ROWS - 1)), f"labels should be {ROWS} integers, one per image, but are not"),
        (batch(labels=[0.5] * ROWS), "integers, one per image"),
        (batch(labels=np.full(ROWS, 0.5)), "it holds an array of float64"),
        (batch(labels=np.zeros((ROWS, 1), int)), "integers, one per image"),
        (batch(labels=[10] + [0] * (ROWS - 1)), r"labels should be 0..9, but go from 0 to 10"),
        (batch(labels=[-1] + [0] * (ROWS - 1)), r"labels should be 0..9, but go from -1 to 0"),
    ],
)
def test_a_broken_batch_is_named_with_what_is_wrong(folder, python2_pickle, content, message):
    (folder / "test_batch").write_bytes(content if isinstance(content, bytes) else python2_pickle(content))
    with pytest.raises(DataError, match=message) as caught:
        read_cifar10_batches(folder)
    assert str(folder / "test_batch") in caught.value.message
    assert "cs231n data cifar10" in caught.value.hint


def test_labels_may_be_an_array(folder, python2_pickle):
    (folder / "test_batch").write_bytes(python2_pickle(batch(labels=np.full(ROWS, 7))))
    assert read_cifar10_batches(folder)[3].tolist() == [7] * ROWS


def test_a_missing_file_is_named(folder):
    (folder / "data_batch_5").unlink()
    with pytest.raises(DataError, match="data_batch_5: This file of CIFAR-10 is missing"):
        read_cifar10_batches(folder)


@pytest.mark.parametrize(
    "meta, message",
    [
        ({b"label_names": []}, "label_names should be"),
        ({b"label_names": {b"cat": 0}}, "label_names should be"),
        ({b"label_names": [b"cat", 1]}, "label_names should be"),
        ({b"label_names": [b"cat"], b"num_cases_per_batch": 0}, "num_cases_per_batch should be .* but is 0"),
        (
            {b"label_names": [b"cat"], b"num_cases_per_batch": 1_000_001},
            "num_cases_per_batch should be .* but is 1000001",
        ),
        ({b"label_names": [b"cat"], b"num_cases_per_batch": 2.0}, "num_cases_per_batch should be .* but is 2.0"),
    ],
)
def test_a_broken_meta_file_is_named(folder, python2_pickle, meta, message):
    (folder / "batches.meta").write_bytes(python2_pickle(meta))
    with pytest.raises(DataError, match=f"batches.meta: {message}"):
        read_cifar10_batches(folder)
