# %% wrong: calls conv_forward_naive -> test_conv_forward_im2col_loops
# cause: at most 2 nested
def conv_forward_im2col(x, w, b, conv_param):
    return conv_forward_naive(x, w, b, conv_param)

# %% wrong: the four loops again -> test_conv_forward_im2col_loops
# cause: at most 2 nested
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, H_out, W_out), dtype=np.result_type(x, w, b))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    out[n, f, i, j] = np.sum(xp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW] * w[f]) + b[f]
    return out, (x, w, conv_param)

# %% wrong: columns, but a loop over images, filters and positions -> test_conv_forward_im2col_loops
# cause: at most 2 nested
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.zeros((N, F, H_out * W_out), dtype=cols.dtype)
    for n in range(N):
        for f in range(F):
            for p in range(H_out * W_out):
                out[n, f, p] = rows[f].dot(cols[n, :, p]) + b[f]
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: forgets the bias -> test_conv_forward_im2col_values
# cause: bias is missing
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: the bias along the positions -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + np.resize(b, H_out * W_out)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: images folded into one matrix and back by reshape -> test_conv_forward_im2col_values
# cause: transpose
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = rows @ cols.transpose(1, 0, 2).reshape(rows.shape[1], -1) + b[:, None]
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: filters folded behind the positions, back by reshape -> test_conv_forward_im2col_values
# cause: transpose
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(cols.transpose(0, 2, 1), rows.T) + b
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: positions and images in the wrong order -> test_conv_forward_im2col_values
# cause: mixed up
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = rows @ cols.transpose(1, 2, 0).reshape(rows.shape[1], -1) + b[:, None]
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: filters laid out in another order than the columns -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.transpose(0, 2, 3, 1).reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: filters reshaped the wrong way round -> test_conv_forward_im2col_values
# cause: one filter in each row
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(-1, F).T
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: output height and width swapped -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, W_out, H_out)
    return out, (x, w, conv_param)

# %% wrong: stride and pad exchanged in the call of im2col -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, stride, pad)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: height and width of the filter exchanged -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, WW, HH, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: padding forgotten -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, 0, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: padding done twice -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: the output still flat -> test_conv_forward_im2col_values
# cause: shape
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    return out, (x, w, conv_param)

# %% wrong: rotates the filters -> test_conv_forward_im2col_values
# cause: filter is flipped
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w[:, :, ::-1, ::-1].reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: one image only -> test_conv_forward_im2col_values
# cause: output of image 0
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols[:1]) + np.zeros((N, 1, 1)) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: float64 whatever comes in -> test_conv_forward_im2col_inputs
# cause: dtype is float64
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols.astype(np.float64)) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: weights the filters in place -> test_conv_forward_im2col_inputs
# cause: changed in place
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    w *= 0.5
    rows = w.reshape(F, -1)
    out = 2 * np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out, (x, w, conv_param)

# %% wrong: returns the output only -> test_conv_forward_im2col_values
# cause: return out, cache
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    cols = im2col(x, HH, WW, pad, stride)
    rows = w.reshape(F, -1)
    out = np.matmul(rows, cols) + b.reshape(1, F, 1)
    out = out.reshape(N, F, H_out, W_out)
    return out

# %% wrong: puts more into the cache than conv_forward_naive -> test_conv_forward_im2col_inputs
# cause: cache
def conv_forward_im2col(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, p, s)
    rows = conv_output_size(x.shape[2], HH, p, s)
    out = (w.reshape(F, -1) @ cols + b[:, None]).reshape(len(x), F, rows, -1)
    return out, (x, w, b, conv_param, cols)

# %% wrong: padded images in the cache -> test_conv_forward_im2col_inputs
# cause: cache
def conv_forward_im2col(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    F, _, HH, WW = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    cols = im2col(x, HH, WW, 0, s)
    rows = conv_output_size(x.shape[2], HH, 0, s)
    out = (w.reshape(F, -1) @ cols + b[:, None]).reshape(len(x), F, rows, -1)
    return out, (x, w, conv_param)

# %% wrong: no cache -> test_conv_forward_im2col_inputs
# cause: cache
def conv_forward_im2col(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, p, s)
    rows = conv_output_size(x.shape[2], HH, p, s)
    out = (w.reshape(F, -1) @ cols + b[:, None]).reshape(len(x), F, rows, -1)
    return out, None

# %% wrong: a square output assumed -> test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, p, s)
    side = int(np.sqrt(cols.shape[2]))
    out = (w.reshape(F, -1) @ cols + b[:, None]).reshape(len(x), F, side, side)
    return out, (x, w, conv_param)

# %% right: a loop over the images
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    oh = conv_output_size(x.shape[2], w.shape[2], pad, stride)
    cols = im2col(x, w.shape[2], w.shape[3], pad, stride)
    out = np.stack([w.reshape(len(w), -1).dot(each) for each in cols]) + b[:, None]
    return out.reshape(len(x), len(w), oh, out.shape[2] // oh), (x, w, conv_param)

# %% right: einsum
def conv_forward_im2col(x, w, b, conv_param):
    F, C, HH, WW = w.shape
    cols = im2col(x, HH, WW, conv_param["pad"], conv_param["stride"])
    out_h = 1 + (x.shape[2] + 2 * conv_param["pad"] - HH) // conv_param["stride"]
    out = np.einsum("fk,nkp->nfp", w.reshape(F, C * HH * WW), cols)
    out += b[None, :, None]
    return out.reshape(x.shape[0], F, out_h, -1), (x, w, conv_param)

# %% right: one matrix for all images, transposed back
def conv_forward_im2col(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    N, F = len(x), len(w)
    cols = im2col(x, *w.shape[2:], p, s)
    K, P = cols.shape[1:]
    together = cols.transpose(1, 0, 2).reshape(K, N * P)
    out = (w.reshape(F, K) @ together).reshape(F, N, P).transpose(1, 0, 2)
    out_h = (x.shape[2] + 2 * p - w.shape[2]) // s + 1
    return (out + b.reshape(-1, 1)).reshape(N, F, out_h, -1), (x, w, conv_param)

# %% right: float32 inside
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    F = w.shape[0]
    dtype = np.result_type(x, w, b)
    cols = im2col(x.astype(np.float32), w.shape[2], w.shape[3], pad, stride)
    out = np.tensordot(cols, w.reshape(F, -1).astype(np.float32), axes=([1], [1])) + b.astype(np.float32)
    out_h = conv_output_size(x.shape[2], w.shape[2], pad, stride)
    out_w = conv_output_size(x.shape[3], w.shape[3], pad, stride)
    return out.transpose(0, 2, 1).reshape(len(x), F, out_h, out_w).astype(dtype), (x, w, conv_param)

# %% right: np.matmul, bias as a column of ones
def conv_forward_im2col(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, p, s)
    cols = np.concatenate([cols, np.ones((len(x), 1, cols.shape[2]), cols.dtype)], axis=1)
    filters = np.hstack([w.reshape(F, -1), b[:, None]])
    rows = conv_output_size(x.shape[2], HH, p, s)
    return np.matmul(filters, cols).reshape(len(x), F, rows, cols.shape[2] // rows), (x, w, conv_param)

# %% wrong: the library does it -> test_conv_forward_im2col_values
# cause: of the library computed this
def conv_forward_im2col(x, w, b, conv_param):
    from cs231n_lib.layers import conv_forward_fast
    return conv_forward_fast(x, w, b, conv_param)[0], (x, w, b, conv_param)

# %% wrong: zeros of the right shape -> test_conv_forward_im2col_loops, test_conv_forward_im2col_values
def conv_forward_im2col(x, w, b, conv_param):
    size = [conv_output_size(x.shape[i], w.shape[i], conv_param["pad"], conv_param["stride"]) for i in (2, 3)]
    return np.zeros((len(x), len(w), *size)), (x, w, b, conv_param)
