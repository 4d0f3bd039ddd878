"""Submissions of the tiny course whose marks are written into the gradebook without grading."""

FULL = {
    ("adding", "test_add_small"): {"auto_score": 2},
    ("adding", "test_double"): {"auto_score": 3},
    ("adding", "question_why"): {},
    ("squaring", "test_square"): {"auto_score": 4},
}


def submit(gradebook, student, marks, timestamp=None, **details):
    """Add a graded submission; marks: {(notebook, cell): {"auto_score": ...}}."""
    gradebook.update_or_create_student(student, **details)
    gradebook.update_or_create_submission("sums", student, timestamp=timestamp)
    for (notebook, cell), values in marks.items():
        grade = gradebook.find_grade(cell, notebook, "sums", student)
        for key, value in values.items():
            setattr(grade, key, value)
        grade.needs_manual_grade = "auto_score" not in values and "manual_score" not in values
    gradebook.db.commit()
