"""What the course's notebooks use of each other, and how they show a stub that is not written yet."""
