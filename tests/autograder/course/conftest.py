from library_course import edit, root, template, workspace  # noqa: F401 (fixtures)
