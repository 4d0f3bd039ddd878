import os
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.course import edition
from autograder.course.course_toml import load_course
from autograder.errors import CourseError

ALWAYS = ["lib/__init__.py", "lib/fast.pyx", "lib/prices.py", "setup.cfg", "tables/prices.csv"]


def names(course, assignment):
    return [name for name, _ in edition.files(course, assignment)]


def test_leaves_out_the_answers_to_this_and_later_assignments(workspace):
    assert names(workspace().course, "first") == ALWAYS
    assert names(workspace().course, "second") == sorted([*ALWAYS, "lib/totals.py"])


def test_answer_files_are_what_is_left_out(workspace):
    answers = edition.answer_files(workspace().course, "first")
    assert [name for name, _ in answers] == ["lib/means.py", "lib/totals.py"]


def test_a_misspelt_answer_is_not_released(workspace, edit):
    edit("assignments/course.toml", "lib/totals.py", "lib/total.py")
    with pytest.raises(CourseError, match="answers of 'first': .*lib/total.py does not exist"):
        edition.files(workspace().course, "second")


def test_an_answer_outside_the_edition(workspace, edit):
    edit("assignments/course.toml", "lib/totals.py", "assignments/first/totals.py")
    with pytest.raises(CourseError, match="is not under the edition's include"):
        edition.files(workspace().course, "first")


def test_a_missing_include(workspace, edit):
    edit("assignments/course.toml", '"setup.cfg"', '"setup.py"')
    with pytest.raises(CourseError, match="include: .*setup.py does not exist"):
        edition.files(workspace().course, "first")


def test_a_file_to_be_graded_without_that_is_not_there(workspace, edit):
    due = "due = 2026-10-02T23:59:00-07:00\n"
    edit("assignments/course.toml", due, f'{due}[assignment.graded_without]\ntotals = ["lib/price.py"]\n')
    with pytest.raises(CourseError, match="graded_without of 'first': .*lib/price.py does not exist"):
        edition.files(workspace().course, "first")


def test_importable_without_some_files(workspace, tmp_path):
    course = workspace().course
    whole, less = (edition.importable(course, "first", tmp_path, without) for without in ((), ("lib/prices.py",)))
    assert whole != less and (whole / "lib/prices.py").exists()
    assert not (less / "lib/prices.py").exists() and (less / "lib/__init__.py").exists()


def test_further_packages(workspace, edit, tmp_path):
    edit("assignments/course.toml", 'package = "lib"', 'package = "lib"\nfurther_packages = ["names"]')
    edit("assignments/course.toml", '"setup.cfg"', '"setup.cfg", "names"')
    edit("assignments/course.toml", 'answers = ["lib/totals.py"', 'answers = ["names/total.py", "lib/totals.py"')
    course = workspace().course
    names_folder = course.edition.root / "names"
    names_folder.mkdir()
    for name in ("__init__.py", "total.py", "price.py"):
        (names_folder / name).write_text("")
    found = edition.importable(course, "first", tmp_path / "editions")
    assert sorted(path.name for path in (found / "names").glob("*.py")) == ["__init__.py", "price.py"]
    about = tomllib.loads((found / "lib" / "edition.toml").read_text())
    assert about["left_out"]["names.total"] == "second" and not (found / "names" / "edition.toml").exists()
    assert (edition.importable(course, "second", tmp_path / "editions") / "names" / "total.py").is_file()


def test_write_copies_the_files(workspace, tmp_path):
    edition.write_edition(workspace().course, "first", tmp_path / "out")
    written = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert written == sorted([*ALWAYS, "lib/edition.toml"])


def test_write_does_not_overwrite(workspace, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "setup.cfg").write_text("mine")
    with pytest.raises(CourseError, match="both have a file setup.cfg"):
        edition.write_edition(workspace().course, "first", tmp_path / "out")


def test_what_is_excluded_must_be_there_and_included(workspace, edit):
    edit("assignments/course.toml", 'package = "lib"', 'package = "lib"\nexclude = ["lib/price.py"]')
    with pytest.raises(CourseError, match="exclude: .*lib/price.py does not exist"):
        edition.files(workspace().course, "first")
    edit("assignments/course.toml", "lib/price.py", "tables/huge_download.bin")
    with pytest.raises(CourseError, match="exclude: tables/huge_download.bin is not under the edition's include"):
        edition.files(workspace().course, "first")
    edit("assignments/course.toml", "tables/huge_download.bin", "lib/prices.py")
    assert "lib/prices.py" not in names(workspace().course, "first")


@pytest.mark.parametrize("half", ["BEGIN", "END"])
def test_half_of_a_marker_of_instructors_lines_is_refused(workspace, root, tmp_path, half):
    (root / "setup.cfg").write_text(f"[metadata]\n### {half} INSTRUCTOR\nname = shop\n")
    with pytest.raises(CourseError, match=f"setup.cfg: '### {half} INSTRUCTOR' has no matching marker"):
        edition.write_edition(workspace().course, "first", tmp_path / "out")


def test_the_edition_says_which_it_is(workspace, tmp_path):
    about = {}
    for name in ("first", "second"):
        folder = edition.importable(workspace().course, name, tmp_path)
        about[name] = tomllib.loads((folder / "lib" / "edition.toml").read_text())
    assert about["first"] == {
        "assignment": "first", "assignments": ["first", "second"], "left_out": {"lib.totals": "second", "lib.means": ""}
    }  # fmt: skip
    assert about["second"]["left_out"] == {"lib.means": ""}


def test_a_course_without_an_edition(tmp_path):
    (tmp_path / "course.toml").write_text(
        '[course]\nid = "c"\ntitle = "C"\n[[assignment]]\nname = "first"\ntitle = "F"\nnotebooks = ["totals"]\n'
    )
    course = load_course(tmp_path)
    assert edition.files(course, "first") == [] and edition.importable(course, "first", tmp_path / "cache") is None
    assert edition.write_edition(course, "first", tmp_path / "release") == [] and not (tmp_path / "release").exists()
    with pytest.raises(CourseError, match="frist"):
        edition.write_edition(course, "frist", tmp_path / "release")


def test_importable_hides_the_answers(workspace, tmp_path):
    folder = edition.importable(workspace().course, "first", tmp_path / "cache")
    code = "import lib.prices; print(lib.__file__); import lib.totals"
    run = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True, text=True
    )
    assert run.stdout.strip() == str(folder / "lib" / "__init__.py")
    assert "No module named 'lib.totals'" in run.stderr


def test_importable_has_compiled_kernels_and_data_but_no_build_files(workspace, tmp_path):
    folder = edition.importable(workspace().course, "first", tmp_path / "cache")
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert [path for path in paths if not path.endswith(".pyc")] == [
        "lib/__init__.py", "lib/edition.toml", "lib/fast.cpython-311-x86_64-linux-gnu.so", "lib/fast.pyx",
        "lib/prices.py", "tables/prices.csv",
    ]  # fmt: skip


def test_importable_can_be_read_by_everybody_and_holds_its_byte_code(workspace, tmp_path):
    before = os.umask(0o077)
    try:
        folder = edition.importable(workspace().course, "first", tmp_path / "cache")
    finally:
        os.umask(before)
    assert list(folder.glob("lib/__pycache__/prices.*.pyc"))
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_importable_leaves_out_a_compiled_answer(workspace, edit, tmp_path):
    edit("assignments/course.toml", '"lib/means.py"', '"lib/means.py", "lib/fast.pyx"')
    folder = edition.importable(workspace().course, "first", tmp_path / "cache")
    assert not list(folder.glob("lib/fast*"))


def test_importable_is_made_once(workspace, tmp_path):
    first = edition.importable(workspace().course, "first", tmp_path / "cache")
    made = first.stat().st_mtime_ns
    assert edition.importable(workspace().course, "first", tmp_path / "cache") == first
    assert first.stat().st_mtime_ns == made


def test_importable_follows_the_library(workspace, edit, tmp_path):
    before = edition.importable(workspace().course, "first", tmp_path / "cache")
    edit("lib/prices.py", "price * 100", "price * 1000")
    after = edition.importable(workspace().course, "first", tmp_path / "cache")
    assert after != before and "1000" in (after / "lib" / "prices.py").read_text()


def test_importable_by_many_at_once(workspace, tmp_path):
    course = workspace().course
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: edition.importable(course, "first", tmp_path / "cache"), range(16)))
    assert len(set(folders)) == 1
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [folders[0].name]
