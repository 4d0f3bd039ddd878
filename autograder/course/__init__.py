"""The course as its author describes it: course.toml, the workspace, the edition of the library, the gradebook."""
