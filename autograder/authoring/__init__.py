"""From text sources to what students get: build, checks of the sources, release, leaks."""
