# %% wrong: overlapping windows overwritten -> test_max_pool_backward_naive_overlap
# cause: overwrites the earlier
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] = dout[n, c, i, j]
    return dx

# %% wrong: every tie gets the whole gradient -> test_max_pool_backward_naive_ties
# cause: every one of several
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs:hs + HH, ws:ws + WW] += (window == window.max()) * dout[n, c, i, j]
    return dx

# %% wrong: gradient shared among all ties -> test_max_pool_backward_naive_ties
# cause: shared among all ties
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    mask = window == window.max()
                    dx[n, c, hs:hs + HH, ws:ws + WW] += mask / mask.sum() * dout[n, c, i, j]
    return dx

# %% wrong: the last of the ties wins -> test_max_pool_backward_naive_ties
# cause: last of several
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = HH - 1, WW - 1
                    m = np.argmax(window[::-1, ::-1])
                    k, l = k - m // WW, l - m % WW
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: the first of the ties column by column -> test_max_pool_backward_naive_ties
# cause: column by column
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    l, k = np.unravel_index(np.argmax(window.T), window.T.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: the mask of the maximum assigned, ties and overlaps -> test_max_pool_backward_naive_ties, test_max_pool_backward_naive_overlap
# cause: overwrites the earlier | every one of several
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs:hs + HH, ws:ws + WW] = (window == window.max()) * dout[n, c, i, j]
    return dx

# %% wrong: gradient to the whole window -> test_max_pool_backward_naive_gradient
# cause: every pixel of the window
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs:hs + HH, ws:ws + WW] += dout[n, c, i, j]
    return dx

# %% wrong: gradient shared evenly, as in average pooling -> test_max_pool_backward_naive_gradient
# cause: average pooling
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs:hs + HH, ws:ws + WW] += dout[n, c, i, j] / (HH * WW)
    return dx

# %% wrong: stride forgotten -> test_max_pool_backward_naive_gradient
# cause: as if the stride were 1
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i, j
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: stride used downwards only -> test_max_pool_backward_naive_gradient
# cause: downwards only
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: stride used to the right only -> test_max_pool_backward_naive_gradient
# cause: to the right only
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: the place in the window taken for the place in the image -> test_max_pool_backward_naive_gradient
# cause: place within the window is taken for the place in the image
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, k, l] += dout[n, c, i, j]
    return dx

# %% wrong: the number of the maximum divided by the height of the window -> test_max_pool_backward_naive_gradient
# cause: divided by the height
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    m = np.argmax(window)
                    k, l = m // HH, m % HH
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: height and width of the window swapped -> test_max_pool_backward_naive_gradient, test_max_pool_backward_naive_overlap
# cause: height and width of the window are exchanged
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    WW, HH, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: multiplies with the maximum -> test_max_pool_backward_naive_gradient
# cause: multiplied with the largest
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j] * window[k, l]
    return dx

# %% wrong: dout forgotten -> test_max_pool_backward_naive_gradient
# cause: dout is not used
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += 1
    return dx

# %% wrong: the smallest value gets the gradient -> test_max_pool_backward_naive_gradient
# cause: smallest value gets
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmin(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: one maximum for all channels -> test_max_pool_backward_naive_gradient
# cause: every channel has its own
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(x[n, :, hs:hs + HH, ws:ws + WW].max(axis=0)), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: averaged over the batch -> test_max_pool_backward_naive_gradient
# cause: half of what | times too small
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx / N

# %% wrong: everything in the first image -> test_max_pool_backward_naive_gradient
# cause: end up in the first one
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[0, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: dx of the shape of dout -> test_max_pool_backward_naive_gradient, test_max_pool_backward_naive_inputs
# cause: shape
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(dout)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, i, j] += dout[n, c, i, j]
    return dx

# %% wrong: moves by the size of the window instead of the stride -> test_max_pool_backward_naive_overlap
# cause: move by their own size
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = min(i * HH, x.shape[2] - HH), min(j * WW, x.shape[3] - WW)
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: float64 whatever comes in -> test_max_pool_backward_naive_inputs
# cause: float64
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    return dx

# %% wrong: writes the gradient over the images of the cache -> test_max_pool_backward_naive_inputs
# cause: hold after the call
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
    x[...] = dx
    return dx

# %% wrong: uses up dout -> test_max_pool_backward_naive_inputs
# cause: changed in place
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]
                    dout[n, c, i, j] = 0
    return dx

# %% wrong: returns nothing -> test_max_pool_backward_naive_gradient
# cause: return dx
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW]
                    k, l = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, hs + k, ws + l] += dout[n, c, i, j]

# %% wrong: largest absolute value -> test_max_pool_backward_naive_gradient
# cause: farthest from 0
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    win = x[n, c, i*s:i*s+h, j*s:j*s+w]
                    k, l = np.unravel_index(np.argmax(np.abs(win)), win.shape)
                    dx[n, c, i*s + k, j*s + l] += dout[n, c, i, j]
    return dx

# %% wrong: window begins at i, not i * stride, for the place only -> test_max_pool_backward_naive_gradient
# cause: without the stride
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    win = x[n, c, i*s:i*s+h, j*s:j*s+w]
                    k, l = np.unravel_index(np.argmax(win), win.shape)
                    dx[n, c, i + k, j + l] += dout[n, c, i, j]
    return dx

# %% wrong: places of rows and columns exchanged -> test_max_pool_backward_naive_gradient
# cause: row and column within the window are exchanged
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    win = x[n, c, i*s:i*s+h, j*s:j*s+w]
                    l, k = np.unravel_index(np.argmax(win), win.shape)
                    dx[n, c, min(i*s+k, x.shape[2]-1), min(j*s+l, x.shape[3]-1)] += dout[n, c, i, j]
    return dx

# %% wrong: goes to the top left pixel -> test_max_pool_backward_naive_gradient
# cause: first pixel of each window
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    dx[n, c, i*s, j*s] += dout[n, c, i, j]
    return dx

# %% wrong: adds the maximum instead of dout -> test_max_pool_backward_naive_gradient
# cause: should be dout
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    win = x[n, c, i*s:i*s+h, j*s:j*s+w]
                    k, l = np.unravel_index(np.argmax(win), win.shape)
                    dx[n, c, i*s + k, j*s + l] += win.max()
    return dx

# %% wrong: averaged where windows overlap -> test_max_pool_backward_naive_overlap
# cause: averaged
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    count = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    win = x[n, c, i*s:i*s+h, j*s:j*s+w]
                    k, l = np.unravel_index(np.argmax(win), win.shape)
                    dx[n, c, i*s + k, j*s + l] += dout[n, c, i, j]
                    count[n, c, i*s + k, j*s + l] += 1
    return dx / np.maximum(count, 1)

# %% wrong: a running maximum that begins with 0 -> test_max_pool_backward_naive_gradient
# cause: search begin with
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n, c, i, j in np.ndindex(dout.shape):
        best, k, l = 0, 0, 0
        for a in range(h):
            for b in range(w):
                if x[n, c, i * s + a, j * s + b] > best:
                    best, k, l = x[n, c, i * s + a, j * s + b], a, b
        dx[n, c, i * s + k, j * s + l] += dout[n, c, i, j]
    return dx

# %% right: np.add.at with the numbers of the pixels
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    height, width, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, oh, ow = dout.shape
    views = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))[:, :, ::s, ::s]
    winner = views.reshape(N, C, oh, ow, height * width).argmax(axis=4)
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros(x.shape, dtype=dout.dtype)
    np.add.at(dx, (n, c, i * s + winner // width, j * s + winner % width), dout)
    return dx

# %% right: searches each window with comparisons
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    s = pool_param["stride"]
    dx = np.zeros(x.shape, dtype=np.result_type(x, dout))
    for (n, c, i, j), g in np.ndenumerate(dout):
        best = None
        for h in range(i * s, i * s + pool_param["pool_height"]):
            for v in range(j * s, j * s + pool_param["pool_width"]):
                if best is None or x[n, c, h, v] > x[n, c, best[0], best[1]]:
                    best = h, v
        dx[n, c, best[0], best[1]] += g
    return dx

# %% right: float32 inside, windows of all images at once
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    height, width, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, oh, ow = dout.shape
    dx = np.zeros(x.shape, dtype=np.float32)
    n, c = np.arange(N)[:, None], np.arange(C)[None, :]
    for i in range(oh):
        for j in range(ow):
            flat = x[:, :, i * s:i * s + height, j * s:j * s + width].reshape(N, C, -1)
            k, l = np.divmod(flat.argmax(axis=2), width)
            dx[n, c, i * s + k, j * s + l] += dout[:, :, i, j].astype(np.float32)
    return dx.astype(dout.dtype)

# %% right: a mask of the first maximum
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    win = x[n, c, i*s:i*s+h, j*s:j*s+w]
                    mask = np.zeros(h * w, dtype=dout.dtype)
                    mask[np.argmax(win)] = 1
                    dx[n, c, i*s:i*s+h, j*s:j*s+w] += mask.reshape(h, w) * dout[n, c, i, j]
    return dx

# %% right: argwhere, first
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, OH, OW = dout.shape
    dx = np.zeros(x.shape, dtype=dout.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    win = x[n, c, i*s:i*s+h, j*s:j*s+w]
                    k, l = np.argwhere(win == win.max())[0]
                    dx[n, c, i * s + k, j * s + l] += dout[n, c, i, j]
    return dx

# %% wrong: the library does it -> test_max_pool_backward_naive_gradient
# cause: of the library computed this
def max_pool_backward_naive(dout, cache):
    from cs231n_lib.layers import max_pool_backward_fast, max_pool_forward_fast
    return max_pool_backward_fast(dout, max_pool_forward_fast(*cache)[1])
