# %% wrong: forgets to divide the loss by N -> test_svm_loss_naive_values
# cause: division by it forgotten
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets to divide the gradient by N -> test_svm_loss_naive_gradient
# cause: division by it forgotten
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: lets the correct class into the sum -> test_svm_loss_naive_values, test_svm_loss_naive_initial
# cause: correct class is in the sum
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: forgets the margin of 1 -> test_svm_loss_naive_values, test_svm_loss_naive_initial, test_svm_loss_naive_gradient
# cause: forget the margin
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: never updates the column of the correct class -> test_svm_loss_naive_gradient
# cause: column y[i]
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: updates the correct column once per example instead of once per intruding class -> test_svm_loss_naive_gradient
# cause: column y[i]
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
        dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: updates the gradient for classes that keep their distance -> test_svm_loss_naive_gradient
# cause: only those that intrude
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
            dW[:, j] += X[i]
            dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: overwrites columns instead of adding to them -> test_svm_loss_naive_gradient
# cause: written over one another
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] = X[i]
                dW[:, y[i]] = -X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: swaps the two scores in the margin -> test_svm_loss_naive_values, test_svm_loss_naive_gradient
# cause: scores are exchanged
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = correct_class_score - scores[j] + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: gradient uphill, both signs the wrong way -> test_svm_loss_naive_gradient
# cause: opposite sign
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] -= X[i]
                dW[:, y[i]] += X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: squares the margins -> test_svm_loss_naive_values, test_svm_loss_naive_gradient
# cause: squared
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin ** 2
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: only the worst class counts -> test_svm_loss_naive_values, test_svm_loss_naive_initial, test_svm_loss_naive_gradient
# cause: only the class with the largest margin | only the one
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        scores[y[i]] = -np.inf
        j = np.argmax(scores)
        margin = scores[j] - correct_class_score + 1
        if margin > 0:
            loss += margin
            dW[:, j] += X[i]
            dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: no regularization in the loss -> test_svm_loss_naive_reg_loss
# cause: 0 everywhere
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    dW += 2 * reg * W
    return loss, dW

# %% wrong: no regularization in the gradient -> test_svm_loss_naive_reg_gradient
# cause: does not change with reg
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    return loss, dW

# %% wrong: forgets the 2 in the gradient of the regularization -> test_svm_loss_naive_reg_gradient
# cause: factor 2 forgotten
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += reg * W
    return loss, dW

# %% wrong: half the regularization in loss and gradient -> test_svm_loss_naive_reg_loss, test_svm_loss_naive_reg_gradient
# cause: half of what it should be
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    return loss, dW

# %% wrong: divides the regularization by N -> test_svm_loss_naive_reg_loss, test_svm_loss_naive_reg_gradient
# cause: divided by it once too often
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    loss /= num_train
    dW /= num_train
    return loss, dW

# %% wrong: regularizes by the length of W instead of its square -> test_svm_loss_naive_reg_loss
# cause: square root
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.linalg.norm(W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: returns the gradient transposed -> test_svm_loss_naive_gradient
# cause: transposed
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW.T

# %% wrong: returns the loss only -> test_svm_loss_naive_values, test_svm_loss_naive_gradient
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss

# %% wrong: takes the number of classes from the labels -> test_svm_loss_naive_inputs
# cause: as many classes as W has columns
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = np.max(y) + 1
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: centres the examples in place -> test_svm_loss_naive_inputs, test_svm_loss_naive_values
# cause: changed in place
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    X -= X.mean(axis=0)
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: rounds the scores to whole numbers by the dtype of X -> test_svm_loss_naive_inputs
# cause: whole numbers
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W).astype(X.dtype)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% wrong: keeps the gradient in whole numbers -> test_svm_loss_naive_gradient
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape, dtype=int)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% right: the usual loops
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% right: one example at a time, all classes at once
def svm_loss_naive(W, X, y, reg):
    N, C = len(X), W.shape[1]
    total, grad = 0.0, np.zeros_like(W, dtype=float)
    for xi, yi in zip(X, y):
        s = W.T @ xi
        m = np.maximum(s - s[yi] + 1.0, 0.0)
        m[yi] = 0.0
        total += m.sum()
        active = (m > 0) * 1.0
        active[yi] = -active.sum()
        grad += np.outer(xi, active)
    return total / N + reg * (W ** 2).sum(), grad / N + reg * 2.0 * W

# %% right: Python numbers only, features in the innermost loop
def svm_loss_naive(W, X, y, reg):
    (N, D), C = X.shape, W.shape[1]
    gradient = [[2.0 * reg * float(W[d, c]) for c in range(C)] for d in range(D)]
    data_loss = 0.0
    for n in range(N):
        s = [sum(float(X[n, d]) * float(W[d, c]) for d in range(D)) for c in range(C)]
        for c in range(C):
            intrusion = max(0.0, s[c] - s[int(y[n])] + 1.0) if c != y[n] else 0.0
            data_loss += intrusion / N
            if intrusion > 0.0:
                for d in range(D):
                    gradient[d][c] += float(X[n, d]) / N
                    gradient[d][int(y[n])] -= float(X[n, d]) / N
    penalty = sum(float(w) ** 2 for w in W.ravel())
    return data_loss + reg * penalty, np.array(gradient)

# %% right: float32 inside
def svm_loss_naive(W, X, y, reg):
    W, X = W.astype(np.float32), X.astype(np.float32)
    dW = np.zeros_like(W)
    loss = np.float32(0)
    for i in range(X.shape[0]):
        scores = X[i] @ W
        for j in range(W.shape[1]):
            margin = scores[j] - scores[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] += -X[i]
    return loss / X.shape[0] + reg * np.sum(np.square(W)), dW / X.shape[0] + 2 * reg * W

# %% right: counts the intruding classes, classes outside, loss as a 0-d array
def svm_loss_naive(W, X, y, reg):
    num_train = X.shape[0]
    counts = np.zeros((num_train, W.shape[1]))
    loss = np.zeros(())
    for j in range(W.shape[1]):
        for i in range(num_train):
            if j != y[i]:
                m = X[i, :].dot(W[:, j]) - X[i, :].dot(W[:, y[i]]) + 1
                if m > 0:
                    loss += m / num_train
                    counts[i, j] += 1
                    counts[i, y[i]] -= 1
    loss += reg * np.linalg.norm(W) ** 2
    return loss, X.T.dot(counts) / num_train + 2 * reg * W

# %% wrong: makes dW with the dtype of X -> test_svm_loss_naive_inputs
# cause: array of floats
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape, dtype=X.dtype); loss = 0.0
    for i in range(len(X)):
        s = X[i].dot(W)
        for j in range(W.shape[1]):
            if j == y[i]: continue
            m = s[j] - s[y[i]] + 1
            if m > 0:
                loss += m; dW[:, j] += X[i]; dW[:, y[i]] -= X[i]
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W

# %% right: float32 scores and float64 dW
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape); loss = 0.0
    for i in range(X.shape[0]):
        s = X[i].astype(np.float32).dot(W.astype(np.float32))
        for j in range(W.shape[1]):
            m = s[j] - s[y[i]] + 1
            if j != y[i] and m > 0:
                loss += float(m); dW[:, j] += X[i, :]; dW[:, y[i]] -= X[i, :]
    return loss / X.shape[0] + reg * np.sum(W * W), dW / X.shape[0] + 2 * W * reg

# %% wrong: the loss is 1 and the gradient 0 -> test_svm_loss_naive_values, test_svm_loss_naive_initial, test_svm_loss_naive_gradient, test_svm_loss_naive_reg_loss, test_svm_loss_naive_reg_gradient, test_svm_loss_naive_inputs
# cause: zero everywhere
def svm_loss_naive(W, X, y, reg):
    return 1.0, np.zeros(W.shape)

# %% wrong: the gradient measured by the library -> test_svm_loss_naive_gradient, test_svm_loss_naive_reg_gradient
# cause: of the library computed this
def svm_loss_naive(W, X, y, reg):
    from cs231n_lib.diagnosis import numerical_gradient

    def loss(V):
        total = 0.0
        for i in range(len(X)):
            s = X[i].dot(V)
            total += np.maximum(0, s - s[y[i]] + 1).sum() - 1
        return total / len(X) + reg * np.sum(V * V)

    return loss(W), numerical_gradient(loss, W)

# %% wrong: the gradient measured with steps of its own -> test_svm_loss_naive_gradient, test_svm_loss_naive_reg_gradient
# cause: differences with steps
def svm_loss_naive(W, X, y, reg):
    def loss(V):
        return (np.maximum(0, X.dot(V) - X.dot(V)[np.arange(len(X)), y][:, None] + 1).sum() - len(X)) / len(X) + reg * np.sum(V * V)

    dW = np.zeros(W.shape)
    for d in range(W.shape[0]):
        for c in range(W.shape[1]):
            step = np.zeros(W.shape)
            step[d, c] = 1e-4
            dW[d, c] = (loss(W + step) - loss(W - step)) / 2e-4
    return loss(W), dW
