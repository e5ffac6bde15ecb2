# Every target makes the environment it needs: Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
DIST := .venv-dist
SITE := .venv-site
MUTANTS := .venv-mutants
PYTEST := pytest --numprocesses 4 --dist worksteal
# Not into the repository, for their licence is another: the texts that the examples come from.
SPECS := tests/screen/specs.txt
GET_SPECS := pip download --quiet --no-deps --no-binary marko --requirement $(SPECS) --dest
NEW_PIP := --quiet --upgrade 'pip>=25.1' # before it there is no --group

.DEFAULT_GOAL := help
.PHONY: help chat demo test lint types pytest test-lowest test-all regen pictures site newcomer
.PHONY: golden golden-record faults crash real mutants bench bench-quick docs-test dist dist-test clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# To use it.

chat: $(VENV)/installed ## open a chat; without a token it is with the embedded guide
	@$(BIN)/nemochat

demo: $(VENV)/installed ## three scripted turns with the embedded guide, without a keyboard
	@$(BIN)/nemochat --endpoint guide --private --script docs/demo.txt

# To change it.

test: lint types pytest ## every check: ruff, mypy --strict, pytest

lint: $(VENV)/tested ## ruff alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tested ## mypy --strict alone
	$(BIN)/mypy

docs-test: $(VENV)/tested ## run every example of README and docs
	$(BIN)/pytest --numprocesses 2 tests/test_examples.py

pytest: $(VENV)/tested ## the tests alone
	$(BIN)/$(PYTEST)

test-lowest: $(LOWEST)/tested ## the tests with the lowest versions that pyproject.toml names
	$(LOWEST)/bin/$(PYTEST) --ignore=tests/golden # its records are of the newest libraries

test-all: ## the tests with every Python that pyproject.toml names and this machine has
	$(PYTHON) -m tests.interpreters $(MAKE)

regen: $(VENV)/tested ## write again what is generated: completions, manual page, tables and drawings
	$(BIN)/python -m tests.regen

pictures: $(VENV)/tested ## draw the pictures of the README from the real program
	$(BIN)/python -m tests.pictures

site: $(SITE)/installed ## the pages as a website in build/site; a broken link is an error
	PYTHONPATH=src $(SITE)/bin/python website/build.py build/site

# To look at the whole of it.

newcomer: $(VENV)/tested $(DIST)/installed ## play a newcomer's first minutes in a fresh clone and an empty home
	@PATH="$(CURDIR)/$(DIST)/bin:$$PATH" $(BIN)/python -m tests.newcomer $(TOOL) $(if $(TEST),--test)

golden: $(VENV)/tested ## play the recorded sessions, and print what differs: NAMES=… for some of them
	@$(BIN)/python -m tests.golden $(NAMES)

golden-record: $(VENV)/tested ## record the sessions again, after a wanted change: NAMES=… for some
	@$(BIN)/python -m tests.golden --record $(NAMES)

faults: $(VENV)/tested ## play every fault of the table to the whole program, and print how it ends
	$(BIN)/python -m tests.faults

crash: $(VENV)/tested ## kill the program a thousand times while it saves, and look at what is left
	NEMOCHAT_CRASHES=1000 $(BIN)/pytest tests/test_crash.py

mutants: $(MUTANTS)/tested ## change the source, and see what no test notices: FILES=… SAMPLE=25|all SEED=1
	@$(MUTANTS)/bin/python -m tests.mutants --sample $(or $(SAMPLE),25) --seed $(or $(SEED),1) $(FILES)

$(MUTANTS)/tested: pyproject.toml $(SPECS)
	$(PYTHON) -m venv --clear $(MUTANTS)
	$(MUTANTS)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(MUTANTS)/bin/python -m pip install --quiet --editable . --group test --group mutants
	$(MUTANTS)/bin/python -m $(GET_SPECS) $(MUTANTS)/specs
	@touch $@

real: $(VENV)/installed ## play turns to real servers that others wrote; the first time it installs them
	@$(BIN)/python -m tests.real

bench: $(VENV)/installed ## measure all figures with their goals and peers, and write docs/benchmarks.md
	$(BIN)/python bench/report.py 11 docs/benchmarks.md

bench-quick: $(VENV)/installed ## the same with three rounds; writes nothing
	$(BIN)/python bench/report.py 3

# To release it.

dist: $(DIST)/installed ## the sdist and the wheel, in dist/
	rm -rf dist
	$(DIST)/bin/python -m build --quiet
	@ls -l dist

dist-test: $(VENV)/tested dist ## install the wheel with pipx and with uv, use it, and see what is left of it
	@PATH="$(CURDIR)/$(DIST)/bin:$$PATH" $(BIN)/python -m tests.dist

clean: ## remove the environments, the caches and what was built
	rm -rf .venv .venv-* .real .peers build dist .mypy_cache .ruff_cache .pytest_cache mutants .hypothesis

# The environments: what uses nemochat, what tests it, and three of their own.

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
