# %% wrong: counts instead of parts -> test_encode_bag_of_words_values
# cause: divide by the number of patches
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k)
    return histograms

# %% wrong: divides by the number of words -> test_encode_bag_of_words_values
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / k
    return histograms

# %% wrong: divides by the patches of the whole block -> test_encode_bag_of_words_values
# cause: instead of that of one image
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (num_images * rows * columns)
    return histograms

# %% wrong: one histogram for all images -> test_encode_bag_of_words_values
# cause: each image has a histogram of its own
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words.ravel(), minlength=k) / words.size
    return histograms

# %% wrong: whether a word occurs, not how often -> test_encode_bag_of_words_values
# cause: not how often
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.isin(np.arange(k), words[i])
    return histograms

# %% wrong: unit length instead of adding up to 1 -> test_encode_bag_of_words_values
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / np.linalg.norm(np.bincount(words[i], minlength=k))
    return histograms

# %% wrong: raw patches, not normalised -> test_encode_bag_of_words_values
# cause: normalised as they are
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = np.lib.stride_tricks.sliding_window_view(images[start:start + 100], (size, size), axis=(1, 2))[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3).astype(float)
        patches = patches.reshape(*patches.shape[:3], -1)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: patches reshaped the wrong way -> test_encode_bag_of_words_values
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(dim, -1).T, codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: images and places mixed up -> test_encode_bag_of_words_values
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(rows * columns, num_images).T
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: no return -> test_encode_bag_of_words_values
# cause: forget `return`
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)

# %% wrong: one histogram per word: transposed -> test_encode_bag_of_words_all_words
# cause: transposed
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms.T

# %% wrong: no columns for words that do not occur -> test_encode_bag_of_words_all_words
# cause: minlength
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = []
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms.append(np.bincount(words[i]) / (rows * columns))
    longest = max(len(row) for row in histograms)
    return np.array([np.pad(row, (0, longest - len(row))) for row in histograms])

# %% wrong: the last of equally near words -> test_encode_bag_of_words_all_words
# cause: equally near words the first
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = (k - 1 - assign_to_words(patches.reshape(-1, dim), codebook[::-1])).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: patches without any contrast are left out -> test_encode_bag_of_words_all_words
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        keep = patches.reshape(num_images, rows * columns, dim).any(axis=2)
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i][keep[i]], minlength=k) / (rows * columns)
    return histograms

# %% wrong: rows and columns taken for equal -> test_encode_bag_of_words_geometry
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / rows**2
    return histograms

# %% wrong: only a square of patches -> test_encode_bag_of_words_geometry
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        side = min(patches.shape[1:3])
        patches = patches[:, :side, :side]
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: forgets the stride -> test_encode_bag_of_words_geometry
# cause: size and stride
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: stride 1 whatever is asked for -> test_encode_bag_of_words_geometry
# cause: this stride
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, 1)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: size and stride swapped -> test_encode_bag_of_words_geometry
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], stride, size)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: patches of 6 x 6 whatever is asked for -> test_encode_bag_of_words_values, test_encode_bag_of_words_geometry
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], 6, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: 3 channels taken for granted -> test_encode_bag_of_words_geometry
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, size * size * 3), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: the number of patches of a CIFAR-10 image -> test_encode_bag_of_words_geometry
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / 196
    return histograms

# %% wrong: other defaults: stride 3 -> test_encode_bag_of_words_geometry
# cause: size=6, stride=2
def encode_bag_of_words(images, codebook, size=6, stride=3):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: all patches at once -> test_encode_bag_of_words_memory
# cause: in blocks
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in [0]:
        patches = dense_patches(images, size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: blocks of a thousand images -> test_encode_bag_of_words_memory
# cause: in blocks
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 1000):
        patches = dense_patches(images[start:start + 1000], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: collects the patches of all blocks -> test_encode_bag_of_words_memory
# cause: in blocks
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    everything = []
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        everything.append(patches)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: drops the last block if it is not full -> test_encode_bag_of_words_memory
# cause: last one
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images) // 100 * 100 if len(images) > 100 else len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: an array of all differences, for a block of images -> test_encode_bag_of_words_memory
# cause: in blocks
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = np.argmin(np.sum((patches.reshape(-1, 1, dim) - codebook) ** 2, axis=2), axis=1).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: images scaled in place -> test_encode_bag_of_words_inputs
# cause: changed in place
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    images += 1
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: standardises the codebook in place -> test_encode_bag_of_words_inputs
# cause: changed in place
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    codebook -= codebook.mean(axis=1, keepdims=True)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: floats taken for images in 0..1 -> test_encode_bag_of_words_inputs
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    if images.dtype.kind == 'f':
        images = images * 255
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: floats are made uint8 in 0..1 -> test_encode_bag_of_words_inputs
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k = len(codebook)
    if images.dtype.kind == 'f':
        images = (images / 255).astype(np.uint8)
    histograms = np.zeros((len(images), k))
    for start in range(0, len(images), 100):
        patches = dense_patches(images[start:start + 100], size, stride)
        num_images, rows, columns, dim = patches.shape
        words = assign_to_words(patches.reshape(-1, dim), codebook).reshape(num_images, rows * columns)
        for i in range(num_images):
            histograms[start + i] = np.bincount(words[i], minlength=k) / (rows * columns)
    return histograms

# %% wrong: scales the images to 0..1 -> test_encode_bag_of_words_values
# cause: taken for grey
def encode_bag_of_words(images, codebook, size=6, stride=2):
    out = np.zeros((len(images), len(codebook)))
    for s in range(0, len(images), 100):
        p = dense_patches(images[s:s+100] / 255.0, size, stride)
        n, r, c, d = p.shape
        w = assign_to_words(p.reshape(-1, d), codebook).reshape(n, r * c)
        for i in range(n):
            out[s + i] = np.bincount(w[i], minlength=len(codebook)) / (r * c)
    return out

# %% right: image by image, without assign_to_words
def encode_bag_of_words(images, codebook, size=6, stride=2):
    rows = []
    c2 = (codebook**2).sum(axis=1)
    for image in images:
        x = dense_patches(image[None], size, stride)
        x = x.reshape(-1, x.shape[-1])
        nearest = (c2 - 2 * x @ codebook.T).argmin(axis=1)
        rows.append([np.mean(nearest == j) for j in range(len(codebook))])
    return np.array(rows)

# %% right: one bincount for a block of 64 images
def encode_bag_of_words(images, codebook, size=6, stride=2):
    k, blocks = len(codebook), []
    for block in np.array_split(images, -(-len(images) // 64)):
        patches = dense_patches(block, size, stride)
        labels = assign_to_words(patches.reshape(-1, patches.shape[-1]), codebook)
        owner = np.repeat(np.arange(len(block)), len(labels) // len(block))
        blocks.append(np.bincount(owner * k + labels, minlength=k * len(block)).reshape(len(block), k))
    counts = np.concatenate(blocks).astype(float)
    return counts / counts.sum(axis=1, keepdims=True)

# %% right: float32 inside, np.add.at
def encode_bag_of_words(images, codebook, size=6, stride=2):
    bags = np.zeros((len(images), len(codebook)), dtype=np.float32)
    for first in range(0, len(images), 50):
        piece = dense_patches(images[first:first + 50].astype(np.float32), size=size, stride=stride)
        count = piece.shape[1] * piece.shape[2]
        labels = assign_to_words(piece.reshape(len(piece) * count, -1), codebook.astype(np.float32))
        np.add.at(bags, (first + np.arange(len(labels)) // count, labels), 1.0)
    bags /= count
    return bags

# %% right: differences of the patches of one image
def encode_bag_of_words(images, codebook, size=6, stride=2):
    def describe(image):
        flat = dense_patches(image[np.newaxis], size, stride)[0].reshape(-1, codebook.shape[1])
        labels = np.sum((flat[:, None] - codebook) ** 2, axis=-1).argmin(axis=-1)
        return np.histogram(labels, bins=np.arange(len(codebook) + 1))[0] / len(labels)

    return np.stack([describe(image) for image in images])

# %% right: blocks of equal size, shares word by word
def encode_bag_of_words(images, codebook, size=6, stride=2):
    out = []
    for part in np.array_split(images, max(1, -(-len(images) // 100))):
        for q in dense_patches(part, size, stride):
            w = assign_to_words(q.reshape(q.shape[0] * q.shape[1], -1), codebook)
            out.append([float(np.mean(np.equal(w, j))) for j in range(len(codebook))])
    return out

# %% wrong: all words equally often -> test_encode_bag_of_words_inputs
def encode_bag_of_words(images, codebook, size=6, stride=2):
    return np.full((len(images), len(codebook)), 1 / len(codebook))
