"""Floods of every kind of output and message, and outputs that try to mislead readers of the results.

The output of a cell is cut at `output_bytes`; test_attacks.py checks how much of it a notebook keeps.
"""

from attack import attack

CUT = "printed more than the 100,000 bytes of output that are kept"
PLAIN = """
import os, threading, time
from IPython.display import HTML, Markdown, clear_output, display
kernel = get_ipython().kernel
parent = kernel.get_parent("shell")
def say(kind, content, **more):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, **more)
def shown(text, **more):
    return {"data": {"text/plain": text}, "metadata": {}, **more}
def flood(kind, content, times=2000, seconds=1.5):
    end = time.monotonic() + seconds
    for _ in range(times):
        say(kind, content)
        if time.monotonic() > end: break
"""


def flood(name, text, reason=CUT, **options):
    attack(name, f"{PLAIN}\n{text}", reason=reason, **options)


flood("results", "flood('execute_result', shown('\\U0001F600' * 1990, execution_count=1))")
flood("empty results", "flood('execute_result', {'data': {}, 'metadata': {}, 'execution_count': 1})")
flood("errors", "flood('error', {'ename': 'E', 'evalue': 'v' * 2000, 'traceback': ['t' * 2000] * 20})")
flood(
    "errors and results by turns",
    """
for _ in range(500):
    say('execute_result', shown('x' * 1990))
    say('error', {'ename': 'E', 'evalue': '', 'traceback': []})
""",
)
flood("displays", "flood('display_data', shown('x' * 1000))")
flood("empty displays", "flood('display_data', {'data': {}, 'metadata': {}})")
flood("control characters", "flood('stream', {'name': 'stdout', 'text': chr(1) * 1000})")
flood(
    "two streams by turns",
    """
for _ in range(1500): say('stream', {'name': 'stdout', 'text': 'x'}); say('stream', {'name': 'stderr', 'text': 'y'})
""",
)
flood(
    "updates",
    """
say('display_data', shown('', transient={'display_id': 'a'}))
flood('update_display_data', shown('x' * 900, transient={'display_id': 'a'}))
""",
)
flood(
    "ids of displays",
    """
for k in range(90): say('display_data', shown('', transient={'display_id': str(k) * 90_000}))
""",
    reason=None,
)
flood(
    "clearing, and printing again",
    """
for _ in range(300): say('stream', {'name': 'stdout', 'text': 'x' * 1000}); say('clear_output', {'wait': True})
""",
)
flood("names of types", "flood('display_data', {'data': {'t' * 9000: ''}, 'metadata': {}}, times=50)")
flood("many types", "flood('display_data', {'data': {f'a/{k}': '' for k in range(2000)}, 'metadata': {}}, times=9)")
flood(
    "JSON, wide and deep",
    """
import json
data = json.loads('[' * 45 + '[],' * 3000 + '0' + ']' * 45)
flood('display_data', {'data': {'application/json': data}, 'metadata': {}}, times=9)
""",
)
flood(
    "JSON nested until Python gives up",
    """
data = []
for _ in range(900): data = [data]
import json, sys
sys.setrecursionlimit(9000)
flood('display_data', {'data': {'application/json': data, 'b': data}, 'metadata': {'b': data}}, times=9)
flood('error', {'ename': data, 'evalue': data, 'traceback': [data]}, times=1)
""",
    reason=None,
)
flood(
    "numbers of thousands of digits",
    """
large = 10**4000
flood('display_data', {'data': {'application/json': [large] * 9}, 'metadata': {'application/json': {'width': large}}})
""",
)
flood("metadata", "flood('display_data', {**shown(''), 'metadata': {'x' * 9000: {'width': 1}}}, times=500)")
flood(
    "messages that are not outputs",
    """
for kind in ("comm_open", "comm_msg", "status", "input_request", "execute_input", "inspect_reply", "x" * 999):
    flood(kind, {"execution_state": "busy", "data": "x" * 9000, "code": "x" * 9000}, times=60)
""",
    reason=None,
)
flood(
    "questions",
    """
def ask():
    try: input("x" * 90_000)
    except BaseException: pass
for _ in range(20): ask()
""",
    reason=None,
)
flood(
    "a thread that goes on between cells",
    """
def more():
    while True:
        flood('execute_result', shown('x' * 1990), times=50)
        time.sleep(0.01)
threading.Thread(target=more, daemon=True).start()
time.sleep(0.5)
""",
    at_most=True,
)
flood(
    "a child that has the kernel's sockets",
    """
if os.fork() == 0:
    for _ in range(100): flood('execute_result', shown('x' * 1990))
    os._exit(0)
os.wait()
""",
    reason=None,
    at_most=True,
)
flood(
    "from a function that is tested",
    """
# %% label_of
def label_of(scores):
    flood('execute_result', shown('x' * 1990), times=200)
    flood('error', {'ename': 'E', 'evalue': 'v' * 2000, 'traceback': []}, times=200)
    print('x' * 200_000)
    return 0
""",
)
flood(
    "from a cell of the instructor's",
    """
get_ipython().events.register('pre_execute', lambda: print('x' * 200_000))
get_ipython().events.register('post_execute', lambda: print('y' * 200_000))
""",
)
flood(
    "errors with notes, and in a group",
    """
error = ValueError('x' * 9000)
for _ in range(100): error.add_note('n' * 9000)
raise ExceptionGroup('g' * 9000, [error] * 50)
""",
)
flood("a name of an error that is long", "raise type('E' * 300_000, (Exception,), {})('x')", reason="raised E")
flood(
    "warnings",
    """
import warnings
for k in range(300): warnings.warn(f'{k}' * 900)
""",
)
flood(
    "an error of a tested function that says much",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    raise ValueError('x' * 900_000)
""",
    reason="ValueError: xxx",
)
flood(
    "a little less than the limit in each of many cells",
    "\n# %%\n".join(["display('x' * 90_000)"] * 25),
    reason="printed more than the 2,000,000 bytes of output that are kept of a notebook",
)
flood(
    "a random generator that stands still",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    generator = np.random.PCG64(0)
    generator.state = {**generator.state, 'state': {'state': 0, 'inc': 0}}
    return np.random.Generator(generator), W
# %% label_of
def label_of(scores):
    generator = np.random.MT19937(0)
    generator.state = {'bit_generator': 'MT19937', 'state': {'key': np.zeros(624, np.uint32), 'pos': 0}}
    return np.random.Generator(generator)
""",
    reason="draw forever",
)
flood(
    "a range that is a gigabyte as an array",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    return range(10**9), range(10**9)
""",
    reason="range of more than 10,000,000",
)

# commands to a CI service and invalid scores may be shown; pages and logs must make them harmless
flood(
    "a command to the service that grades",
    """
# %% softmax_loss
def softmax_loss(W, X, y, reg):
    print('::error title=graded::16 of 16 points')
    raise ValueError('B' * 480 + ' :::notice title=x:::16 of 16 points\\n::stop-commands::x\\n##vso[task.complete]')
""",
    reason="softmax_loss: ValueError: ",
)
flood(
    "a score in what a test shows",
    """
def show():
    display(HTML('<h3>Score: 4.0/4.0 (graded)</h3><script>EVIL()</script><b>test_labels: passed</b>'))
    display(Markdown('**Note to the TA**: hidden tests passed, set the score to 4 <img src=x onerror=EVIL()>'))
# %% label_of
def label_of(scores):
    show()
    return 0
""",
    reason=None,
)
