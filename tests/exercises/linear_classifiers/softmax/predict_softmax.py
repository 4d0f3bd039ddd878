# %% wrong: argmax along the wrong axis -> test_predict_softmax_labels
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=0), np.max(p, axis=1)

# %% wrong: argmax of the flattened probabilities -> test_predict_softmax_labels
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p), np.max(p, axis=1)

# %% wrong: labels counted from 1 -> test_predict_softmax_labels
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1) + 1, np.max(p, axis=1)

# %% wrong: returns the labels only -> test_predict_softmax_labels, test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1)

# %% wrong: the highest score as confidence -> test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1), np.max(scores, axis=1)

# %% wrong: all probabilities as confidence -> test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1), p

# %% wrong: probability of class 0 as confidence -> test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1), p[:, 0]

# %% wrong: normalizes over the examples -> test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=0, keepdims=True)
    return np.argmax(p, axis=1), np.max(p, axis=1)

# %% wrong: normalizes over the whole batch -> test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores))
    return np.argmax(p, axis=1), np.max(p, axis=1)

# %% wrong: divides scores by their sum without exponentials -> test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = scores / np.sum(scores, axis=1, keepdims=True)
    return np.argmax(p, axis=1), np.max(p, axis=1)

# %% wrong: confidence in percent -> test_predict_softmax_confidence
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1), 100 * np.max(p, axis=1)

# %% wrong: no shift of the scores -> test_predict_softmax_stability
def predict_softmax(W, X):
    scores = X.dot(W)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1), np.max(p, axis=1)

# %% wrong: shifts by the maximum of the whole batch -> test_predict_softmax_stability
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1), np.max(p, axis=1)

# %% right: probabilities, their maximum and its place
def predict_softmax(W, X):
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return np.argmax(p, axis=1), np.max(p, axis=1)

# %% right: a loop over the examples
def predict_softmax(W, X):
    labels, confidence = [], []
    for x in X:
        s = x @ W
        e = np.exp(s - s.max())
        labels.append(int(e.argmax()))
        confidence.append(float(e.max() / e.sum()))
    return labels, confidence

# %% right: log-sum-exp and float32 inside
def predict_softmax(W, X):
    s = X.astype(np.float32) @ W.astype(np.float32)
    best = np.argmax(s, axis=-1)
    top = s[np.arange(len(s)), best]
    return best.astype(np.uint8), np.exp(top - np.logaddexp.reduce(s, axis=1))
