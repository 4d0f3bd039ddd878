import numpy as np
import pytest

from cs231n_lib.models.dropout_masks import DropoutMasks, random_start


def masks(keep=0.5, num_layers=3, seed=0, fixed=False):
    return DropoutMasks("Net", keep, num_layers, np.random.default_rng(seed), fixed)


def seeds(masks):
    return [masks.param(layer, "train")["seed"] for layer in range(masks.num_layers)]


def test_the_param_of_a_layer():
    net = masks(keep=0.8)
    net.next_loss()
    assert net.param(1, "train") == {"mode": "train", "p": 0.8, "seed": int(net.seeds[1])}
    assert net.param(1, "test") == {"mode": "test", "p": 0.8, "seed": None}
    assert len(set(seeds(net))) == 3


def test_there_is_no_dropout_where_all_units_are_kept():
    assert masks(keep=0.99) and not masks(keep=1)
    net = masks(keep=1.0)
    net.next_loss()
    assert (net.num_layers, net.seeds, net.state()) == (0, None, {})
    net.load_state({})


@pytest.mark.parametrize("keep", [0, -0.1, 1.01, True, None])
def test_a_probability_is_above_0_and_at_most_1(keep):
    with pytest.raises(ValueError, match="Net: dropout_keep_ratio should be a number above 0 and at most 1"):
        masks(keep=keep)


def test_fixed_masks_stay_until_a_step_is_made():
    net = masks(fixed=True)
    net.next_loss()
    first = seeds(net)
    net.next_loss()
    assert seeds(net) == first
    net.next_step()
    assert set(seeds(net)).isdisjoint(first)


def test_other_masks_are_new_for_every_loss_and_a_step_draws_none():
    net = masks(fixed=False)
    net.next_loss()
    first = seeds(net)
    net.next_step()
    assert seeds(net) == first
    net.next_loss()
    assert set(seeds(net)).isdisjoint(first)


def test_nothing_is_drawn_before_the_first_loss():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    DropoutMasks("Net", 0.5, 3, rng, True)
    assert rng.bit_generator.state == before


@pytest.mark.parametrize("fixed", [True, False])
@pytest.mark.parametrize("losses", [0, 2])
def test_a_loaded_state_goes_on_with_the_same_masks(fixed, losses):
    one, other = masks(seed=1, fixed=fixed), masks(seed=2, fixed=fixed)
    for _ in range(losses):
        one.next_loss()
    state = one.state()
    other.load_state(state)
    assert (one.seeds is None) == (other.seeds is None) == (losses == 0)
    for _ in range(2):
        one.next_loss()
        other.next_loss()
        assert seeds(one) == seeds(other)
        one.next_step()
        other.next_step()
    if losses:
        assert state["dropout/seeds"].tolist() != one.seeds.tolist()


def test_a_state_of_another_net_is_refused():
    net = masks(num_layers=2)
    net.next_loss()
    for state in ({}, {"dropout/seeds": np.zeros(0)}, {"dropout/rng": net.state()["dropout/rng"]}, net.state()):
        with pytest.raises(
            ValueError, match="load_state: this state comes from a different net; it should be that of 3 dropout layers"
        ):
            masks(num_layers=3).load_state(state)


def test_only_a_number_as_seed_fixes_the_masks():
    generator = np.random.default_rng(5)
    assert random_start("Net", generator) == (generator, False)
    assert random_start("Net", None)[1] is False
    rng, fixed = random_start("Net", 0)
    assert fixed is True and rng.random() == np.random.default_rng(0).random()
