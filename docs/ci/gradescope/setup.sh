#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the container. The zip holds this file, run_autograder, and the
# course's checkout as course/.
set -euo pipefail

apt-get update -qq
apt-get install -y -qq --no-install-recommends bubblewrap build-essential python3.11 python3.11-venv python3.11-dev
python3.11 -m venv /autograder/venv
/autograder/venv/bin/python -P -m pip install --quiet --editable '/autograder/source/course[instructor]'
