# %% wrong: overwrites instead of adding -> test_col2im_counts, test_col2im_adjoint
# cause: overwrites the earlier
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] = cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: adds with an index array, which forgets repetitions -> test_col2im_counts, test_col2im_adjoint
# cause: overwrites the earlier
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    number = np.arange((H + 2 * pad) * (W + 2 * pad)).reshape(H + 2 * pad, W + 2 * pad)
    views = np.lib.stride_tricks.sliding_window_view(number, (field_height, field_width))[::stride, ::stride]
    places = views.reshape(out_h * out_w, -1).T
    flat = np.zeros((N, C, number.size), dtype=cols.dtype)
    flat[:, :, places] += cols.reshape(N, C, field_height * field_width, out_h * out_w)
    return flat.reshape(N, C, H + 2 * pad, W + 2 * pad)[:, :, pad:pad + H, pad:pad + W]

# %% wrong: averages where fields overlap -> test_col2im_counts, test_col2im_adjoint
# cause: or they are averaged
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    count = np.zeros_like(xp)
    for i in range(field_height):
        for j in range(field_width):
            count[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += 1
    xp = xp / np.maximum(count, 1)
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: the border still on -> test_col2im_counts
# cause: border is still on
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp

# %% wrong: crops with -pad, which is empty without padding -> test_col2im_counts, test_col2im_adjoint
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:-pad, pad:-pad]

# %% wrong: crops at the bottom and right only -> test_col2im_counts
# cause: cut off at the wrong place
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, :H, :W]

# %% wrong: crops the height with the width -> test_col2im_adjoint
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + W, pad:pad + H]

# %% wrong: stride forgotten -> test_col2im_counts
# cause: stride is taken for 1
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + out_h, j:j + out_w] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: stride used to the right only -> test_col2im_counts
# cause: used to the right only
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + out_h, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: the channel taken for the fastest -> test_col2im_adjoint
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, field_height, field_width, C, out_h, out_w).transpose(0, 3, 1, 2, 4, 5)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: fields read column by column -> test_col2im_adjoint
# cause: read column by column
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_width, field_height, out_h, out_w).transpose(0, 1, 3, 2, 4, 5)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: positions taken downwards first -> test_col2im_adjoint
# cause: downwards first
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_w, out_h).transpose(0, 1, 2, 3, 5, 4)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: columns taken for rows -> test_col2im_adjoint
# cause: columns are taken for rows
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.transpose(0, 2, 1).reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: the field turned by 180 degrees -> test_col2im_adjoint
# cause: turned by 180
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, field_height - 1 - i, field_width - 1 - j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: the same channel for all -> test_col2im_adjoint
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :1, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: height and width of the field swapped -> test_col2im_adjoint, test_col2im_counts
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    field_height, field_width = field_width, field_height
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: the last rows and columns of the padded image missing -> test_col2im_counts
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, stride * (out_h - 1) + field_height, stride * (out_w - 1) + field_width), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: float64 whatever comes in -> test_col2im_inputs
# cause: float64
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: divides the columns in place -> test_col2im_inputs
# cause: changed in place
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    cols /= field_height
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: returns nothing -> test_col2im_counts
# cause: return the images
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = (H + 2 * pad - field_height) // stride + 1
    out_w = (W + 2 * pad - field_width) // stride + 1
    cols = cols.reshape(N, C, field_height, field_width, out_h, out_w)
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(field_height):
        for j in range(field_width):
            xp[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += cols[:, :, i, j]
    xp = xp[:, :, pad:pad + H, pad:pad + W]

# %% wrong: the border folded back onto the edge -> test_col2im_counts
# cause: belongs to the border
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    oh, ow = conv_output_size(H, field_height, pad, stride), conv_output_size(W, field_width, pad, stride)
    parts = cols.reshape(N, C, field_height, field_width, oh, ow)
    image = np.zeros(x_shape, dtype=cols.dtype)
    for k in range(field_height):
        for l in range(field_width):
            for i in range(oh):
                for j in range(ow):
                    r, q = i * stride + k - pad, j * stride + l - pad
                    image[:, :, min(max(r, 0), H - 1), min(max(q, 0), W - 1)] += parts[:, :, k, l, i, j]
    return image

# %% wrong: indices wrap around at the edges -> test_col2im_counts
# cause: belongs to the border
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    oh, ow = conv_output_size(H, field_height, pad, stride), conv_output_size(W, field_width, pad, stride)
    parts = cols.reshape(N, C, field_height, field_width, oh, ow)
    image = np.zeros(x_shape, dtype=cols.dtype)
    for k in range(field_height):
        for l in range(field_width):
            for i in range(oh):
                for j in range(ow):
                    image[:, :, (i * stride + k - pad) % H, (j * stride + l - pad) % W] += parts[:, :, k, l, i, j]
    return image

# %% wrong: the channel taken for the fastest axis but one -> test_col2im_adjoint
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    oh, ow = conv_output_size(H, field_height, pad, stride), conv_output_size(W, field_width, pad, stride)
    parts = cols.reshape(N, field_height, field_width, C, oh, ow).transpose(0, 3, 1, 2, 4, 5)
    image = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for k in range(field_height):
        for l in range(field_width):
            image[:, :, k:k + oh * stride:stride, l:l + ow * stride:stride] += parts[:, :, k, l]
    return image[:, :, pad:pad + H, pad:pad + W]

# %% right: np.add.at with tables of indices
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_h = conv_output_size(H, field_height, pad, stride)
    out_w = conv_output_size(W, field_width, pad, stride)
    c, k, l, i, j = np.indices((C, field_height, field_width, out_h, out_w))
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for image, part in zip(padded, cols):
        np.add.at(image, (c, k + stride * i, l + stride * j), part.reshape(c.shape))
    return padded[:, :, pad:pad + H, pad:pad + W]

# %% right: one position after the other
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    out_w = (W + 2 * pad - field_width) // stride + 1
    frame = np.zeros((N, C, H + 2 * pad, W + 2 * pad), cols.dtype)
    for p in range(cols.shape[2]):
        top, left = stride * (p // out_w), stride * (p % out_w)
        frame[:, :, top:top + field_height, left:left + field_width] += cols[:, :, p].reshape(N, C, field_height, field_width)
    return frame[..., pad:H + pad, pad:W + pad].copy()

# %% right: float32 inside, np.bincount
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    number = np.pad(np.arange(H * W).reshape(H, W), pad, constant_values=H * W)
    views = np.lib.stride_tricks.sliding_window_view(number, (field_height, field_width))[::stride, ::stride]
    places = views.reshape(-1, field_height * field_width).T.ravel()
    values = cols.astype(np.float32).reshape(N * C, -1)
    images = [np.bincount(places, weights=row, minlength=H * W + 1)[:-1] for row in values]
    return np.array(images).reshape(N, C, H, W).astype(cols.dtype)

# %% right: the transposed matrix of im2col
def col2im(cols, x_shape, field_height, field_width, pad, stride):
    N, C, H, W = x_shape
    unit = np.eye(C * H * W).reshape(-1, C, H, W)
    A = im2col(unit, field_height, field_width, pad, stride).reshape(C * H * W, -1)
    return (cols.reshape(N, -1) @ A.T).reshape(x_shape).astype(cols.dtype)
