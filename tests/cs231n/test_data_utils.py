import pickle

import matplotlib.image
import numpy as np
import pytest

from cs231n import data_utils
from cs231n_lib import data

ROWS = 20  # images in a file


@pytest.fixture
def cifar10(tmp_path, monkeypatch):
    """A small CIFAR-10 in the folder of fetched data sets, as (folder, images (120, 32, 32, 3), labels)."""
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    images, labels = np.random.randint(256, size=(120, 32, 32, 3), dtype=np.uint8), np.random.randint(10, size=120)
    for i, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        part = slice(i * ROWS, (i + 1) * ROWS)
        pixels = np.ascontiguousarray(images[part].transpose(0, 3, 1, 2)).reshape(ROWS, -1)
        (folder / name).write_bytes(pickle.dumps({"data": pixels, "labels": labels[part].tolist()}, 2))
    meta = {"label_names": [f"class {n}" for n in range(10)], "num_cases_per_batch": ROWS}
    (folder / "batches.meta").write_bytes(pickle.dumps(meta, 2))
    return folder, images, labels


def test_load_cifar10(cifar10):
    folder, images, labels = cifar10
    X_train, y_train, X_test, y_test = data_utils.load_CIFAR10(folder)
    assert X_train.dtype == X_test.dtype == np.float64
    np.testing.assert_array_equal(np.concatenate([X_train, X_test]), images)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), labels)


def test_the_folder_of_the_notebooks_stands_for_the_set_that_was_fetched(cifar10, monkeypatch, tmp_path):
    X_train, _, _, _ = data_utils.load_CIFAR10("cs231n/datasets/cifar-10-batches-py")
    np.testing.assert_array_equal(X_train, cifar10[1][:100])
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "empty"))
    with pytest.raises(data.DataError, match="CIFAR-10 is not in"):
        data_utils.load_CIFAR10("cs231n/datasets/cifar-10-batches-py")


def test_load_cifar_batch(cifar10):
    folder, images, labels = cifar10
    X, y = data_utils.load_CIFAR_batch(folder / "data_batch_2")
    assert X.dtype == np.float64
    np.testing.assert_array_equal(X, images[20:40])
    np.testing.assert_array_equal(y, labels[20:40])


def test_the_validation_images_follow_the_training_images(cifar10):
    _, images, labels = cifar10
    parts = data_utils.get_CIFAR10_data(num_training=50, num_validation=10, num_test=5)
    assert parts["X_train"].dtype == np.float64 and parts["X_train"].shape == (50, 3, 32, 32)
    mean = images[:50].mean(axis=0)
    for name, part in (("train", slice(0, 50)), ("val", slice(50, 60)), ("test", slice(100, 105))):
        np.testing.assert_allclose(parts[f"X_{name}"].transpose(0, 2, 3, 1), images[part] - mean)
        np.testing.assert_array_equal(parts[f"y_{name}"], labels[part])
    parts = data_utils.get_CIFAR10_data(50, 10, 5, subtract_mean=False)
    np.testing.assert_array_equal(parts["X_val"].transpose(0, 2, 3, 1), images[50:60])


def test_load_pickle_reads_plain_data(cifar10):
    folder, images, labels = cifar10
    with open(folder / "test_batch", "rb") as file:
        batch = data_utils.load_pickle(file)
    assert batch["data"].shape == (ROWS, 3072) and batch["labels"] == labels[100:].tolist()


class Attack:
    def __reduce__(self):
        return print, ("attacked",)


def test_load_pickle_runs_no_code(tmp_path, capsys):
    path = tmp_path / "model"
    path.write_bytes(pickle.dumps({"model": Attack()}))
    with open(path, "rb") as file, pytest.raises(data.DataError, match="reading it would run code"):
        data_utils.load_pickle(file)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["load_models", "load_imagenet_val"])
def test_what_would_run_code_is_not_here(name):
    with pytest.raises(ImportError, match=f"cs231n.data_utils leaves out {name}: .* any code"):
        getattr(data_utils, name)
    assert not hasattr(data_utils, "load_nothing")


@pytest.fixture
def tiny_imagenet(tmp_path):
    """A small Tiny ImageNet, whose images are of one colour each."""

    def image(path, colour):
        path.parent.mkdir(parents=True, exist_ok=True)
        matplotlib.image.imsave(path, np.full((64, 64, 3), colour, np.uint8), format="jpeg")

    (tmp_path / "wnids.txt").write_text("n2\nn1\n")
    (tmp_path / "words.txt").write_text("n1\tgoldfish, carp\nn2\tsalamander\nn3\tno class\n")
    for number, wnid in enumerate(("n2", "n1")):
        for i in range(2):
            image(tmp_path / "train" / wnid / "images" / f"{wnid}_{i}.JPEG", 100 * number + 10 * i)
    image(tmp_path / "val/images/val_0.JPEG", 200)
    (tmp_path / "val/val_annotations.txt").write_text("val_0.JPEG\tn1\t0\t0\t62\t62\n")
    image(tmp_path / "test/images/test_0.JPEG", 50)
    return tmp_path


def test_load_tiny_imagenet(tiny_imagenet):
    loaded = data_utils.load_tiny_imagenet(tiny_imagenet, subtract_mean=False)
    assert loaded["class_names"] == [["salamander"], ["goldfish", "carp"]]
    assert loaded["X_train"].dtype == np.float32 and loaded["X_train"].shape == (4, 3, 64, 64)
    assert loaded["X_train"][:, 0, 5, 5].tolist() == [0, 10, 100, 110] and loaded["y_train"].tolist() == [0, 0, 1, 1]
    assert loaded["X_val"][0, 2, 0, 0] == 200 and loaded["y_val"].tolist() == [1]
    assert loaded["X_test"].shape == (1, 3, 64, 64) and loaded["y_test"] is None
    assert loaded["mean_image"][1, 9, 9] == 55
    centred = data_utils.load_tiny_imagenet(tiny_imagenet, np.float64)
    assert centred["X_test"].dtype == np.float64 and centred["X_test"][0, 0, 0, 0] == -5


def test_test_images_may_have_labels(tiny_imagenet):
    (tiny_imagenet / "test/test_annotations.txt").write_text("test_0.JPEG\tn2\n")
    assert data_utils.load_tiny_imagenet(tiny_imagenet)["y_test"].tolist() == [0]


def test_grey_images_get_three_channels(tiny_imagenet, monkeypatch):
    colour = matplotlib.image.imread
    monkeypatch.setattr(
        matplotlib.image, "imread", lambda path: colour(path)[..., 0] if path.name.startswith("val") else colour(path)
    )
    loaded = data_utils.load_tiny_imagenet(tiny_imagenet, subtract_mean=False)
    assert loaded["X_val"].shape == (1, 3, 64, 64) and np.all(loaded["X_val"] == 200)
