"""Read submissions from any learning platform, and find out who handed them in."""
