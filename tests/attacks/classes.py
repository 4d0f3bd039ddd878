"""The classes: groups of attackers that are graded together, each class with one honest student."""

# Most attackers of the first class go on until a limit ends them. So its limits are lower, and more of its notebooks
# run at the same time. Elsewhere one worker suffices; a classmate is harmed only by what runs at the same time.
CLASSES = (
    ("channel", "exhaustion", "forged_messages", "raw_messages"),
    ("edited_notebooks", "files", "markup", "network", "patched_libraries", "pretending", "processes"),
    ("lying_objects", "spies", "surfaces"),
    ("classmates",),
)
WORKERS = {CLASSES[0]: 3, CLASSES[3]: 2}  # otherwise 1
LOWER_LIMITS = {  # of the first class: replacements in course.toml
    "cell_seconds = 2": "cell_seconds = 1",
    "notebook_seconds = 8": "notebook_seconds = 5",
    "memory_bytes = 1000000000": "memory_bytes = 600000000",
}


def class_of(group):
    """Return the groups that are graded together with this one."""
    [groups] = [groups for groups in CLASSES if group in groups]
    return groups
