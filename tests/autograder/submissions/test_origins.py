"""Who handed in an existing submission: only the same person may replace it."""

import json
import unicodedata
from types import SimpleNamespace

import pytest
from downloads import KNN, write

from autograder.submissions import origins
from autograder.submissions.collect import collect
from autograder.submissions.origins import Origins
from autograder.submissions.platforms import Person


def blackboard(**contents):
    return {f"HW_{name}_attempt_2026-11-20-10-00-00_knn.ipynb": data for name, data in contents.items()}


def receipt(name, login):
    return {f"HW_{login}_attempt_2026-11-20-10-00-00.txt": f"Name: {name} ({login})\n".encode()}


@pytest.mark.parametrize(
    ("first", "then"), [(["a_lee"], ["b_lee"]), (["a_1", "a_2"], ["b_1", "b_2"]), (["a_lee"], ["lee"])]
)
def test_two_logins_that_are_guessed_to_be_one_are_not_merged(workspace, downloads, first, then):
    collected = collect(workspace, "nearest", write(downloads, blackboard(**dict.fromkeys(first, b"1"))))
    assert all("was guessed from 'HW_a_" in placed.notes[0] for placed in collected.placed)
    then = write(downloads.with_name("later"), blackboard(**dict.fromkeys(then, b"2")))
    collected = collect(workspace, "nearest", then)
    assert collected.placed == [] and "receipts" in str(collected.unplaced)
    assert {path.read_bytes() for path in workspace.root.glob("submitted/*/*/*.ipynb")} == {b"1"}


@pytest.mark.parametrize(
    ("first", "then", "student"),
    [
        (blackboard(a_lee=b"1", ray=b"1"), blackboard(a_lee=b"2"), "a_lee"),
        (blackboard(a_lee=b"1"), blackboard(a_lee=b"2", ray=b"2"), "lee"),
        (blackboard(a_lee=b"1") | receipt("Ann Lee", "a_lee"), blackboard(a_lee=b"2"), "a_lee"),
        (blackboard(a_lee=b"1"), blackboard(a_lee=b"2") | receipt("Ann Lee", "a_lee"), "lee"),
    ],
)
def test_the_same_name_of_blackboards_is_the_same_person(workspace, downloads, first, then, student):
    collect(workspace, "nearest", write(downloads, first))
    collected = collect(workspace, "nearest", write(downloads.with_name("later"), then))
    assert {placed.student: placed.state for placed in collected.placed}[student] == "replaced"
    assert (workspace.submitted(student, "nearest") / "knn.ipynb").read_bytes() == b"2"
    if any(name.endswith(".txt") for name in (*first, *then)):  # a name from a receipt is kept
        assert origins.people(workspace)[student].name == "Ann Lee"


def test_an_assignment_of_another_title_has_the_same_people_on_blackboard(workspace, downloads):
    collect(workspace, "nearest", write(downloads, blackboard(alee=KNN)))
    files = {"HW 2_alee_attempt_2026-11-27-10-00-00_svm.ipynb": KNN}
    [placed] = collect(workspace, "linear", write(downloads.with_name("later"), files)).placed
    assert placed.student == "alee" and placed.notes == ["missing: softmax.ipynb"]


@pytest.mark.parametrize(
    ("first", "then", "student"),
    [
        ("Ann Lee_301", "Group A-Ann Lee_301", "301"),
        ("Group A-Ann Lee_301", "Ann Lee_301", "301"),
        ("Team A-Participant_2001", "Participant_2001", "Participant_2001"),
        ("Team A-Participant_2001", "Team A-Ann Lee_2001", "Participant_2001"),
        ("Teilnehmerin_2001", "Ann Lee_2001", "2001"),
        ("Teilnehmer in_2001", "Team A-Ann Lee_2001", "2001"),
    ],
)
def test_moodles_groups_and_hidden_names_make_nobody_else(workspace, downloads, first, then, student):
    collect(workspace, "nearest", write(downloads, {f"{first}_assignsubmission_file_/knn.ipynb": b"1"}))
    again = write(downloads.with_name("later"), {f"{then}_assignsubmission_file_/knn.ipynb": b"2"})
    [placed] = collect(workspace, "nearest", again).placed
    assert (placed.student, placed.state) == (student, "replaced")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"alice/knn.ipynb": b"1"}, {"Alice/knn.ipynb": b"2"}),
        ({"José/knn.ipynb": b"1"}, {unicodedata.normalize("NFD", "josé") + "/knn.ipynb": b"2"}),
        ({"a:b/knn.ipynb": b"1"}, {"a*b/knn.ipynb": b"2"}),
        ({"leeann_1001_501_knn.ipynb": b"1"}, {"raybob_1001_502_knn.ipynb": b"2"}),
        ({"leeann_301_501_knn.ipynb": b"1"}, {"Bob Ray_301_assignsubmission_file_/knn.ipynb": b"2"}),
        ({"nearest-octocat/knn.ipynb": b"1"}, {"octocat/knn.ipynb": b"2"}),
        ({"CON/knn.ipynb": b"1"}, {"CON_/knn.ipynb": b"2"}),
    ],
)
def test_what_another_person_handed_in_is_not_replaced_and_the_rest_is_placed(workspace, downloads, first, then):
    collect(workspace, "nearest", write(downloads, first))
    [before] = workspace.root.glob("submitted/*/*/*.ipynb")
    # the later class has another student, in the layout of the first
    collected = collect(workspace, "nearest", write(downloads.with_name("later"), then | {"zoe/knn.ipynb": KNN}))
    assert before.read_bytes() == b"1"
    assert [placed.student for placed in collected.placed] == ["zoe"]
    assert len(collected.unplaced) == 1


def test_a_person_who_hands_in_again_replaces_their_own(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"leeann_1001_501_knn.ipynb": b"1"}))
    again = write(downloads.with_name("later"), {"leeann_LATE_1001_777_knn-1.ipynb": b"2"})
    [placed] = collect(workspace, "nearest", again).placed
    assert placed.state == "replaced"
    assert (workspace.submitted("1001", "nearest") / "knn.ipynb").read_bytes() == b"2"


def test_a_login_in_another_case_is_the_same_person_on_github(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"nearest-Octocat/knn.ipynb": b"1"}))
    collect(workspace, "nearest", write(downloads.with_name("later"), {"nearest-octocat/knn.ipynb": b"2"}))
    [path] = workspace.root.glob("submitted/*/*/*.ipynb")
    assert path.read_bytes() == b"2"


def test_a_participant_whose_name_is_shown_later_is_the_same_person(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"Participant_2001_assignsubmission_file_/knn.ipynb": b"1"}))
    again = write(downloads.with_name("later"), {"Ann Lee_2001_assignsubmission_file_/knn.ipynb": b"2"})
    [placed] = collect(workspace, "nearest", again).placed
    assert (placed.student, placed.state) == ("Participant_2001", "replaced")
    assert origins.people(workspace)["Participant_2001"].name == "Ann Lee"


def test_an_id_that_is_somebody_elses_in_another_assignment_is_said(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"leeann_1001_501_knn.ipynb": KNN}))
    again = write(downloads.with_name("later"), {"Bob Ray_1001_assignsubmission_file_/svm.ipynb": KNN})
    [placed] = collect(workspace, "linear", again).placed
    assert "has the same id as 1001 (leeann, Canvas), so both share a row of the gradebook" in placed.notes


def test_a_torn_record_of_who_was_collected_loses_only_its_last_line(workspace, downloads):
    collect(workspace, "nearest", write(downloads, {"leeann_1001_501_knn.ipynb": b"1"}))
    [record] = (workspace.root / ".cs231n" / "collected").iterdir()
    record.write_text(record.read_text() + '{"student": "10')
    then = {"raybob_1001_502_knn.ipynb": b"2", "foxcy_1003_503_knn.ipynb": b"3"}
    assert len(collect(workspace, "nearest", write(downloads.with_name("later"), then)).unplaced) == 1
    assert {person.name for person in origins.people(workspace).values()} == {"leeann", "foxcy"}


@pytest.fixture
def course(tmp_path):
    return SimpleNamespace(root=tmp_path)


def same(course, one, other):
    """Whether `other` may replace the submission of `one`."""
    Origins(course, "sums").keep("s", one)
    found = Origins(course, "sums").other("s", other)
    assert found in (None, one)
    return found is None


CANVAS, MOODLE, GITHUB, BLACKBOARD = (lambda id, name="", *more, on=on, **given: Person(id, name, on, *more, **given)
    for on in ("Canvas", "Moodle", "GitHub", "Blackboard"))  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        (CANVAS("1", "ann"), CANVAS("1", "ann"), True),
        (CANVAS("1", "ann"), CANVAS("1"), True),
        (CANVAS("1"), CANVAS("1", "ann"), True),
        (CANVAS("1", "Ann  Lee"), CANVAS("1", "ann lee"), True),
        (CANVAS("1", "ann"), CANVAS("1", "bob"), False),
        (CANVAS("1", "ann"), CANVAS("2", "ann"), False),
        (CANVAS("1", "ann"), MOODLE("1", "ann"), False),
        (Person("ann"), Person("ann"), True),
        (Person("ann"), Person("Ann"), False),
        (CANVAS("a1"), CANVAS("A1"), False),
        (GITHUB("Octocat"), GITHUB("octocat"), True),
        (GITHUB("octocat"), GITHUB("hubot"), False),
        (MOODLE("Participant_301"), MOODLE("301", "Ann"), True),
        (MOODLE("301", "Ann"), MOODLE("Participant_301"), True),
        (MOODLE("Participant_301"), MOODLE("302", "Ann"), False),
        (CANVAS("Participant_301"), CANVAS("301", "Ann"), False),
        (MOODLE("301", "Ann Lee"), MOODLE("301", "Group A-Ann Lee"), True),
        (MOODLE("301", "Ann Lee"), MOODLE("301", "Group A-Bob Lee"), False),
        (MOODLE("301", "Ann Lee"), MOODLE("301", "XAnn Lee"), False),
        (CANVAS("301", "Ann Lee"), CANVAS("301", "Group A-Ann Lee"), False),
        (BLACKBOARD("lee", source="HW_a_lee"), BLACKBOARD("a_lee", source="HW_a_lee"), True),
        (BLACKBOARD("lee", source="HW_a_lee"), BLACKBOARD("lee", source="HW_b_lee"), False),
        (BLACKBOARD("a_lee", "Ann", source="HW_a_lee"), BLACKBOARD("lee", source="HW_a_lee"), True),
        (BLACKBOARD("a_lee", "Ann", source="HW_a_lee"), BLACKBOARD("a_lee", source="HW 2_a_lee"), False),
        (BLACKBOARD("a_lee", "Ann", source="HW_a_lee"), BLACKBOARD("a_lee", "Ann", source="HW 2_a_lee"), True),
        (BLACKBOARD("a_lee", "Ann", source="HW_a_lee"), BLACKBOARD("a_lee", "Bob", source="HW_a_lee"), False),
    ],
)
def test_who_is_the_same_person(course, one, other, are_one):
    assert same(course, one, other) is are_one


# Moodle's words for a hidden name, in the languages that the kit knows
BLIND = [
    *("Participant", "participante", "Participant e", "Participant-e", "Teilnehmer", "Teilnehmerin", "Teilnehmer in"),
    *(
        "Teilnehmer_in",
        "Teilnehmer*in",
        "Teilnehmer:in",
        "Teilnehmerinnen",
        "Teilnehmende",
        "Partecipante",
        "Deelnemer",
    ),
    *("Deltager", "Deltagare", "Deltaker", "Osallistuja", "Uczestnik", "Účastník"),
]


@pytest.mark.parametrize("word", BLIND)
@pytest.mark.parametrize("group", ["", "Team A-"])
def test_a_hidden_name_is_no_other_name(course, word, group):
    assert same(course, MOODLE("301", f"{group}{word}"), MOODLE("301", "Ann Lee"))
    assert not same(course, CANVAS("301", word), CANVAS("301", "Ann Lee"))


def test_of_nobody_nothing_is_there(course):
    assert Origins(course, "sums").other("s", CANVAS("1")) is None


def test_an_id_of_another_assignment(course):
    Origins(course, "sums").keep("s", CANVAS("1", "ann"))
    more = Origins(course, "more")
    assert more.other("s", CANVAS("1", "bob")) is None and more.known_elsewhere("s", CANVAS("1", "ann")) is None
    assert more.known_elsewhere("s", CANVAS("1", "bob")) == CANVAS("1", "ann")
    assert more.known_elsewhere("t", CANVAS("1", "bob")) is None
    assert Origins(course, "sums").known_elsewhere("s", CANVAS("1", "bob")) is None
    Origins(course, "sums").keep("lee", BLACKBOARD("lee", source="HW_lee"))
    assert Origins(course, "more").known_elsewhere("lee", BLACKBOARD("lee", source="HW 2_lee")) is None


def test_the_student_that_blackboards_words_stand_for(course):
    found = Origins(course, "sums")
    found.keep("ann", CANVAS("1"))
    found.keep("lee", BLACKBOARD("lee", source="HW_lee"))
    assert [found.student_of(words) for words in ("HW_lee", "HW_x", "")] == ["lee", None, None]


def test_a_line_for_each_person_that_is_new_and_the_last_counts(course):
    found = Origins(course, "sums")
    for person in (
        CANVAS("1", "ann"),
        CANVAS("1", "ann"),
        CANVAS("1", "Ann", "a@x.edu"),
        CANVAS("1", "Ann", "a@x.edu"),
    ):
        found.keep("s", person)
        assert found.here == {"s": person} == Origins(course, "sums").here == origins.people(course)
    lines = found.path.read_text().splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["ann", "Ann"]
    assert found.path == course.root / ".cs231n" / "collected" / "sums.jsonl"


def test_people_are_those_of_all_assignments(course):
    assert origins.people(course) == {}
    Origins(course, "sums").keep("s", CANVAS("1"))
    Origins(course, "more").keep("t", CANVAS("2"))
    assert origins.people(course) == {"s": CANVAS("1"), "t": CANVAS("2")}


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "3", "{}", '{"student": "x"}', '{"student": "x", "id": "1", "other": 1}', '{"id": "1"}']
)
def test_a_line_that_is_none_is_passed_over(course, line):
    found = Origins(course, "sums")
    found.keep("s", CANVAS("1"))
    with found.path.open("a") as file:
        file.write(line + "\n")
    assert Origins(course, "sums").here == {"s": CANVAS("1")}


@pytest.mark.parametrize("name", ["Zoë", "\ud800", "a\nb"])
def test_any_name_can_be_kept(course, name):
    Origins(course, "sums").keep("s", CANVAS("1", name))
    assert list(Origins(course, "sums").here) == ["s"]
    if name != "\ud800":
        assert name in str(Origins(course, "sums").here["s"]) and ("Zoë" not in name or "Zoë" in found_text(course))


def found_text(course):
    return (course.root / ".cs231n" / "collected" / "sums.jsonl").read_text("utf-8")


@pytest.mark.parametrize("end", ["\u2028", "\x85", "\x1c"])
def test_a_name_with_a_line_end_of_unicode_is_read_back(tmp_path, end):
    course = SimpleNamespace(root=tmp_path)
    person = Person("ann", name=f"Ann{end}Lee", platform="canvas")
    Origins(course, "sums").keep("ann", person, "A")
    read = Origins(course, "sums")
    assert read.here == {"ann": person} and read.groups == {"ann": "A"}
