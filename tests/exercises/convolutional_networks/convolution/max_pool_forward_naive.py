# %% wrong: mean instead of maximum -> test_max_pool_forward_naive_values
# cause: mean of each window
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.mean(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: sum instead of maximum -> test_max_pool_forward_naive_values
# cause: sum of each window
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.sum(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: smallest value -> test_max_pool_forward_naive_values
# cause: smallest value
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.min(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: stride forgotten where the window starts -> test_max_pool_forward_naive_values, test_max_pool_forward_naive_windows
# cause: not by the stride
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i, j
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: stride used downwards only -> test_max_pool_forward_naive_values
# cause: used downwards only
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: moves by the size of the window instead of the stride -> test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * HH, j * WW
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW], initial=-np.inf)
    return out, (x, pool_param)

# %% wrong: window as large as the stride -> test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + stride, ws:ws + stride])
    return out, (x, pool_param)

# %% wrong: height and width of the window swapped -> test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + WW, ws:ws + HH])
    return out, (x, pool_param)

# %% wrong: square windows assumed -> test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_height"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: output height and width swapped -> test_max_pool_forward_naive_windows, test_max_pool_forward_naive_values
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    H_out, W_out = W_out, H_out
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: size of the output without the stride of the window -> test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = H // HH
    W_out = W // WW
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: the output is rounded up -> test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + -(-(H - HH) // stride)
    W_out = 1 + -(-(W - WW) // stride)
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: maximum over all channels -> test_max_pool_forward_naive_values
# cause: largest value of all channels
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, :, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: every image is image 0 -> test_max_pool_forward_naive_values
# cause: output of image 0
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[0, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: a running maximum that begins with 0 -> test_max_pool_forward_naive_negative
# cause: does a 0 come in
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    best = 0
                    for value in x[n, c, hs:hs + HH, ws:ws + WW].ravel():
                        best = max(best, value)
                    out[n, c, i, j] = best
    return out, (x, pool_param)

# %% wrong: a running maximum that begins with -1000 -> test_max_pool_forward_naive_negative
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    best = -1000
                    for value in x[n, c, hs:hs + HH, ws:ws + WW].ravel():
                        best = max(best, value)
                    out[n, c, i, j] = best
    return out, (x, pool_param)

# %% wrong: compares absolute values -> test_max_pool_forward_naive_negative
# cause: farthest from 0
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    window = x[n, c, hs:hs + HH, ws:ws + WW].ravel()
                    out[n, c, i, j] = window[np.argmax(np.abs(window))]
    return out, (x, pool_param)

# %% wrong: pads the image with zeros where the windows do not fit -> test_max_pool_forward_naive_negative, test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: float64 whatever comes in -> test_max_pool_forward_naive_inputs
# cause: float64
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out))
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out, (x, pool_param)

# %% wrong: sets everything but the maximum to 0 in place -> test_max_pool_forward_naive_inputs
# cause: changed in place
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    x[...] = np.where(np.isin(x, out), x, 0)
    return out, (x, pool_param)

# %% wrong: returns the output only -> test_max_pool_forward_naive_values
# cause: return out, cache
def max_pool_forward_naive(x, pool_param):
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - HH) // stride
    W_out = 1 + (W - WW) // stride
    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    hs, ws = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, hs:hs + HH, ws:ws + WW])
    return out

# %% wrong: pooling by reshape, windows apart only -> test_max_pool_forward_naive_windows
def max_pool_forward_naive(x, pool_param):
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    return x[:, :, :H // h * h, :W // w * w].reshape(N, C, H // h, h, W // w, w).max(axis=(3, 5)), (x, pool_param)

# %% wrong: a window one pixel too large -> test_max_pool_forward_naive_values
def max_pool_forward_naive(x, pool_param):
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    oh, ow = conv_output_size(H, h, 0, s), conv_output_size(W, w, 0, s)
    out = np.zeros((N, C, oh, ow), dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            out[:, :, i, j] = x[:, :, i*s:i*s+h+1, j*s:j*s+w+1].max(axis=(2, 3))
    return out, (x, pool_param)

# %% right: a view of windows
def max_pool_forward_naive(x, pool_param):
    size, s = (pool_param["pool_height"], pool_param["pool_width"]), pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::s, ::s]
    return windows.max(axis=(4, 5)), (x, pool_param)

# %% right: a running maximum over shifted images, cache in a dict
def max_pool_forward_naive(x, pool_param):
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    oh, ow = (x.shape[2] - height) // stride + 1, (x.shape[3] - width) // stride + 1
    best = None
    for k in range(height):
        for l in range(width):
            part = x[:, :, k:k + stride * oh:stride, l:l + stride * ow:stride]
            best = part.copy() if best is None else np.maximum(best, part)
    return best, {"x": x, "param": pool_param}

# %% right: starts at minus infinity
def max_pool_forward_naive(x, pool_param):
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C = x.shape[:2]
    oh = conv_output_size(x.shape[2], height, 0, stride)
    ow = conv_output_size(x.shape[3], width, 0, stride)
    out = np.full((N, C, oh, ow), -np.inf)
    for n, c, i, j, k, l in np.ndindex(N, C, oh, ow, height, width):
        out[n, c, i, j] = max(out[n, c, i, j], x[n, c, i * stride + k, j * stride + l])
    return out.astype(x.dtype), (x, pool_param)

# %% right: starts with minus infinity
def max_pool_forward_naive(x, pool_param):
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    oh, ow = conv_output_size(H, h, 0, s), conv_output_size(W, w, 0, s)
    out = np.full((N, C, oh, ow), -np.inf)
    for i in range(oh):
        for j in range(ow):
            for k in range(h):
                for l in range(w):
                    out[:, :, i, j] = np.maximum(out[:, :, i, j], x[:, :, i * s + k, j * s + l])
    return out.astype(x.dtype), (x, pool_param)

# %% wrong: the library does it -> test_max_pool_forward_naive_values
# cause: of the library computed this
from cs231n_lib.layers import max_pool_forward_fast as max_pool_forward_naive
