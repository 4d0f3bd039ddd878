# %% wrong: no shift of the scores -> test_softmax_loss_naive_stability
# cause: shift the scores
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: shifts by the wrong sign -> test_softmax_loss_naive_stability
# cause: so that their largest is 0
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores + np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: shifts the exponentials but not their sum -> test_softmax_loss_naive_values
# cause: but not those in the sum
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(X[i].dot(W)))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: divides by the maximum instead of subtracting it -> test_softmax_loss_naive_values
# cause: has to be subtracted
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores / np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets the minus before the logarithm -> test_softmax_loss_naive_values, test_softmax_loss_naive_initial
# cause: a sign | opposite sign
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: logarithm to base 2 -> test_softmax_loss_naive_values, test_softmax_loss_naive_initial
# cause: base 2
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log2(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: logarithm to base 10 -> test_softmax_loss_naive_values, test_softmax_loss_naive_initial
# cause: natural logarithm | base 10
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log10(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: minus the probability instead of its logarithm -> test_softmax_loss_naive_values, test_softmax_loss_naive_initial
# cause: logarithm is missing
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -p[y[i]]
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: the score of the correct class without the sum -> test_softmax_loss_naive_values, test_softmax_loss_naive_initial
# cause: sum of the exponentials is missing
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -scores[y[i]]
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: probability of the most likely class instead of the correct one -> test_softmax_loss_naive_values
# cause: most likely class
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(np.max(p))
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: logarithms of all probabilities, of zeros too -> test_softmax_loss_naive_stability
# cause: log of 0
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.sum(np.eye(num_classes)[y[i]] * np.log(p))
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: a small number inside the logarithm -> test_softmax_loss_naive_values
# cause: inside the logarithm
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]] + 1e-2)
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets to divide the loss by N -> test_softmax_loss_naive_values, test_softmax_loss_naive_initial
# cause: division by it forgotten
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets to divide the gradient by N -> test_softmax_loss_naive_gradient
# cause: division by it forgotten
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets the correct class in the gradient -> test_softmax_loss_naive_gradient
# cause: column y[i]
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: gradient of the correct class only -> test_softmax_loss_naive_gradient
# cause: columns of the other classes is missing
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        dW[:, y[i]] += (p[y[i]] - 1) * X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: happened minus predicted -> test_softmax_loss_naive_gradient
# cause: opposite sign
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] -= p[j] * X[i]
        dW[:, y[i]] += X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: subtracts the example once per class -> test_softmax_loss_naive_gradient
# cause: column y[i], that of its correct class, is wrong
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
            dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: scores instead of probabilities in the gradient -> test_softmax_loss_naive_gradient
# cause: where the probabilities belong
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += scores[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: gradient transposed -> test_softmax_loss_naive_gradient
# cause: transposed
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW.T

# %% wrong: no regularization in the loss -> test_softmax_loss_naive_reg_loss
# cause: 0 everywhere
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: no regularization in the gradient -> test_softmax_loss_naive_reg_gradient
# cause: does not change with reg
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    return loss, dW

# %% wrong: forgets the 2 in the gradient of the regularization -> test_softmax_loss_naive_reg_gradient
# cause: factor 2 forgotten
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += reg * W
    return loss, dW

# %% wrong: half the regularization in loss and gradient -> test_softmax_loss_naive_reg_loss, test_softmax_loss_naive_reg_gradient
# cause: half of what it should be
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    return loss, dW

# %% wrong: regularizes before dividing by N -> test_softmax_loss_naive_reg_loss, test_softmax_loss_naive_reg_gradient
# cause: divided by it once too often
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss = (loss + reg * np.sum(W * W)) / num_train
    dW = (dW + 2 * reg * W) / num_train
    return loss, dW

# %% wrong: takes the number of classes from the labels -> test_softmax_loss_naive_inputs
# cause: as many classes as W has columns
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = np.max(y) + 1
    for i in range(num_train):
        scores = X[i].dot(W)[:num_classes]
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: centres the examples in place -> test_softmax_loss_naive_inputs
# cause: changed in place
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    X -= X.mean(axis=0)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: returns the loss only -> test_softmax_loss_naive_values, test_softmax_loss_naive_gradient
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss

# %% right: minus the logarithm of the shifted probability
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dW[:, j] += p[j] * X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% right: log-sum-exp, a gradient row per class
def softmax_loss_naive(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    loss, grad = 0, np.zeros_like(W.T, dtype=np.float64)
    for x, label in zip(X, y):
        f = W.T.dot(x)
        f = f - f.max()
        log_sum = np.log(np.exp(f).sum())
        loss += (log_sum - f[label]) / N
        for c in range(C):
            grad[c] += (np.exp(f[c] - log_sum) - (1 if c == label else 0)) * x / N
    return loss + reg * (W ** 2).sum(), grad.T + 2 * reg * W

# %% right: Python numbers and the math module
import math


def softmax_loss_naive(W, X, y, reg):
    N, D = X.shape
    C = W.shape[1]
    dW = np.empty((D, C))
    delta = [[0.0] * C for _ in range(N)]
    total = 0.0
    for n in range(N):
        s = [math.fsum(float(X[n, d]) * float(W[d, c]) for d in range(D)) for c in range(C)]
        m = max(s)
        Z = sum(math.exp(v - m) for v in s)
        total += math.log(Z) + m - s[y[n]]
        for c in range(C):
            delta[n][c] = math.exp(s[c] - m) / Z - float(c == y[n])
    for d in range(D):
        for c in range(C):
            dW[d, c] = sum(float(X[n, d]) * delta[n][c] for n in range(N)) / N + 2 * reg * W[d, c]
    return total / N + reg * float(np.sum(W ** 2)), dW

# %% right: float32 inside
def softmax_loss_naive(W, X, y, reg):
    w, x = W.astype(np.float32), X.astype(np.float32)
    loss, dw = np.float32(0), np.zeros_like(w)
    for i in range(len(x)):
        scores = x[i] @ w
        scores -= scores.max()
        e = np.exp(scores)
        p = e / e.sum()
        loss -= np.log(p[y[i]])
        p[y[i]] -= 1
        dw += np.outer(x[i], p)
    return loss / len(x) + reg * np.sum(w * w), dw / len(x) + 2 * reg * w

# %% right: the gradient of the correct class first, loops over classes only
def softmax_loss_naive(W, X, y, reg):
    N = X.shape[0]
    S = np.stack([X.dot(W[:, j]) for j in range(W.shape[1])], axis=1)
    S = S - np.amax(S, axis=1)[:, None]
    P = np.exp(S)
    P = P / P.sum(1)[:, None]
    loss = -np.log(P[np.arange(N), y]).sum() / N + reg * np.sum(W * W)
    dW = 2 * reg * W
    for j in range(W.shape[1]):
        dW[:, j] += X.T.dot(P[:, j] - (y == j)) / N
    return loss, dW

# %% wrong: the loss is 1 and the gradient 0 -> test_softmax_loss_naive_values, test_softmax_loss_naive_initial, test_softmax_loss_naive_gradient, test_softmax_loss_naive_reg_loss, test_softmax_loss_naive_reg_gradient, test_softmax_loss_naive_inputs
# cause: zero everywhere
def softmax_loss_naive(W, X, y, reg):
    return 1.0, np.zeros(W.shape)

# %% wrong: the gradient measured by the library -> test_softmax_loss_naive_gradient, test_softmax_loss_naive_reg_gradient
# cause: of the library computed this
def softmax_loss_naive(W, X, y, reg):
    from cs231n_lib.diagnosis import numerical_gradient

    def loss(V):
        total = 0.0
        for i in range(len(X)):
            s = X[i].dot(V)
            total += np.log(np.exp(s - s[y[i]]).sum())
        return total / len(X) + reg * np.sum(V * V)

    return loss(W), numerical_gradient(loss, W)

# %% wrong: the gradient measured with steps of its own -> test_softmax_loss_naive_gradient, test_softmax_loss_naive_reg_gradient
# cause: differences with steps
def softmax_loss_naive(W, X, y, reg):
    def loss(V):
        return np.log(np.exp(X.dot(V) - X.dot(V)[np.arange(len(X)), y][:, None]).sum(axis=1)).sum() / len(X) + reg * np.sum(V * V)

    dW = np.zeros(W.shape)
    for d in range(W.shape[0]):
        for c in range(W.shape[1]):
            step = np.zeros(W.shape)
            step[d, c] = 1e-4
            dW[d, c] = (loss(W + step) - loss(W - step)) / 2e-4
    return loss(W), dW
