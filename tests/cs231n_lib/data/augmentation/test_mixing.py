import numpy as np
import pytest

from cs231n_lib.data.augmentation import cutmix, mixup

N = 2000
# each image has its own number in every pixel, and its own target
X = np.arange(1.0, N + 1)[:, None, None, None] * np.ones((3, 6, 8))
T = np.eye(5)[np.arange(N) % 5]
SMALL, TARGETS = np.random.default_rng(0).normal(size=(6, 3, 4, 4)), np.eye(6)


@pytest.fixture(params=[mixup, cutmix])
def mix(request):
    return request.param


def test_targets_follow_the_pixels_of_mixup():
    mixed, targets = mixup(SMALL, TARGETS, 0, alpha=1.0)
    np.testing.assert_allclose(mixed, np.einsum("nk,kchw->nchw", targets, SMALL))
    np.testing.assert_allclose(targets.sum(axis=1), 1)
    assert ((targets > 0).sum(axis=1) <= 2).all()


@pytest.mark.parametrize("alpha, spread", [(1.0, 1 / 12), (0.2, 1 / 4 / 1.4)])
def test_shares_of_mixup_are_beta(alpha, spread):
    share = mixup(np.ones((N, 1, 1, 1)), np.eye(N), 0, alpha)[1].diagonal()
    assert share.mean() == pytest.approx(0.5, abs=0.04)
    assert share.var() == pytest.approx(spread, rel=0.1)  # of Beta(a, a): 1 / (4 (2 a + 1))


def test_a_box_of_cutmix_has_the_share_of_its_target():
    mixed, targets = cutmix(X, np.eye(N), 1)
    for i in range(0, N, 50):
        foreign = mixed[i, 0] != X[i, 0]
        np.testing.assert_array_equal(
            mixed[i], np.broadcast_to(mixed[i, :1], (3, 6, 8))
        )  # the same box in all channels
        assert len(np.unique(mixed[i][:, foreign])) <= 1
        assert foreign.sum() == foreign.any(axis=0).sum() * foreign.any(axis=1).sum()
        assert targets[i, i] == pytest.approx(1 - foreign.mean()) or not foreign.any()
        if foreign.any():
            assert targets[i, int(mixed[i][:, foreign][0, 0]) - 1] == pytest.approx(foreign.mean())


def test_boxes_of_cutmix_have_a_uniform_area_before_they_are_cut_off():
    pixels = np.ones((N, 1, 32, 32)) * np.arange(N)[:, None, None, None]
    mixed, _ = cutmix(pixels, np.zeros((N, 1)), 0)
    share = (mixed != pixels).mean(axis=(1, 2, 3))
    rng = np.random.default_rng(5)
    side = np.sqrt(rng.random(20_000))
    centre = rng.random((2, 20_000))
    kept = np.prod(np.minimum(centre + side / 2, 1) - np.maximum(centre - side / 2, 0), axis=0)
    assert share.mean() == pytest.approx(kept.mean(), abs=0.02)


def test_partners_and_shares_differ_from_image_to_image(mix):
    _, targets = mix(SMALL, TARGETS, 3)
    assert len(np.unique(targets.max(axis=1).round(6))) > 3


@pytest.mark.parametrize("given, expected", [(np.float32, np.float32), (np.uint8, np.float64)])
def test_types(mix, given, expected):
    mixed, targets = mix(X[:10].astype(given), T[:10].astype(np.float32), 0)
    assert (mixed.dtype, targets.dtype) == (expected, np.float32)


def test_the_arguments_stay_and_the_seed_decides(mix):
    images, targets = SMALL.copy(), TARGETS.copy()
    images.flags.writeable = targets.flags.writeable = False
    one, same, other = (mix(images, targets, seed) for seed in (0, np.random.default_rng(0), 1))
    np.testing.assert_array_equal(one[0], same[0])
    assert (one[0] != other[0]).any()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"X": SMALL[0]}, r"X should have shape \(N, C, H, W\)"),
        ({"T": np.zeros(6)}, r"T should have shape \(6, K\), one row for each image, but has \(6,\)"),
        ({"T": np.zeros((5, 2))}, r"T should have shape \(6, K\)"),
        ({"alpha": 0}, "alpha should be a number above 0, but is 0"),
        ({"rng": "a"}, "rng should be a np.random.Generator"),
    ],
)
def test_arguments_that_do_not_fit(mix, change, message):
    with pytest.raises(ValueError, match=f"{mix.__name__}: {message}"):
        mix(**({"X": SMALL, "T": TARGETS} | change))
