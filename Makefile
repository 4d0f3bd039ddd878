# `make demo` and `make test` set up all that they need, in .venv beside this file.
# To use another Python than the first suitable one on PATH: make demo PYTHON=python3.12

VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
# more than two processors need, since many tests wait: for a limit, a server, a browser
WORKERS ?= 6
FAULTS ?= 100
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ASSIGNMENTS ?= nearest_neighbor
EVERY := $(shell sed -n 's/^name = "\(.*\)"/\1/p' assignments/course.toml)
GRADED := $(if $(filter all,$(ASSIGNMENTS)),$(EVERY),$(ASSIGNMENTS))
KIT := $(BIN)/cs231n --course $(DEMO)
KERNELS := $(wildcard cs231n_lib/kernels/*.pyx cs231n_lib/kernels/*.pxd cs231n_lib/kernels/*.h)
# the newest Python that README names, on PATH or from pyenv, of another version than the one in $(VENV)
SECOND_VENV := .venv-second
SECOND_PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 \
	$$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[123].*/bin/python3 2>/dev/null | sort -rV); do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11) or "%d.%d" % sys.version_info[:2] == sys.argv[1])' \
	"$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')" 2>/dev/null && echo $$p && break; done)
PART := $(addprefix tests/autograder/, test_check.py $(addprefix execution/, judge/test_frames.py judge/test_names.py \
	judge/test_not_while_grading.py judge/test_session.py sandbox/test_kernel.py sandbox/test_zygote.py test_judged_run.py))
TORCH ?= torch==2.13.0
TORCH_VENV := .venv-pytorch
ANY_CHROMIUM := { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
unexport PYTHONDONTWRITEBYTECODE # pytest keeps the compiled tests
QUIETLY := --quiet --disable-pip-version-check --no-compile
# pip would compile one file after another; some packages contain files for other Pythons, which do not compile
COMPILE := $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib autograder cs231n cs231n_lib || true

.PHONY: help setup bubblewrap postgresql chromium demo test test-fast coverage test-second-python test-part test-faults \
	test-mutants test-pytorch docs lint clean

help:
	@echo "make demo                 grade a sample class in $(DEMO)/ (ASSIGNMENTS=all: in every assignment)"
	@echo "make test                 run the whole test suite"
	@echo "make test-fast            run the tests that start no kernel, sandbox, server or browser"
	@echo "make lint                 check style, layout, types and which room imports which"
	@echo "make coverage             run the suite, and write to htmlcov/ which branches it does not run"
	@echo "make test-second-python   run the tests that depend on the Python version on a second one, if there is one"
	@echo "make test-faults          grade classes of 50 while the grader, its processes, the database and the disk fail"
	@echo "make test-mutants         judge mutants of the solutions: which mistakes do the tests not notice? (NOTEBOOKS=\"knn svm\")"
	@echo "make test-pytorch         compare the library with PyTorch (TORCH=... is what pip installs)"
	@echo "make docs                 write the documentation as a site, to site/index.html"
	@echo "make setup                only make $(VENV), with the kit installed in it"
	@echo "make clean                delete what all these made"

setup: $(VENV)/installed

$(VENV)/installed: pyproject.toml setup.py $(KERNELS)
	@test -n "$(PYTHON)" || { echo "The kit needs Python 3.11 or newer with venv (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Setting up $(VENV): this takes a minute or two, once."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install $(QUIETLY) --editable ".[instructor]"
	@$(COMPILE)
	@touch $@

# What the tests and the checks of the code need on top. These are packages only; the kit itself is installed.
$(VENV)/installed-for-tests: $(VENV)/installed
	@$(BIN)/python -c 'import tomllib; extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; \
		print(*extras["cluster"], *extras["postgresql"], *extras["site"], *extras["test"], sep="\n")' >$(VENV)/for-tests.txt
	@$(BIN)/python -m pip install $(QUIETLY) --requirement $(VENV)/for-tests.txt
	@$(COMPILE)
	@touch $@

# The grader's sandbox. This never asks for a password: without root's rights it only says what to do.
bubblewrap:
	@command -v bwrap >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing bubblewrap, the sandbox that student code is graded in."; \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends bubblewrap; } >/dev/null; \
	else echo "Grading needs bubblewrap for its sandbox: sudo apt-get install bubblewrap (Fedora: dnf)." >&2; fi

# For the tests of a gradebook in PostgreSQL. They start their own server, so Debian's package must not start one.
postgresql:
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then true; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing PostgreSQL, for the tests of a gradebook in it."; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-common && \
		sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf && \
		apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null || echo "PostgreSQL's tests will be skipped." >&2; \
	else echo "PostgreSQL's tests will be skipped without it: sudo apt-get install postgresql." >&2; fi

# For the tests that open pages in a browser. The headless shell is Chromium without windows, which saves half the time.
chromium:
	@if command -v chromium-headless-shell >/dev/null; then true; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		{ ! $(ANY_CHROMIUM) || apt-cache show chromium-headless-shell >/dev/null 2>&1; }; then \
		echo "Installing Chromium, for the tests that open pages in it."; \
		export DEBIAN_FRONTEND=noninteractive; get="apt-get install -y -qq --no-install-recommends"; \
		{ apt-get update -qq && { $$get chromium-headless-shell || $$get chromium; }; } >/dev/null 2>&1 || true; fi
	@command -v chromium-headless-shell >/dev/null || $(ANY_CHROMIUM) || \
		echo "The tests in a browser will be skipped without it: sudo apt-get install chromium (Fedora: dnf)." >&2

# Every step can be repeated, and skips work that is already done.
demo: setup bubblewrap
	@$(BIN)/cs231n init $(DEMO) --assignments assignments
	@$(foreach a,$(GRADED),$(KIT) build $(a) --rehearse && $(KIT) release $(a) &&) true
	@$(BIN)/python -P tests/sample_class.py $(DEMO) $(DEMO)/handed_in
	@$(foreach a,$(GRADED),$(KIT) collect $(a) $(DEMO)/handed_in/$(a) && $(KIT) grade $(a) && \
		$(KIT) feedback $(a) && $(KIT) report $(a) && $(KIT) export $(a) --output $(DEMO)/$(a).csv &&) true
	@$(KIT) report
	@echo
	@echo "Look at these first:"
	@echo "  $(DEMO)/reports/$(firstword $(GRADED)).html   how the class did: points, mistakes, what to look at"
	@echo "  $$(ls $(DEMO)/feedback/farah/$(firstword $(GRADED))/*.html | head -1)   what a student reads about a mistake"
	@echo "  $(DEMO)/reports/_course.html   each student's way through the assignments"
	@echo "  $(DEMO)/$(firstword $(GRADED)).csv   the points of each student, notebook and test cell"
	@echo "  $(DEMO)/release/$(firstword $(GRADED)).zip   what students get"
	@echo "  cd $(DEMO) && ../$(BIN)/cs231n mark nearest_neighbor   to grade the written answers in the browser"
	@test "$(ASSIGNMENTS)" = all || echo "All the assignments of the course: make demo ASSIGNMENTS=all"

test: $(VENV)/installed-for-tests bubblewrap postgresql chromium
	@$(BIN)/python -m pytest --numprocesses $(WORKERS)

# The tests that start no kernel, sandbox, server or browser.
test-fast: $(VENV)/installed-for-tests
	@$(BIN)/python -m pytest --numprocesses auto -m "not slow"

# Shows which branches of the packages the suite does not run. Coverage cannot see what runs in a sandbox.
coverage: $(VENV)/installed-for-tests bubblewrap postgresql chromium
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --cov --cov-report=term-missing:skip-covered --cov-report=html

test-second-python: $(VENV)/installed-for-tests bubblewrap
	@python="$(SECOND_PYTHON)"; if [ -z "$$python" ]; then \
		echo "Skipped: this machine has no second Python from 3.11 on. SECOND_PYTHON=... names one."; \
	else echo "A part of the tests runs on $$($$python --version), in $(SECOND_VENV)."; \
		$(MAKE) --no-print-directory test-part VENV=$(SECOND_VENV) PYTHON="$$python"; fi

# Checks that pytest can collect the whole suite, and runs the tests that depend on the Python version.
test-part: $(VENV)/installed-for-tests
	@$(BIN)/python -m pytest --collect-only --quiet >$(VENV)/collected || { cat $(VENV)/collected; exit 1; }
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) $(PART)

test-faults: $(VENV)/installed-for-tests bubblewrap postgresql
	@$(BIN)/python tests/faults/run.py --faults $(FAULTS)

# NOTEBOOKS may name exercises, too; MUTANTS="--causes" shows which mistakes are named to the student.
test-mutants: $(VENV)/installed-for-tests
	@$(BIN)/python tests/mutants/run.py --workers $(WORKERS) $(MUTANTS) $(NOTEBOOKS)

test-pytorch: $(TORCH_VENV)/installed
	@$(TORCH_VENV)/bin/python -m pytest tests/cs231n_lib/against_pytorch

$(TORCH_VENV)/installed: pyproject.toml setup.py $(KERNELS)
	@$(PYTHON) -m venv $(TORCH_VENV)
	@$(TORCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	@$(TORCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[test,benchmark]"
	@touch $@

docs: $(VENV)/installed-for-tests
	@$(BIN)/python docs/make_site.py site

lint: $(VENV)/installed-for-tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:
	rm -rf $(VENV) $(SECOND_VENV) $(TORCH_VENV) $(DEMO) build dist site *.egg-info htmlcov .coverage*
