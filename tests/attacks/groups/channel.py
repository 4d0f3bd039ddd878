"""Attacks on the channel to the judge: forged, cut, early, late, double and slow frames; misused callbacks."""

from attack import attack

# finds the agent, and sends frames that the agent itself would not send
AGENT = """
import gc, os, threading, time
agent = next((o for o in gc.get_objects() if type(o).__name__ == "Agent" and hasattr(o, "stream")), None)
inside = type(agent).serve.__globals__ if agent else {}
def frame(value, kind="REPLY", number=None):
    encoder = inside["Encoder"](agent._opaque, agent.limits)
    encoder.put(value)
    return b"".join(encoder.frame(inside[kind], agent.running if number is None else number))
def send(data): agent.stream.sock.sendall(data)
"""
DISTURBED = "the connection to your code failed"


def at_once(name, text, **options):
    """Attack from a cell of the student's, while the judge waits for no answer."""
    attack(name, f"{AGENT}\n{text}", **options)


def when_called(name, text, **options):
    """Attack from inside label_of: it has one test, so the kernel that is lost with it is replaced once."""
    body = "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
    attack(
        name,
        f"""{AGENT}
# %% label_of
def label_of(scores):
{body}
    return 0
""",
        **options,
    )


at_once(
    "answers, asks and calls before it is asked",
    """
send(frame((4, None, []), number=1) * 3)
send(frame(("fetch", "secret"), "REQUEST", 1))
send(frame((140000000000000, (), {}), "CALLBACK", 1))
""",
    reason=DISTURBED,
)
at_once("ends the channel for both", "agent.stream.sock.shutdown(2)", reason="your kernel ended")
at_once(
    "puts another socket in the channel's place",
    """
import socket
left, right = socket.socketpair()
os.dup2(left.fileno(), agent.stream.sock.fileno())
def answer():
    while data := right.recv(1 << 20): right.sendall(frame((4, None, []), number=int.from_bytes(data[8:16], "little")))
threading.Thread(target=answer, daemon=True).start()
""",
)
at_once(
    "lets another process write to the channel too",
    """
if os.fork() == 0:
    while True:
        try: send(os.urandom(100))
        except OSError: os._exit(0)
        time.sleep(0.05)
""",
)
at_once(
    "lets a thread answer for the agent",
    """
def write():
    while True:
        time.sleep(0.02)
        if agent.running is not None:
            try: send(frame((np.log(5), None, [])))
            except Exception: return
threading.Thread(target=write, daemon=True).start()
""",
)
at_once(
    "is another agent that knows every name and returns what it is given",
    """
import sys
def serve(self, namespace):
    while True:
        kind, number, tree, blocks = self.stream.receive()
        operation = inside["Decoder"](tree, blocks, self._found, self.limits).value()
        name, *rest = operation
        value = (rest[0] if name == "defined" else inside["Handle"](7, "function", "function") if name == "fetch"
                 else rest[1][-1] if name == "call" and rest[1] else 4)
        send(frame((value, None, []), number=number))
        if name == "stop": return
type(agent).serve = serve
""",
)
at_once(
    "is an agent that says every name is its own",
    """
every = ["np", "checks", "make_problem", "secret", "cases", "expected", "__builtins__", "__was_changed__", "sum", "abs"]
type(agent)._defined = inside["_OPERATIONS"]["defined"] = lambda agent, names: (names + every, None)
type(agent)._fetch = inside["_OPERATIONS"]["fetch"] = lambda agent, name: (4, None)
""",
)
at_once(
    "is an agent that says nothing was changed and all took no memory",
    """
inside["Decoder"].changed = lambda self: []
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    W[...] = 0
    return np.log(5), W
""",
)
at_once("says the loss is a number, not a function", "inside['_OPERATIONS']['fetch'] = lambda agent, name: (4.0, None)")
at_once(
    "fills the table of objects",
    """
kept = [object() for _ in range(100_000)]
for thing in kept: agent._opaque(thing)
""",
)
at_once(
    "keeps the channel busy with two thousand objects in a list",
    "agent.objects = agent.numbers = property()",
    at_most=True,
)

when_called("a garbled answer", "send(os.urandom(500))", reason=DISTURBED)
when_called(
    "an answer that is cut and then the end",
    "send(frame((np.ones(100), None, []))[:-9]); os._exit(0)",
    reason="label_of",
)
when_called("an answer that is half there", "send(frame((4, None, []))[:20]); time.sleep(60)", reason="did not return")
when_called("an answer that comes twice", "send(frame((0, None, [])))")
when_called("an answer of the channel that never comes", "time.sleep(60)", reason="did not return within")
when_called(
    "an answer byte by byte",
    """
for byte in frame((np.ones(100), None, [])) * 50:
    send(bytes([byte])); time.sleep(0.05)
""",
    reason="label_of",
)
when_called(
    "an announcement of more than the limit",
    "send(inside['HEADER'].pack(inside['MAGIC'], 2, agent.running, 2**62, 2**62))",
    reason=DISTURBED,
)
when_called("an answer to another question", "send(frame((4, None, []), number=agent.running + 1))", reason=DISTURBED)
when_called("an answer that changes arguments that do not exist", "send(frame((4, -5, [99])))", reason=DISTURBED)
when_called(
    "an error that is a passed test",
    "for name in ('SystemExit', 'CheckFailed'): send(frame(([name], '', '', []), 'ERROR'))",
    reason="label_of",
)
when_called(
    "a function that was never given",
    "send(frame((inside['Callback'](140000000000000, 'f'), None, [])))",
    reason="label_of",
)
when_called("a pickle", "import pickle; send(pickle.dumps(print) * 99)", reason=DISTURBED)
when_called(
    "five hundred thousand values",
    "return [0.0] * 10**6, [0] * 499_990",
    reason=("values", "did not return within"),
)
when_called("the kernel ends while it is asked", "os._exit(0)", reason="label_of", at_most=True)
when_called("the descriptor is closed while it is asked", "os.close(agent.stream.sock.fileno())", reason="label_of")
when_called("the agent is told to stop", "agent.stopped = True", reason="label_of")


def with_callback(name, text, **options):
    """Attack from inside derivative, which gets one of the instructor's functions."""
    body = "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
    attack(name, f"{AGENT}\nkept = []\n# %% derivative\ndef derivative(f, x):\n{body}\n    return 0.0", **options)


with_callback(
    "calls the instructor's function with odd values",
    """
for value in (None, "x", b"x", [f], {"x": f}, f, object(), float("nan"), 1j, np.zeros((50, 50)), slice(1),
              np.ones(3, "datetime64[s]"), np.zeros(2, object), Exception, np.random.default_rng(0), -(2**63)):
    for named in ({}, {"power": value}, {"__class__": 1}):
        try: f(value, **named)
        except Exception: pass
for value, power in ((10**4000, 2), (x, 10**4000)):
    try: f(value, power=power)
    except Exception: pass
return f(x)
""",
    reason="derivative",
)
with_callback(
    "calls the instructor's function after its call has ended",
    """
kept.append(f)
if len(kept) > 1: kept[0](x)
threading.Timer(0.2, lambda: f(x)).start()
return 1.0 if f.__name__ == "sin" else 0
""",
    reason="derivative",
)
with_callback(
    "calls the instructor's function from a thread",
    """
result = []
thread = threading.Thread(target=lambda: result.append(f(x)))
thread.start(); thread.join(5)
return result[0]
""",
    reason="derivative",
)
with_callback("calls the instructor's function without end", "while True: f(x)", reason="derivative")
with_callback(
    "lets the instructor compute for a long time",
    """
try: return f(10, power=10**10)
except Exception: return 0.0
""",
    reason="derivative",
    at_most=True,
)
with_callback(
    "lets the instructor run out of memory",
    """
try: return f([1.0] * 400_000, power=2)
except Exception: pass
return f(np.ones(2 * 10**7), power=np.ones((40, 1), np.int8))
""",
    reason="derivative",
    at_most=True,
)
with_callback("returns the instructor's own function", "return f", reason="derivative")
with_callback(
    "raises inside and around the function",
    """
class CheckFailed(AssertionError): pass
try: f("x")
except Exception as error: raise CheckFailed("passed") from error
""",
    reason="derivative",
)
with_callback(
    "calls itself through the function",
    """
def again(*_): return derivative(f, x)
try: return f(again)
except Exception: return derivative(f, x)
""",
    reason="derivative",
)
