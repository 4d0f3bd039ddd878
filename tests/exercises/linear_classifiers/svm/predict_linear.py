# %% wrong: argmax along the wrong axis -> test_predict_linear_values
def predict_linear(W, X):
    return np.argmax(X.dot(W), axis=0)

# %% wrong: argmax of the flattened scores -> test_predict_linear_values
def predict_linear(W, X):
    return np.argmax(X.dot(W))

# %% wrong: the highest score instead of its class -> test_predict_linear_values
def predict_linear(W, X):
    return np.max(X.dot(W), axis=1)

# %% wrong: returns the scores -> test_predict_linear_values
def predict_linear(W, X):
    return X.dot(W)

# %% wrong: the lowest score wins -> test_predict_linear_values
def predict_linear(W, X):
    return np.argmin(X.dot(W), axis=1)

# %% wrong: compares the sizes of the scores, without their signs -> test_predict_linear_values
def predict_linear(W, X):
    return np.argmax(np.abs(X.dot(W)), axis=1)

# %% wrong: labels counted from 1 -> test_predict_linear_values
def predict_linear(W, X):
    return np.argmax(X.dot(W), axis=1) + 1

# %% wrong: squeezes a single example away -> test_predict_linear_one_example
def predict_linear(W, X):
    return np.squeeze(np.argmax(X.dot(W), axis=1))

# %% wrong: scores in the dtype of the pixels -> test_predict_linear_one_example
def predict_linear(W, X):
    return np.argmax(X.dot(W).astype(X.dtype), axis=1)

# %% wrong: forgets to return -> test_predict_linear_values, test_predict_linear_one_example
def predict_linear(W, X):
    y_pred = np.argmax(X.dot(W), axis=1)

# %% right: argmax over classes
def predict_linear(W, X):
    return np.argmax(X.dot(W), axis=1)

# %% right: classes as rows
def predict_linear(W, X):
    return (W.T @ X.T).argmax(axis=0)

# %% right: a loop that fills an int32 array
def predict_linear(W, X):
    y_pred = np.zeros(X.shape[0], dtype=np.int32)
    for i in range(X.shape[0]):
        scores = X[i] @ W
        y_pred[i] = int(np.argsort(-scores)[0])
    return y_pred

# %% right: a list of Python integers
def predict_linear(W, X):
    return [int(s.argmax()) for s in np.matmul(X, W)]

# %% right: last of argsort
def predict_linear(W, X): return np.argsort(X.dot(W), axis=1)[:, -1]
