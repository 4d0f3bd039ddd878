"""The classes: groups of attackers that are graded together, each class with one honest student."""

# most attackers of the first class only wait until a limit ends them
CLASSES = (
    ("channel", "forged_messages", "patched_libraries"),
    ("exhaustion", "raw_messages"),
    ("edited_notebooks", "files", "markup", "network", "pretending", "processes"),
    ("lying_objects", "spies", "surfaces"),
    ("classmates",),
)


# most attackers of this class go on until a limit ends them, so its limits are lower: replacements in course.toml
SHORT_OF_TIME = CLASSES[1]
LESS_TIME = {"cell_seconds = 2": "cell_seconds = 1", "notebook_seconds = 8": "notebook_seconds = 5"}


def class_of(group):
    """Return the groups that are graded together with this one."""
    [groups] = [groups for groups in CLASSES if group in groups]
    return groups
