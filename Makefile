# Every target creates the environment that it needs; Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
DIST := .venv-dist
SITE := .venv-site
MUTANTS := .venv-mutants
PYTEST := pytest --numprocesses 4 --dist worksteal
# The source of the specification examples: not in the repository, because its licence differs.
SPECS := tests/screen/specs.txt
GET_SPECS := pip download --quiet --no-deps --no-binary marko --requirement $(SPECS) --dest
NEW_PIP := --quiet --upgrade 'pip>=25.1' # the first with --group

.DEFAULT_GOAL := help
.PHONY: help chat demo test lint types pytest test-lowest test-all regen pictures site newcomer
.PHONY: golden golden-record faults hostile fuzz crash real mutants bench bench-quick docs-test dist dist-test clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Use

chat: $(VENV)/installed ## open a chat; without a token, the embedded guide answers
	@$(BIN)/nemochat

demo: $(VENV)/installed ## play three scripted turns with the embedded guide
	@$(BIN)/nemochat --endpoint guide --private --script docs/demo.txt

# Change

test: lint types pytest ## run every check: ruff, mypy --strict, pytest

lint: $(VENV)/tested ## run ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tested ## run mypy --strict
	$(BIN)/mypy

docs-test: $(VENV)/tested ## run the examples of README and docs
	$(BIN)/pytest --numprocesses 2 tests/test_examples.py

pytest: $(VENV)/tested ## run the tests
	$(BIN)/$(PYTEST)

test-lowest: $(LOWEST)/tested ## run the tests with the oldest libraries that pyproject.toml allows
	$(LOWEST)/bin/$(PYTEST) --ignore=tests/golden # recorded with the newest libraries

test-all: ## run the tests with every supported Python on this machine
	$(PYTHON) -m tests.interpreters $(MAKE)

regen: $(VENV)/tested ## regenerate generated files: completions, manual page, tables, drawings
	$(BIN)/python -m tests.regen

pictures: $(VENV)/tested ## draw the pictures of the README with the real program
	$(BIN)/python -m tests.pictures

site: $(SITE)/installed ## build the website in build/site; a broken link is an error
	PYTHONPATH=src $(SITE)/bin/python website/build.py build/site

# Check the program as a whole

newcomer: $(VENV)/tested $(DIST)/installed ## play a newcomer's first minutes in a fresh clone and an empty home
	@PATH="$(CURDIR)/$(DIST)/bin:$$PATH" $(BIN)/python -m tests.newcomer $(TOOL) $(if $(TEST),--test)

golden: $(VENV)/tested ## replay recorded sessions and print differences: NAMES=… for some
	@$(BIN)/python -m tests.golden $(NAMES)

golden-record: $(VENV)/tested ## record sessions again after an intended change: NAMES=… for some
	@$(BIN)/python -m tests.golden --record $(NAMES)

faults: $(VENV)/tested ## run the program against every network fault and print the results
	$(BIN)/python -m tests.faults

hostile: $(VENV)/tested ## run the program on hostile input within limits of memory and time: ONLY=… for some
	@$(BIN)/python -m tests.hostile $(ONLY)

fuzz: $(VENV)/tested ## try random input on readers and renderers: MINUTES=10
	@$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)

crash: $(VENV)/tested ## kill the program 1,000 times while it saves, and check the database
	NEMOCHAT_CRASHES=1000 $(BIN)/pytest tests/test_crash.py

mutants: $(MUTANTS)/tested ## run mutation tests: FILES=… SAMPLE=25|all SEED=1
	@$(MUTANTS)/bin/python -m tests.mutants --sample $(or $(SAMPLE),25) --seed $(or $(SEED),1) $(FILES)

$(MUTANTS)/tested: pyproject.toml $(SPECS)
	$(PYTHON) -m venv --clear $(MUTANTS)
	$(MUTANTS)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(MUTANTS)/bin/python -m pip install --quiet --editable . --group test --group mutants
	$(MUTANTS)/bin/python -m $(GET_SPECS) $(MUTANTS)/specs
	@touch $@

real: $(VENV)/installed ## run turns against real servers, which the first run installs
	@$(BIN)/python -m tests.real

bench: $(VENV)/installed ## measure everything, peers too, and write docs/benchmarks.md
	$(BIN)/python bench/report.py 11 docs/benchmarks.md

bench-quick: $(VENV)/installed ## measure three rounds; write nothing
	$(BIN)/python bench/report.py 3

# Release

dist: $(DIST)/installed ## build the sdist and the wheel in dist/
	rm -rf dist
	$(DIST)/bin/python -m build --quiet
	@ls -l dist

dist-test: $(VENV)/tested dist ## install, use and uninstall the wheel with pipx and uv
	@PATH="$(CURDIR)/$(DIST)/bin:$$PATH" $(BIN)/python -m tests.dist

clean: ## remove environments, caches and build results
	rm -rf .venv .venv-* .real .peers build dist .mypy_cache .ruff_cache .pytest_cache mutants .hypothesis

# Environments: one to use and test nemochat, and one each for special purposes

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(NEW_PIP)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/tested: pyproject.toml $(SPECS) | $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group test
	$(BIN)/python -m $(GET_SPECS) $(VENV)/specs
	@touch $@

$(LOWEST)/tested: pyproject.toml $(SPECS)
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --upgrade uv
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python \
		--resolution lowest-direct --editable '.[keyring,import,schema]' --group test
	$(LOWEST)/bin/python -m $(GET_SPECS) $(LOWEST)/specs
	@touch $@

$(DIST)/installed $(SITE)/installed: .venv-%/installed: pyproject.toml
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install $(NEW_PIP)
	$(@D)/bin/python -m pip install --quiet --group $*
	@touch $@
