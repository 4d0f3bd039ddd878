"""Students of the roster in the gradebook."""

import pytest
from nbgrader.api import Gradebook

from autograder.course.roster import Roster, Student, write_roster
from autograder.grading.enrol import enrol
from autograder.grading.record import Recorder

pytestmark = pytest.mark.on_both_databases
ANN = Student("1", "García Márquez, José", "j@x.edu")


def entries(gradebook):
    return {s.id: (s.first_name, s.last_name, s.email) for s in gradebook.students}


def test_names_and_addresses_are_entered_and_corrected(tiny):
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        gradebook.add_student("2", first_name="Old", last_name="Name", email="old@x.edu")
        gradebook.add_student("zoe")
        roster = Roster({"1": ANN, "2": Student("2", "New, Ann"), "3": Student("3")})
        assert enrol(gradebook.db, roster) == 3
        gradebook.db.commit()
        assert entries(gradebook) == {
            "1": ("José", "García Márquez", "j@x.edu"),
            "2": ("Ann", "New", "old@x.edu"),
            "3": (None, None, None),
            "zoe": (None, None, None),
        }
        assert enrol(gradebook.db, roster) == 0


def test_names_that_are_too_long_are_cut(tiny):
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        enrol(gradebook.db, Roster({"1": Student("1", "x" * 200 + ", y")}))
        gradebook.db.commit()
        assert entries(gradebook)["1"] == ("y", "x" * 128, None)


def test_grading_enters_what_was_changed_by_hand_in_the_roster(tiny):
    write_roster(tiny, Roster({"1": ANN}))
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        Recorder(tiny, gradebook, tiny.course.assignment("sums"))
    with Gradebook(tiny.db_url, tiny.course_id) as gradebook:
        assert entries(gradebook) == {"1": ("José", "García Márquez", "j@x.edu")}
