# %% wrong: no ReLU after the convolution -> test_three_layer_convnet_loss_scores
# cause: ReLU after the convolution is missing
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1 = a1
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = dr1
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: no ReLU in the hidden layer -> test_three_layer_convnet_loss_scores
# cause: ReLU of the hidden layer is missing
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2 = a2
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = dr2
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: a ReLU on the scores -> test_three_layer_convnet_loss_scores
# cause: scores have no ReLU
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    scores, relu3_cache = relu_forward(scores)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dscores = relu_backward(dscores, relu3_cache)
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: average pooling -> test_three_layer_convnet_loss_scores
# cause: averaged
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    from cs231n_lib import layers
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = layers.avg_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = layers.avg_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: no bias in the convolution -> test_three_layer_convnet_loss_scores
# cause: bias b1 is missing
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, 0 * b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: padding of 1, whatever the filters -> test_three_layer_convnet_loss_scores
# cause: (HH - 1) // 2
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": 1}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: padding from the number of filters -> test_three_layer_convnet_loss_scores
# cause: (HH - 1) // 2
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[0] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: no padding -> test_three_layer_convnet_loss_scores
# cause: (HH - 1) // 2
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": 0}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: returns the loss although y is None -> test_three_layer_convnet_loss_scores
# cause: scores only
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return 0.0, {}
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: returns scores and an empty dict although y is None -> test_three_layer_convnet_loss_scores
# cause: scores only
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores, {}
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: forgets to return the scores -> test_three_layer_convnet_loss_scores
# cause: returned None
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: probabilities instead of scores -> test_three_layer_convnet_loss_scores
# cause: probabilities
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: sums the loss over the examples -> test_three_layer_convnet_loss_value, test_three_layer_convnet_loss_affine_gradients, test_three_layer_convnet_loss_conv_gradients
# cause: division by it forgotten
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss, dscores = loss * len(X), dscores * len(X)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: divides by the number of examples once more -> test_three_layer_convnet_loss_value, test_three_layer_convnet_loss_affine_gradients, test_three_layer_convnet_loss_conv_gradients
# cause: twice | once more | divided | 1/N
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss, dscores = loss / len(X), dscores / len(X)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: divides the gradient by the number of examples once more -> test_three_layer_convnet_loss_affine_gradients, test_three_layer_convnet_loss_conv_gradients
# cause: twice | once more | divided | 1/N
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    dscores /= len(X)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: SVM loss -> test_three_layer_convnet_loss_value
# cause: SVM loss
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    from cs231n_lib import layers
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = layers.svm_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: names the gradients dW1, db1, .. -> test_three_layer_convnet_loss_value
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}
    return loss, grads

# %% wrong: returns the loss only -> test_three_layer_convnet_loss_value
# cause: return loss, grads
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss

# %% wrong: no regularization in the loss -> test_three_layer_convnet_loss_regularization
# cause: never added | missing | reg
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: half the regularization -> test_three_layer_convnet_loss_regularization
# cause: factor 1/2
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += reg * W1
    dW2 += reg * W2
    dW3 += reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: biases regularized -> test_three_layer_convnet_loss_regularization
# cause: biases are regularized
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    loss += reg * (np.sum(b1 * b1) + np.sum(b2 * b2) + np.sum(b3 * b3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    db1, db2, db3 = db1 + 2 * reg * b1, db2 + 2 * reg * b2, db3 + 2 * reg * b3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: W1 not regularized -> test_three_layer_convnet_loss_regularization
# cause: W1 is not regularized
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: W3 not regularized -> test_three_layer_convnet_loss_regularization
# cause: W3 is not regularized
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: regularization divided by the number of examples -> test_three_layer_convnet_loss_regularization
# cause: divided by the number of examples
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg / len(X) * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: regularization in the loss only -> test_three_layer_convnet_loss_regularization
# cause: does not change with reg
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: forgets the 2 in the gradient of the regularization -> test_three_layer_convnet_loss_regularization
# cause: half
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += reg * W1
    dW2 += reg * W2
    dW3 += reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: gradient of the regularization missing at W2 -> test_three_layer_convnet_loss_regularization
# cause: grads['W2'] does not change
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: grads hold the gradient of the regularization only -> test_three_layer_convnet_loss_affine_gradients, test_three_layer_convnet_loss_conv_gradients
# cause: 0 everywhere
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    grads = {"W1": 2 * reg * W1, "b1": db1, "W2": 2 * reg * W2, "b2": db2, "W3": 2 * reg * W3, "b3": db3}
    return loss, grads

# %% wrong: no ReLU backward in the hidden layer -> test_three_layer_convnet_loss_affine_gradients, test_three_layer_convnet_loss_conv_gradients
# cause: ReLU of the hidden layer is missing on the way back
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = dr2
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: no ReLU backward after the convolution -> test_three_layer_convnet_loss_conv_gradients
# cause: ReLU after the convolution is missing on the way back
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = dr1
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: no ReLU backward at all -> test_three_layer_convnet_loss_affine_gradients, test_three_layer_convnet_loss_conv_gradients
# cause: missing on the way back
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = dr2
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = dr1
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: hidden layer backward with its input before the ReLU -> test_three_layer_convnet_loss_affine_gradients
# cause: after* its ReLU
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    dW3 = a2.T @ dscores
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: swaps the two ReLU caches -> test_three_layer_convnet_loss_affine_gradients
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu1_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu2_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: swaps the two affine caches -> test_three_layer_convnet_loss_affine_gradients
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc1_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc2_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: skips the pooling on the way back -> test_three_layer_convnet_loss_conv_gradients
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = dp1
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: sends the gradient of a window to all of its pixels -> test_three_layer_convnet_loss_conv_gradients, test_three_layer_convnet_loss_settings
# cause: all pixels of its window
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = dp1.repeat(2, axis=2).repeat(2, axis=3)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: spreads the gradient of a window evenly -> test_three_layer_convnet_loss_conv_gradients, test_three_layer_convnet_loss_settings
# cause: evenly
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = dp1.repeat(2, axis=2).repeat(2, axis=3) / 4
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: the gradient of the convolution is not computed -> test_three_layer_convnet_loss_conv_gradients
# cause: 0 everywhere
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dW1, db1 = np.zeros_like(W1), np.zeros_like(b1)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: b1 and W1 get a mean over the pixels -> test_three_layer_convnet_loss_conv_gradients
# cause: the number of pixels
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1 / (da1.shape[2] * da1.shape[3]), conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: ignores conv_param -> test_three_layer_convnet_loss_settings
# cause: for None only
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: ignores pool_param -> test_three_layer_convnet_loss_settings
# cause: for None only
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: takes only the stride of conv_param -> test_three_layer_convnet_loss_settings
# cause: for None only
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    conv_param = {**conv_param, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: adds the regularization to the weights in place -> test_three_layer_convnet_loss_inputs
# cause: in place
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    W1 *= 1 - reg
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: puts the gradients into params -> test_three_layer_convnet_loss_inputs
# cause: dict was changed
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    for name in grads:
        params["d" + name] = grads[name]
    return loss, grads

# %% wrong: flattens the parameters of params in place -> test_three_layer_convnet_loss_inputs
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    params["W1"] = W1.reshape(len(W1), -1)
    return loss, grads

# %% wrong: centres X in place -> test_three_layer_convnet_loss_inputs
# cause: in place
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    X -= 0.001 * X.mean()
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: gradients always float64 -> test_three_layer_convnet_loss_inputs
# cause: float64
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, {name: grad.astype(np.float64) for name, grad in grads.items()}

# %% wrong: takes the parameters by their order in the dict -> test_three_layer_convnet_loss_inputs
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    given = list(params.values())
    W1, b1, W2, b2, W3, b3 = given if given[0].ndim == 4 else (given[4], given[5], given[2], given[3], given[0], given[1])
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% wrong: no bias in the hidden layer -> test_three_layer_convnet_loss_scores
# cause: bias b2 is missing
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1, W2, b2, W3, b3 = (params[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3"))
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a, c1 = conv_forward_fast(X, W1, b1, conv_param)
    a, c2 = relu_forward(a)
    a, c3 = max_pool_forward_fast(a, pool_param)
    a, c4 = affine_forward(a, W2, 0 * b2)
    a, c5 = relu_forward(a)
    scores, c6 = affine_forward(a, W3, b3)
    if y is None:
        return scores
    loss, d = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    grads = {}
    d, grads["W3"], grads["b3"] = affine_backward(d, c6)
    d = relu_backward(d, c5)
    d, grads["W2"], grads["b2"] = affine_backward(d, c4)
    d = max_pool_backward_fast(d, c3)
    d = relu_backward(d, c2)
    d, grads["W1"], grads["b1"] = conv_backward_fast(d, c1)
    for k in ("W1", "W2", "W3"):
        grads[k] += 2 * reg * params[k]
    return loss, grads

# %% wrong: takes the height of the windows for their stride -> test_three_layer_convnet_loss_settings
# cause: for None only
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1, W2, b2, W3, b3 = (params[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3"))
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a, c1 = conv_forward_fast(X, W1, b1, conv_param)
    a, c2 = relu_forward(a)
    a, c3 = max_pool_forward_fast(a, {**pool_param, 'stride': pool_param['pool_height']})
    a, c4 = affine_forward(a, W2, b2)
    a, c5 = relu_forward(a)
    scores, c6 = affine_forward(a, W3, b3)
    if y is None:
        return scores
    loss, d = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    grads = {}
    d, grads["W3"], grads["b3"] = affine_backward(d, c6)
    d = relu_backward(d, c5)
    d, grads["W2"], grads["b2"] = affine_backward(d, c4)
    d = max_pool_backward_fast(d, c3)
    d = relu_backward(d, c2)
    d, grads["W1"], grads["b1"] = conv_backward_fast(d, c1)
    for k in ("W1", "W2", "W3"):
        grads[k] += 2 * reg * params[k]
    return loss, grads

# %% right: step by step
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, relu1_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(r1, pool_param)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = max_pool_backward_fast(dp1, pool_cache)
    da1 = relu_backward(dr1, relu1_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% right: a list of layers and their caches
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    conv_param = conv_param or {"stride": 1, "pad": params["W1"].shape[-1] // 2}
    pool_param = pool_param or dict.fromkeys(("pool_height", "pool_width", "stride"), 2)
    caches = []

    def apply(forward, x, *rest):
        out, cache = forward(x, *rest)
        caches.append(cache)
        return out

    out = apply(conv_forward_fast, X, params["W1"], params["b1"], conv_param)
    out = apply(relu_forward, out)
    out = apply(max_pool_forward_fast, out, pool_param)
    out = apply(affine_forward, out, params["W2"], params["b2"])
    out = apply(relu_forward, out)
    out = apply(affine_forward, out, params["W3"], params["b3"])
    if y is None:
        return out
    loss, dout = softmax_loss(out, y)
    grads = {}
    dout, grads["W3"], grads["b3"] = affine_backward(dout, caches.pop())
    dout = relu_backward(dout, caches.pop())
    dout, grads["W2"], grads["b2"] = affine_backward(dout, caches.pop())
    dout = max_pool_backward_fast(dout, caches.pop())
    dout = relu_backward(dout, caches.pop())
    _, grads["W1"], grads["b1"] = conv_backward_fast(dout, caches.pop())
    for name in params:
        if name.startswith("W"):
            loss = loss + reg * np.sum(params[name] ** 2)
            grads[name] = grads[name] + 2 * reg * params[name]
    return loss, grads

# %% right: pooling before the ReLU, which is the same
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    W3, b3 = params["W3"], params["b3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
    r1, pool_cache = max_pool_forward_fast(a1, pool_param)
    p1, relu1_cache = relu_forward(r1)
    a2, fc1_cache = affine_forward(p1, W2, b2)
    r2, relu2_cache = relu_forward(a2)
    scores, fc2_cache = affine_forward(r2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dr2, dW3, db3 = affine_backward(dscores, fc2_cache)
    da2 = relu_backward(dr2, relu2_cache)
    dp1, dW2, db2 = affine_backward(da2, fc1_cache)
    dr1 = relu_backward(dp1, relu1_cache)
    da1 = max_pool_backward_fast(dr1, pool_cache)
    dx, dW1, db1 = conv_backward_fast(da1, conv_cache)
    dW1 += 2 * reg * W1
    dW2 += 2 * reg * W2
    dW3 += 2 * reg * W3
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
    return loss, grads

# %% right: affine layers and softmax by hand, no gradient of X
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, W2, W3 = params["W1"], params["W2"], params["W3"]
    if conv_param is None:
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    if pool_param is None:
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    N = X.shape[0]
    maps, conv_cache = conv_forward_fast(X, W1, params["b1"], conv_param)
    maps = np.maximum(maps, 0)
    pooled, pool_cache = max_pool_forward_fast(maps, pool_param)
    flat = pooled.reshape(N, -1)
    hidden = np.maximum(flat @ W2 + params["b2"], 0)
    scores = hidden @ W3 + params["b3"]
    if y is None:
        return scores
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(N), y]) + reg * sum((W ** 2).sum() for W in (W1, W2, W3))
    d = np.exp(log_p)
    d[np.arange(N), y] -= 1
    d /= N
    grads = {"W3": hidden.T @ d + 2 * reg * W3, "b3": d.sum(axis=0)}
    d = (d @ W3.T) * (hidden > 0)
    grads["W2"], grads["b2"] = flat.T @ d + 2 * reg * W2, d.sum(axis=0)
    d = max_pool_backward_fast((d @ W2.T).reshape(pooled.shape), pool_cache) * (maps > 0)
    dW1, grads["b1"] = conv_backward_fast(d, conv_cache, need_dx=False)[1:]
    grads["W1"] = dW1 + 2 * reg * W1
    return loss, grads

# %% right: convolution by windows in NumPy, loss as a Python number
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1 = params["W1"]
    F, C, HH, WW = W1.shape
    stride, pad = (1, (HH - 1) // 2) if conv_param is None else (conv_param["stride"], conv_param["pad"])
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2} if pool_param is None else pool_param
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    fields = np.lib.stride_tricks.sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]
    a1 = np.tensordot(fields, W1, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2) + params["b1"][None, :, None, None]
    p1, pool_cache = max_pool_forward_fast(np.where(a1 > 0, a1, 0).astype(a1.dtype), pool_param)
    a2, cache2 = affine_forward(p1, params["W2"], params["b2"])
    r2, mask = relu_forward(a2)
    scores, cache3 = affine_forward(r2, params["W3"], params["b3"])
    if y is None:
        return scores
    loss, d = softmax_loss(scores, y)
    d, dW3, db3 = affine_backward(d, cache3)
    d, dW2, db2 = affine_backward(relu_backward(d, mask), cache2)
    d = max_pool_backward_fast(d, pool_cache) * (a1 > 0)
    dW1, db1 = np.tensordot(d, fields, axes=((0, 2, 3), (0, 2, 3))), d.sum(axis=(0, 2, 3))
    penalty = sum(float((params[name] ** 2).sum()) for name in ("W1", "W2", "W3"))
    return float(loss) + reg * penalty, {
        "b3": db3, "b2": db2, "b1": db1, "W1": dW1 + 2 * reg * W1, "W2": dW2 + 2 * reg * params["W2"],
        "W3": dW3 + 2 * reg * params["W3"]}

# %% right: masks for ReLU, softmax by hand, gradients in another order
def three_layer_convnet_loss(params, X, y=None, reg=0.0, conv_param=None, pool_param=None):
    W1, W2, W3 = params["W1"], params["W2"], params["W3"]
    if conv_param is None: conv_param = {"stride": 1, "pad": W1.shape[2] // 2}
    if pool_param is None: pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    z1, cc = conv_forward_fast(X, W1, params["b1"], conv_param)
    p1, pc = max_pool_forward_fast(np.maximum(z1, 0), pool_param)
    flat = p1.reshape(len(X), -1)
    z2 = flat @ W2 + params["b2"]
    h = z2 * (z2 > 0)
    s = h @ W3 + params["b3"]
    if y is None: return s
    e = np.exp(s - s.max(1, keepdims=True)); pr = e / e.sum(1, keepdims=True)
    loss = -np.log(pr[np.arange(len(y)), y]).mean() + reg * sum(np.vdot(W, W) for W in (W1, W2, W3))
    pr[np.arange(len(y)), y] -= 1; pr /= len(y)
    dh = (pr @ W3.T) * (z2 > 0)
    dp = (dh @ W2.T).reshape(p1.shape)
    dz = max_pool_backward_fast(dp, pc) * (z1 > 0)
    _, dW1, db1 = conv_backward_fast(dz, cc, need_dx=False)
    return float(loss), dict(b1=db1, b2=dh.sum(0), b3=pr.sum(0), W1=dW1 + reg * 2 * W1, W2=flat.T @ dh + reg * 2 * W2, W3=h.T @ pr + reg * 2 * W3)
