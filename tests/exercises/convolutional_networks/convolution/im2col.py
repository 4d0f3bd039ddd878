# %% wrong: fields as rows -> test_im2col_layout
# cause: rows and columns are exchanged
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w).transpose(0, 2, 1)

# %% wrong: reshape where transpose is needed -> test_im2col_layout
# cause: reshape
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.transpose(0, 4, 5, 1, 2, 3).reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: the channel changes fastest -> test_im2col_layout
# cause: channel changes fastest
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.transpose(0, 2, 3, 1, 4, 5).reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: fields read column by column -> test_im2col_layout
# cause: column by column
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.transpose(0, 1, 3, 2, 4, 5).reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: positions downwards first -> test_im2col_layout
# cause: positions go downwards
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.transpose(0, 1, 2, 3, 5, 4).reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: all images in one matrix -> test_im2col_layout
# cause: shape
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.transpose(1, 2, 3, 4, 5, 0).reshape(C * field_height * field_width, out_h * out_w * N)

# %% wrong: stride forgotten -> test_im2col_geometry
# cause: stride is taken for 1
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + out_h, j:j + out_w]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: stride in the output size forgotten, too -> test_im2col_geometry
# cause: stride is taken for 1, in the number
def im2col(x, field_height, field_width, pad, stride):
    stride = 1
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: offset within the field multiplied by the stride -> test_im2col_geometry
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = np.pad(xp, ((0, 0), (0, 0), (0, 50), (0, 50)))[:, :, i * stride:i * stride + out_h, j * stride:j * stride + out_w]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: stride used downwards only -> test_im2col_geometry
# cause: used downwards only
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + out_w]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: no padding -> test_im2col_geometry
# cause: shape
def im2col(x, field_height, field_width, pad, stride):
    pad = 0
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: padding with the outermost pixels -> test_im2col_geometry
# cause: copies of the outermost
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: padding at the bottom and right only -> test_im2col_geometry
# cause: bottom and right
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: height and width of the field swapped -> test_im2col_layout, test_im2col_geometry
def im2col(x, field_height, field_width, pad, stride):
    field_height, field_width = field_width, field_height
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: rows of the field taken from its end -> test_im2col_layout
# cause: turned by 180
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, field_height - 1 - i, field_width - 1 - j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: height of the output taken for its width -> test_im2col_layout
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (H + 2 * pad - field_height) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: loops over images, channels and positions -> test_im2col_loops
# cause: only | at most 2 nested
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((N, C * field_height * field_width, out_h * out_w), dtype=x.dtype)
    for n in range(N):
        for i in range(out_h):
            for j in range(out_w):
                field = xp[n, :, i * stride:i * stride + field_height, j * stride:j * stride + field_width]
                cols[n, :, i * out_w + j] = field.ravel()
    return cols

# %% wrong: float64 whatever comes in -> test_im2col_inputs
# cause: float64
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w))
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: subtracts the mean in place -> test_im2col_inputs
# cause: changed in place
def im2col(x, field_height, field_width, pad, stride):
    x -= x.mean()
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: one image only -> test_im2col_layout
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    x, xp = x[:1], xp[:1]
    for i in range(field_height):
        for j in range(field_width):
            cols[:1, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    return cols.reshape(N, C * field_height * field_width, out_h * out_w)

# %% wrong: returns nothing -> test_im2col_layout
# cause: return cols
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    cols = np.zeros((N, C, field_height, field_width, out_h, out_w), dtype=x.dtype)
    for i in range(field_height):
        for j in range(field_width):
            cols[:, :, i, j, :, :] = xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride]
    cols = cols.reshape(N, -1, out_h * out_w)

# %% wrong: slice ends without the stride -> test_im2col_geometry
# cause: end too early
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    oh, ow = conv_output_size(H, field_height, pad, stride), conv_output_size(W, field_width, pad, stride)
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((N, C, field_height, field_width, oh, ow), dtype=x.dtype)
    for k in range(field_height):
        for l in range(field_width):
            cols[:, :, k, l] = p[:, :, k:k + oh:stride, l:l + ow:stride]
    return cols.reshape(N, -1, oh * ow)

# %% wrong: three loops as a comprehension -> test_im2col_loops
def im2col(x, field_height, field_width, pad, stride):
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return np.array([np.stack([image[:, i:i + field_height, j:j + field_width].ravel() for i in range(0, p.shape[2] - field_height + 1, stride)
                     for j in range(0, p.shape[3] - field_width + 1, stride)], axis=1) for image in p])

# %% right: a view of windows, transposed
def im2col(x, field_height, field_width, pad, stride):
    padded = np.pad(x, [(0,), (0,), (pad,), (pad,)])
    views = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))[:, :, ::stride, ::stride]
    N, C, oh, ow = views.shape[:4]
    return views.transpose(0, 1, 4, 5, 2, 3).reshape(N, C * field_height * field_width, oh * ow)

# %% right: tables of indices
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = conv_output_size(H, field_height, pad, stride)
    out_w = conv_output_size(W, field_width, pad, stride)
    i0 = np.tile(np.repeat(np.arange(field_height), field_width), C)
    j0 = np.tile(np.arange(field_width), field_height * C)
    i1 = stride * np.repeat(np.arange(out_h), out_w)
    j1 = stride * np.tile(np.arange(out_w), out_h)
    i, j = i0.reshape(-1, 1) + i1.reshape(1, -1), j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), field_height * field_width).reshape(-1, 1)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return padded[:, k, i, j]

# %% right: loops over the positions, all images at once
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    frame = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    frame[:, :, pad:H + pad, pad:W + pad] = x
    cols = np.empty((N, C * field_height * field_width, out_h * out_w), dtype=x.dtype)
    for p in range(out_h * out_w):
        top, left = p // out_w * stride, p % out_w * stride
        cols[:, :, p] = frame[:, :, top:top + field_height, left:left + field_width].reshape(N, -1)
    return cols

# %% right: as_strided
def im2col(x, field_height, field_width, pad, stride):
    p = np.ascontiguousarray(np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)]))
    N, C, H, W = p.shape
    oh, ow = (H - field_height) // stride + 1, (W - field_width) // stride + 1
    a, b, c, d = p.strides
    v = np.lib.stride_tricks.as_strided(p, (N, C, field_height, field_width, oh, ow), (a, b, c, d, c * stride, d * stride))
    return v.reshape(N, -1, oh * ow).copy()

# %% right: index arrays
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    oh, ow = conv_output_size(H, field_height, pad, stride), conv_output_size(W, field_width, pad, stride)
    p = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    p[:, :, pad:pad + H, pad:pad + W] = x
    r = np.tile(np.repeat(np.arange(field_height), field_width), C)[:, None] + stride * np.repeat(np.arange(oh), ow)
    q = np.tile(np.arange(field_width), field_height * C)[:, None] + stride * np.tile(np.arange(ow), oh)
    c = np.repeat(np.arange(C), field_height * field_width)[:, None]
    return p[:, c, r, q]

# %% wrong: five loops in one np.ndindex -> test_im2col_loops
def im2col(x, field_height, field_width, pad, stride):
    N, C, H, W = x.shape
    oh, ow = (H + 2 * pad - field_height) // stride + 1, (W + 2 * pad - field_width) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((N, C, field_height, field_width, oh, ow), dtype=x.dtype)
    for n, c, i, j, k in np.ndindex(N, C, field_height, field_width, oh):
        cols[n, c, i, j, k] = padded[n, c, k * stride + i, j:j + stride * ow:stride][:ow]
    return cols.reshape(N, -1, oh * ow)
