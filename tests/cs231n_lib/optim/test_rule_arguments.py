import numpy as np
import pytest

from cs231n_lib.optim.rule_arguments import like, validated


def test_a_config_is_completed_in_a_new_dict():
    given = {"rate": 2, "steps": 3}
    w, dw, config = validated(
        "rule", np.ones(2, np.float32), np.ones(2, np.float64), given, ["memory"], ["steps"], rate=0.5, scale=1.5
    )
    assert w.dtype == dw.dtype == np.float64
    np.testing.assert_array_equal(config.pop("memory"), np.zeros(2))
    assert config == {"rate": 2.0, "scale": 1.5, "steps": 3} and given == {"rate": 2, "steps": 3}


def test_no_config_means_defaults():
    assert validated("rule", [1.0], [1.0], None, (), ["steps"], rate=0.5)[2] == {"rate": 0.5, "steps": 0}


def test_memory_is_converted_to_the_type_of_the_weights():
    w = np.ones(2, np.float32)
    assert validated("rule", w, w, {"memory": np.ones(2)}, ["memory"])[2]["memory"].dtype == np.float32


@pytest.mark.parametrize(
    "config, message",
    [
        ({"rte": 1}, "rule: config has an unknown key 'rte'.*'rate'"),
        ({"rate": -1}, r"rule: config\['rate'\] should be a number of at least 0"),
        ({"rate": "fast"}, r"rule: config\['rate'\] should be a number"),
        ({"momentum": 1}, r"rule: config\['momentum'\] should be a number of at least 0 and below 1"),
        ({"memory": np.ones(3)}, r"rule: config\['memory'\] should have shape \(2,\).* but has \(3,\)"),
        ({"steps": 1.5}, r"rule: config\['steps'\] should be an integer"),
        ({"steps": -1}, r"rule: config\['steps'\] should be an integer of at least 0"),
    ],
)
def test_a_config_that_does_not_fit(config, message):
    with pytest.raises(ValueError, match=message):
        validated("rule", np.ones(2), np.ones(2), config, ["memory"], ["steps"], rate=0.5, momentum=0.9)


def test_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"rule: dw should have shape \(2,\)"):
        validated("rule", np.ones(2), np.ones(3), None)


def test_a_number_becomes_an_array_of_the_weights_type():
    result = like(np.ones(3, np.float32), np.float64(2))
    assert isinstance(result, np.ndarray) and result.dtype == np.float32 and result == 2
