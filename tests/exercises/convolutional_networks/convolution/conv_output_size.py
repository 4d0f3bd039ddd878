# %% wrong: forgets the + 1 -> test_conv_output_size_formula, test_conv_output_size_floor
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return (size + 2 * pad - field) // stride

# %% wrong: padding counted at one end only -> test_conv_output_size_formula
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return max(1, (size + pad - field) // stride + 1)

# %% wrong: padding forgotten -> test_conv_output_size_formula
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return max(1, (size - field) // stride + 1)

# %% wrong: no rounding, a float -> test_conv_output_size_floor
# cause: round down
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return (size + 2 * pad - field) / stride + 1

# %% wrong: rounds down, but to a float -> test_conv_output_size_floor
# cause: divide with //
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return np.floor((size + 2 * pad - field) / stride) + 1

# %% wrong: rounds up -> test_conv_output_size_floor
# cause: round down
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return int(np.ceil((size + 2 * pad - field) / stride)) + 1

# %% wrong: rounds to the nearest -> test_conv_output_size_floor
# cause: round down
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return round((size + 2 * pad - field) / stride) + 1

# %% wrong: rounds up the number of starts in the padded side -> test_conv_output_size_floor, test_conv_output_size_formula
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return -(-(size + 2 * pad) // stride)

# %% wrong: refuses a stride that does not divide evenly -> test_conv_output_size_floor
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    if (size + 2 * pad - field) % stride:
        raise ValueError('the stride does not divide evenly')
    return (size + 2 * pad - field) // stride + 1

# %% wrong: no look whether the field fits -> test_conv_output_size_errors
# cause: compare the field
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    return (size + 2 * pad - field) // stride + 1

# %% wrong: compares the field with the side without its padding -> test_conv_output_size_errors
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size:
        raise ValueError("the field does not fit")
    return (size + 2 * pad - field) // stride + 1

# %% wrong: refuses a field that just fits -> test_conv_output_size_formula, test_conv_output_size_errors
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field >= size + 2 * pad:
        raise ValueError("the field does not fit")
    return (size + 2 * pad - field) // stride + 1

# %% wrong: looks whether the result is positive, which floor division hides -> test_conv_output_size_errors
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    out = (size + 2 * pad - field) // stride + 1
    if out < 0:
        raise ValueError('nothing fits')
    return out

# %% wrong: an AssertionError instead of a ValueError -> test_conv_output_size_errors
# cause: should raise ValueError
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    assert field <= size + 2 * pad, 'the field does not fit'
    return (size + 2 * pad - field) // stride + 1

# %% wrong: returns 0 where nothing fits -> test_conv_output_size_errors
# cause: should raise ValueError
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        return 0
    return (size + 2 * pad - field) // stride + 1

# %% wrong: negative padding is let through -> test_conv_output_size_errors
# cause: a padding of -1
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return (size + 2 * pad - field) // stride + 1

# %% wrong: a stride of 0 divides -> test_conv_output_size_errors
# cause: a stride of 0
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return (size + 2 * pad - field) // stride + 1

# %% wrong: uses the stride twice -> test_conv_output_size_formula
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("these sizes make no sense")
    if field > size + 2 * pad:
        raise ValueError("the field does not fit")
    return ((size + 2 * pad - field) // stride + 1) // stride

# %% wrong: rounds towards zero, so that a field just too large fits -> test_conv_output_size_errors
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1:
        raise ValueError("bad")
    out = int((size + 2 * pad - field) / stride) + 1
    if out < 1:
        raise ValueError("does not fit")
    return out

# %% wrong: size and field not checked -> test_conv_output_size_errors
def conv_output_size(size, field, pad, stride):
    if pad < 0 or stride < 1 or field > size + 2 * pad:
        raise ValueError("bad")
    return (size + 2 * pad - field) // stride + 1

# %% wrong: stride larger than the field refused -> test_conv_output_size_formula, test_conv_output_size_floor
def conv_output_size(size, field, pad, stride):
    if size < 1 or field < 1 or pad < 0 or stride < 1 or field > size + 2 * pad or stride > field:
        raise ValueError("bad")
    return (size + 2 * pad - field) // stride + 1

# %% right: counts the positions
def conv_output_size(size, field, pad, stride):
    if min(size, field, stride) <= 0:
        raise ValueError("size, field and stride should be positive")
    if pad < 0:
        raise ValueError("pad should not be negative")
    length = size + pad + pad
    positions = len(range(0, length - field + 1, stride))
    if positions == 0:
        raise ValueError(f"{field} is more than {length}")
    return positions

# %% right: rounds with math.floor
import math


def conv_output_size(size, field, pad, stride):
    if stride < 1 or field < 1 or size < 1 or pad < 0 or (size - field) + 2 * pad < 0:
        raise ValueError(f"bad sizes: {size, field, pad, stride}")
    return math.floor((2 * pad + size - field) / stride) + 1

# %% right: NumPy integers
class NoFit(ValueError):
    pass


def conv_output_size(size, field, pad, stride):
    size, field, pad, stride = (np.int64(v) for v in (size, field, pad, stride))
    free = size - field + 2 * pad
    if free < 0:
        raise NoFit(f"does not fit by {-free} pixels")
    if size <= 0 or field <= 0 or stride <= 0 or pad < 0:
        raise ValueError("positive sizes, please")
    return 1 + free // stride

# %% right: counts positions with a while loop
def conv_output_size(size, field, pad, stride):
    if min(size, field, stride) <= 0 or pad < 0:
        raise ValueError("bad")
    n, start = 0, -pad
    while start + field <= size + pad:
        n += 1
        start += stride
    if not n:
        raise ValueError("no room")
    return n
