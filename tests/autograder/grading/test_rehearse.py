"""`build --rehearse` grades the course's own solutions."""

import pytest
from click.testing import CliRunner
from jobs_run_once import jobs_run_once

from autograder.cli.command import main
from autograder.grading.rehearse import rehearse

pytestmark = pytest.mark.slow


def test_solutions_that_earn_every_point(tiny, executed_jobs, monkeypatch):
    monkeypatch.setattr("autograder.grading.rehearse.LocalPool", jobs_run_once(executed_jobs))
    assert rehearse(tiny, "sums") == []


def test_a_test_that_works_in_one_kernel_only_is_named(tiny):
    source = tiny.course.source("sums", "adding")
    text = source.read_text()
    source.write_text(text.replace("assert add(1, 2) == 3", "add.called = []\nassert add.__dict__ and add(1, 2) == 3"))
    done = CliRunner().invoke(main, ["--course", str(tiny.root), "build", "sums", "--rehearse"])
    assert done.exit_code == 1
    assert "adding: test_add_small: " in done.output
    assert 'Or add tags=["in-process"] to its marker; then it is not cheat-proof.' in done.output


def test_such_tests_are_tagged_on_request(tiny):
    source = tiny.course.source("sums", "adding")
    text = source.read_text()
    source.write_text(text.replace("assert add(1, 2) == 3", "assert add.__dict__ == {} and add(1, 2) == 3"))
    build = ["--course", str(tiny.root), "build", "sums"]
    done = CliRunner().invoke(main, [*build, "--rehearse", "--tag-in-process"])
    assert done.exit_code == 0 and "sums: adding: tagged in-process: test_add_small\n" in done.output
    assert source.read_text().count('tags=["in-process"]') == 1
    assert CliRunner().invoke(main, [*build, "--tag-in-process"]).exit_code == 2
