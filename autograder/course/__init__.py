"""The course: course.toml, the workspace, the edition of the library, access to the gradebook."""
