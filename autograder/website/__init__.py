"""The course, and the kit's own documentation, as a static site."""
