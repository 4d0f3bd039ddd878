# %% wrong: weights transposed -> test_init_two_layer_net_shapes
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((hidden_dim, input_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: biases as rows -> test_init_two_layer_net_shapes, test_init_two_layer_net_biases
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros((1, hidden_dim))
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: biases of the wrong layer -> test_init_two_layer_net_shapes
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(input_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: returns a tuple -> test_init_two_layer_net_shapes
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params["W1"], params["b1"], params["W2"], params["b2"]

# %% wrong: biases as lists -> test_init_two_layer_net_shapes
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    W1 = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    W2 = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    return {"W1": W1, "b1": [0.0] * hidden_dim, "W2": W2, "b2": [0.0] * num_classes}

# %% wrong: small letters -> test_init_two_layer_net_shapes
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["w1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["w2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: forgets b2 -> test_init_two_layer_net_shapes
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    return params

# %% wrong: weights are zero -> test_init_two_layer_net_weights, test_init_two_layer_net_rng
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = np.zeros((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: forgets weight_scale -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: weight_scale in the first layer only -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: weight_scale as variance -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = np.sqrt(weight_scale) * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = np.sqrt(weight_scale) * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: divided by the root of the inputs -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim)) / np.sqrt(input_dim)
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: uniform from 0 to 1 -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.random((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.random((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: uniform with the right deviation -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = rng.uniform(-1, 1, (input_dim, hidden_dim)) * weight_scale * np.sqrt(3)
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: positive weights only -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = np.abs(weight_scale * rng.standard_normal((input_dim, hidden_dim)))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: weight_scale as mean -> test_init_two_layer_net_weights
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = rng.normal(weight_scale, weight_scale, (input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: all hidden units alike -> test_init_two_layer_net_weights, test_init_two_layer_net_rng
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * np.repeat(rng.standard_normal((input_dim, 1)), hidden_dim, axis=1)
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: random biases -> test_init_two_layer_net_biases
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = weight_scale * rng.standard_normal(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: biases of one -> test_init_two_layer_net_biases
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.ones(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.ones(num_classes)
    return params

# %% wrong: slightly positive biases -> test_init_two_layer_net_biases
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.full(hidden_dim, 0.01)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: empty biases -> test_init_two_layer_net_biases
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.full(hidden_dim, weight_scale)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: the global random state -> test_init_two_layer_net_rng
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * np.random.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * np.random.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: a generator of its own -> test_init_two_layer_net_rng
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    rng = np.random.default_rng(0)
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: the same numbers in both layers -> test_init_two_layer_net_rng
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = np.resize(params["W1"], (hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    return params

# %% wrong: remembers the first net -> test_init_two_layer_net_shapes, test_init_two_layer_net_rng
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    params["b1"] = np.zeros(hidden_dim)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b2"] = np.zeros(num_classes)
    cached = init_two_layer_net.__dict__.setdefault('net', params)
    return cached

# %% right: rng.normal with scale
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    return dict(
        W1=rng.normal(scale=weight_scale, size=(input_dim, hidden_dim)), b1=np.zeros((hidden_dim,)),
        W2=rng.normal(scale=weight_scale, size=(hidden_dim, num_classes)), b2=np.zeros((num_classes,)),
    )

# %% right: the second layer first, float32
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    sizes = {"W2": (hidden_dim, num_classes), "W1": (input_dim, hidden_dim)}
    params = {name: (rng.standard_normal(size) * weight_scale).astype(np.float32) for name, size in sizes.items()}
    params.update(b1=np.zeros(hidden_dim, dtype=np.float32), b2=np.zeros(num_classes, dtype=np.float32))
    return params

# %% right: one draw for both layers, cut in two
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    cut = input_dim * hidden_dim
    numbers = rng.normal(0.0, weight_scale, cut + hidden_dim * num_classes)
    W1, W2 = numbers[:cut].reshape(input_dim, hidden_dim), numbers[cut:].reshape(hidden_dim, num_classes)
    return {"W1": W1, "W2": W2, "b1": 0 * W1[0], "b2": 0 * W2[0]}

# %% wrong: zeros throughout -> test_init_two_layer_net_shapes, test_init_two_layer_net_biases
def init_two_layer_net(input_dim, hidden_dim, num_classes, weight_scale, rng):
    return {"W1": np.zeros((input_dim, hidden_dim)), "b1": np.zeros(hidden_dim),
            "W2": np.zeros((hidden_dim, num_classes)), "b2": np.zeros(num_classes)}
