"""What students handed in, from any learning platform, and who they are."""
