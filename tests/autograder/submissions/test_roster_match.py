"""Who of the roster a download means: by id, login, address, alias or a name that only one student has."""

import unicodedata

import platform_files as files
import pytest

from autograder.course.delimited import parse_table
from autograder.course.roster import Roster, Student
from autograder.course.roster_import import merge, students_of
from autograder.submissions.foreign_files import Refused
from autograder.submissions.platforms import Person
from autograder.submissions.roster_match import alias_of, is_hidden, match, student_of_folder

BOB = Student("7", "Lee, Bob", "bob@x.edu", "blee", aliases=("octo-bob", "Moodle 55", "GitHub alee1"))
ANNS = (Student("8", "Lee, Ann", login="alee1"), Student("9", "Lee, Ann", login="alee2", aliases=("Moodle 302",)))
MARIE = Student("10", "Lee, Marie")
ROSTER = Roster({s.id: s for s in (BOB, *ANNS, MARIE)})


@pytest.mark.parametrize(
    "person, id, by_name",
    [
        (Person("7", "leebob", "Canvas"), "7", False),
        (Person("BLEE"), "7", False),
        (Person("bob@x.edu"), "7", False),
        (Person("octo-bob", platform="GitHub"), "7", False),
        (Person("alee1", platform="GitHub"), "7", False),  # though alee1 is another student's login
        (Person("10", platform="GitHub"), "10", False),
        (Person("999", "Bob Lee", "Gradescope", "bob@x.edu"), "7", False),
        (Person("7", "Lee, Bob", "Gradescope", "other@x.edu"), "7", False),
        (Person("7", "Bobby", "Gradescope", "bob@x.edu"), "7", False),
        (Person("lee_bob"), "7", True),
        (Person("301", "Bob Lee", "Moodle"), "7", True),
        (Person("301", "Group A-1-Bob Lee", "Moodle"), "7", True),
        (Person("302", "Ann Lee", "Moodle"), "9", False),
        (Person("Participant_55", "", "Moodle"), "7", False),
        (Person("9", "Bob Lee", "Brightspace"), "7", True),  # its number is not a student's id
        (Person("alee2", "", "Blackboard", source="Homework_1_alee2"), "9", False),
        (Person("1_alee2", "", "Blackboard", source="Homework_1_alee2"), "9", False),
    ],
)
def test_a_person_is_found(person, id, by_name):
    found = match(ROSTER, person)
    assert (found.student.id, found.by_name) == (id, by_name)


@pytest.mark.parametrize(
    "person, why",
    [
        (Person("301", "Ann Lee", "Moodle"), "may be 8 (Ann Lee) or 9 (Ann Lee); write 'Moodle 301' into the aliases"),
        (Person("77", "Ann Lee", "Brightspace"), "write 'Brightspace 77'"),
        (Person("ann lee"), "may be 8 (Ann Lee) or 9 (Ann Lee); write 'ann lee'"),
        (Person("7", "Zoe Wu", "Moodle"), "is not in the roster; write 'Moodle 7'"),
        (Person("robert"), "is not in the roster; write 'robert'"),
        (Person("1", "x", "Canvas"), "is not in the roster; write '1'"),
        (Person("Bob", "", "GitHub"), "is not in the roster"),
        (Person("8", "Bob", "Gradescope", "bob@x.edu"), "means two students of the roster: 7 (Bob Lee) and 8"),
        (Person("blee", platform="GitHub"), "is not in the roster; write 'GitHub blee'"),
        (
            Person("7", "Zoe Wu", "Gradescope"),
            "has the id of 7 (Bob Lee) in the roster, but another name; write 'Grade",
        ),
        (Person("lee", "", "Blackboard", source="HW_1_lee"), "is not in the roster"),
        (Person("1", "A-Ann-Marie Lee", "Moodle"), "is not in the roster"),
    ],
)
def test_nothing_is_guessed(person, why):
    if person.name == "A-Ann-Marie Lee":  # the group "A-Ann" with Marie Lee, or the group "A" with Ann-Marie Lee
        roster = Roster({**ROSTER.students, "11": Student("11", "Lee, Ann-Marie")})
        why = "may be"
    else:
        roster = ROSTER
    with pytest.raises(Refused) as caught:
        match(roster, person)
    assert why in str(caught.value)


def test_a_blackboard_login_that_may_end_in_two_places_is_refused():
    roster = Roster({"b": Student("b"), "a_b": Student("a_b")})
    with pytest.raises(Refused, match="means two students"):
        match(roster, Person("a_b", "", "Blackboard", source="Homework_a_b"))
    assert match(roster, Person("b", "Bea", "Blackboard", source="Homework_a_b")).student.id == "b"  # by a receipt


def test_the_whole_class_is_found_in_what_moodle_writes():
    """Moodle's folders have the names in NFC or NFD, without apostrophes; the two of one name need the worksheet."""
    roster = merge(Roster(), students_of(parse_table(files.moodle(), "m")), "m").roster
    found, unclear = {}, []
    for place, (number, _, last, first) in enumerate(files.CLASS):
        folder = unicodedata.normalize("NFD", f"{first} {last}".replace("'", "").replace("_", ""))
        try:
            found[number] = match(roster, Person(str(301 + place), folder, "Moodle")).student.id
        except Refused:
            unclear.append(number)
    assert unclear == ["1001", "1002"]
    assert found == {number: f"M{number}" for number, *_ in files.CLASS[2:]}
    roster = merge(roster, students_of(parse_table(files.worksheet(), "w")), "w").roster
    assert match(roster, Person("302", "Ann Lee", "Moodle")).student.id == "M1002"


def test_hidden_people_are_known_as_such():
    assert is_hidden(Person("Participant_5", "", "Moodle")) and is_hidden(Person("anon_x", "", "Canvas"))
    assert not is_hidden(Person("5", "Ann", "Moodle")) and not is_hidden(Person("anon_x"))
    assert alias_of(Person("Participant_5", "", "Moodle")) == "Moodle 5" and alias_of(Person("x")) == "x"


def test_a_folder_is_a_students():
    assert student_of_folder(ROSTER, "7") is BOB and student_of_folder(ROSTER, "Participant_55") is BOB
    assert student_of_folder(ROSTER, "blee") is None and student_of_folder(ROSTER, "Participant_1") is None
