"""The classes: groups of attackers that are graded together, each class with one honest student."""

# most attackers of the first class only wait until a limit ends them
CLASSES = (
    ("channel", "forged_messages", "patched_libraries"),
    ("exhaustion", "surfaces"),
    ("edited_notebooks", "files", "markup", "network", "pretending", "processes"),
    ("lying_objects", "raw_messages", "spies"),
    ("classmates",),
)


def class_of(group):
    """Return the groups that are graded together with this one."""
    [groups] = [groups for groups in CLASSES if group in groups]
    return groups
