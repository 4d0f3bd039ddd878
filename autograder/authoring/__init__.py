"""Turn text sources into releases for students: check the sources, build, release, search for leaks."""
