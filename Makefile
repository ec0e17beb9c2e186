# `make demo` and `make test` set everything up by themselves on a machine that has Python 3.11 or later, make and git.

PYTHON ?= python3
JOBS   ?= 4
BIN    := .venv/bin
READY  := .venv/.ready

.PHONY: help setup demo test check newest format bench soak pictures pins clean

help: ## what can be made here
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

setup: $(READY) ## the virtual environment that all the others use

$(READY): pyproject.toml requirements/dev.txt requirements/install.sh
	@echo "setting up .venv (about a minute when packages have to be downloaded)"
	@sh requirements/install.sh $(PYTHON) .venv
	@touch $@

demo: $(READY) ## the main job on sample data: a real sync with a server on this machine, in a throw-away folder
	@$(BIN)/crmsync demo

test: $(READY) ## all tests, with real servers on loopback; core/ and formats/ must be covered to the last branch
	$(BIN)/pytest -n $(JOBS) --dist worksteal --cov --cov-report=term:skip-covered

check: $(READY) ## style, types, import directions, dead code, and the limits of tests/test_house.py
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/pytest --quiet tests/test_house.py

newest: $(READY) ## the newest versions of all dependencies that are allowed, in an environment of their own: does the app start?
	@sh requirements/newest.sh $(PYTHON) .venv/newest

format: $(READY) ## puts imports and layout in order
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## speed and memory next to vdirsyncer, vobject and bare scripts; writes docs/benchmarks.md
	$(BIN)/python -m tests.bench

soak: $(READY) ## hours with a daemon that is killed every half minute, edits on all sides: make soak MINUTES=120 RECORDS=1000
	$(BIN)/python -m tests.soak $(or $(MINUTES),120) $(or $(RECORDS),1000)

pictures: $(READY) ## the pictures of the README, from the demo; needs Chromium
	@$(BIN)/python -m tests.pictures

words: $(READY) ## the texts of the screens into the Italian file, and that compiled; says what is not translated yet
	@$(BIN)/python -m tests.tui.italian

pins: $(READY) ## newest versions of all dependencies into requirements/dev.txt, without addresses
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header \
		pyproject.toml requirements/dev.in --output-file requirements/dev.txt

clean: ## removes what the targets above made
	rm -rf .venv .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
