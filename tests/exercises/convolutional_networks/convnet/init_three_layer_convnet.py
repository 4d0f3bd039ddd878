# %% wrong: W2 forgets the pooling -> test_init_three_layer_convnet_shapes
# cause: the pooling
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * H * W, hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: W2 forgets the filters -> test_init_three_layer_convnet_shapes
# cause: 5 filters
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal(((H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: W2 with the channels of the image -> test_init_three_layer_convnet_shapes
# cause: shape
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((C * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: takes the images for square -> test_init_three_layer_convnet_shapes
# cause: height and width differ
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) ** 2, hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: a convolution without padding -> test_init_three_layer_convnet_shapes
# cause: keeps the size
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * ((H - filter_size + 1) // 2) * ((W - filter_size + 1) // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: halves the number of pixels instead of height and width -> test_init_three_layer_convnet_shapes
# cause: height *and* width
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * H * W // 2, hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: W1 with channels first -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((C, num_filters, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: W1 with filters last -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((filter_size, filter_size, C, num_filters))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: W1 flat -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C * filter_size * filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: W2 transposed -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_filters * (H // 2) * (W // 2)))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: b1 for every pixel -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros((num_filters, H, W))
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: no b3 -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    return params

# %% wrong: b2 with one number per class -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(num_classes)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: ten classes, whatever num_classes -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, 10))
    params["b3"] = np.zeros(10)
    return params

# %% wrong: random biases -> test_init_three_layer_convnet_values
# cause: b1 should start at zero
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = weight_scale * rng.standard_normal(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: biases of one -> test_init_three_layer_convnet_values
# cause: should start at zero
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.ones(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.ones(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.ones(num_classes)
    return params

# %% wrong: forgets weight_scale in W2 -> test_init_three_layer_convnet_values
# cause: standard deviation of W2
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: uniform numbers from 0 to weight_scale -> test_init_three_layer_convnet_values
# cause: mean of W1
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.random((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.random((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.random((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: uniform numbers of the right deviation -> test_init_three_layer_convnet_values
# cause: normally distributed
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * 12 ** 0.5 * (-0.5 + rng.random((num_filters, C, filter_size, filter_size)))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * 12 ** 0.5 * (-0.5 + rng.random((num_filters * (H // 2) * (W // 2), hidden_dim)))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * 12 ** 0.5 * (-0.5 + rng.random((hidden_dim, num_classes)))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: weight_scale taken for the variance -> test_init_three_layer_convnet_values
# cause: standard deviation
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale ** 0.5 * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale ** 0.5 * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale ** 0.5 * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: all weights zero -> test_init_three_layer_convnet_values
# cause: stay alike
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = 0 * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = 0 * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = 0 * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: He initialization instead of weight_scale -> test_init_three_layer_convnet_values
# cause: standard deviation
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = (2 / (num_filters * H * W / 4)) ** 0.5 * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: a generator of its own -> test_init_three_layer_convnet_random
# cause: rng is not used
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    rng = np.random.default_rng(0)
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: unseeded random numbers -> test_init_three_layer_convnet_random
# cause: Draw every random number from rng
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    rng = np.random.default_rng()
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: the global random state -> test_init_three_layer_convnet_random
# cause: Draw every random number from rng
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * np.random.randn(hidden_dim, num_classes)
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: the same numbers in every layer -> test_init_three_layer_convnet_random
# cause: begin with the same numbers
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    seed = int(rng.integers(1000))
    params = {}
    params["W1"] = weight_scale * np.random.default_rng(seed).standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * np.random.default_rng(seed).standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * np.random.default_rng(seed).standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: one filter for all -> test_init_three_layer_convnet_random
# cause: copies of each other
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((1, C, filter_size, filter_size)).repeat(num_filters, axis=0)
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% wrong: biases of whole numbers -> test_init_three_layer_convnet_values
# cause: whole numbers
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    D = num_filters * (H // 2) * (W // 2)
    p = {"W1": weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size)), "b1": np.zeros(num_filters, dtype=int),
         "W2": weight_scale * rng.standard_normal((D, hidden_dim)), "b2": np.zeros(hidden_dim),
         "W3": weight_scale * rng.standard_normal((hidden_dim, num_classes)), "b3": np.zeros(num_classes)}
    return p

# %% right: standard_normal
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    params = {}
    params["W1"] = weight_scale * rng.standard_normal((num_filters, C, filter_size, filter_size))
    params["b1"] = np.zeros(num_filters)
    params["W2"] = weight_scale * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim))
    params["b2"] = np.zeros(hidden_dim)
    params["W3"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    params["b3"] = np.zeros(num_classes)
    return params

# %% right: normal with scale, a loop over the layers
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    channels, height, width = input_dim
    shapes = [(num_filters, channels, filter_size, filter_size),
              (num_filters * height * width // 4, hidden_dim), (hidden_dim, num_classes)]
    params = {}
    for i, (shape, units) in enumerate(zip(shapes, (num_filters, hidden_dim, num_classes)), 1):
        params[f"W{i}"] = rng.normal(0, weight_scale, shape)
        params[f"b{i}"] = np.zeros((units,))
    return params

# %% right: float32, the last layer first
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    draw = lambda *shape: (weight_scale * rng.standard_normal(shape)).astype(np.float32)
    return dict(W3=draw(hidden_dim, num_classes), W2=draw(pooled, hidden_dim),
                W1=draw(num_filters, C, filter_size, filter_size), b1=np.zeros(num_filters, np.float32),
                b2=np.zeros(hidden_dim, np.float32), b3=np.zeros(num_classes, np.float32))

# %% right: one draw for all weights
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    s1, s2, s3 = (num_filters, C, filter_size, filter_size), (num_filters * int(H / 2) * int(W / 2), hidden_dim), (hidden_dim, num_classes)
    n1, n2, n3 = (int(np.prod(s)) for s in (s1, s2, s3))
    z = rng.normal(scale=weight_scale, size=n1 + n2 + n3)
    return dict(W1=z[:n1].reshape(s1), W2=z[n1:n1 + n2].reshape(s2), W3=z[n1 + n2:].reshape(s3), b1=np.zeros((num_filters,)), b2=np.zeros((hidden_dim,)), b3=np.zeros((num_classes,)))

# %% wrong: zeros throughout -> test_init_three_layer_convnet_shapes
def init_three_layer_convnet(input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, rng):
    C, H, W = input_dim
    shapes = {"W1": (num_filters, C, filter_size, filter_size), "b1": num_filters, "W3": (hidden_dim, num_classes),
              "W2": (num_filters * (H // 2) * (W // 2), hidden_dim), "b2": hidden_dim, "b3": num_classes}
    return {name: np.zeros(shape) for name, shape in shapes.items()}
