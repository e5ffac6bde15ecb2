# Every target makes the environment it needs: Python 3.11 or newer and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
MUTANTS := .venv-mutants

.DEFAULT_GOAL := help
.PHONY: help chat demo test test-lowest lint types pytest regen faults crash mutants real
.PHONY: pictures bench bench-quick clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/tested: pyproject.toml | $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

chat: $(VENV)/installed ## open a chat; without a token it is with the embedded guide
	@$(BIN)/nemochat

demo: $(VENV)/installed ## three scripted turns with the embedded guide, without a keyboard
	@$(BIN)/nemochat --endpoint guide --private --script docs/demo.txt

test: lint types pytest ## every check: ruff, mypy --strict, pytest

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tested
	$(BIN)/mypy

pytest: $(VENV)/tested
	$(BIN)/pytest --numprocesses 4 --dist loadfile

test-lowest: $(LOWEST)/tested ## pytest with the lowest versions that pyproject.toml names
	$(LOWEST)/bin/pytest --numprocesses 4 --dist loadfile

$(LOWEST)/tested: pyproject.toml
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --upgrade uv
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python \
		--resolution lowest-direct --editable '.[keyring,import,schema]' --group test
	@touch $@

regen: $(VENV)/tested ## write again what is generated: completions, manual page, tables in README and docs
	$(BIN)/python -m tests.regen

faults: $(VENV)/tested ## play every fault of the table to the whole program, and print how it ends
	$(BIN)/python -m tests.faults

crash: $(VENV)/tested ## kill the program a thousand times while it saves, and look at what is left
	NEMOCHAT_CRASHES=1000 $(BIN)/pytest tests/test_crash.py

mutants: $(MUTANTS)/tested ## change core, wire and screen, and see what no test notices: SAMPLE=25|all SEED=1
	@$(MUTANTS)/bin/python -m tests.mutants --sample $(or $(SAMPLE),25) --seed $(or $(SEED),1)

$(MUTANTS)/tested: pyproject.toml
	$(PYTHON) -m venv --clear $(MUTANTS)
	$(MUTANTS)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(MUTANTS)/bin/python -m pip install --quiet --editable . --group test --group mutants
	@touch $@

real: $(VENV)/installed ## play turns to real servers that others wrote; the first time it installs them
	@$(BIN)/python -m tests.real

pictures: $(VENV)/tested ## draw the pictures of the README from the real program
	$(BIN)/python -m tests.pictures

bench: $(VENV)/installed ## measure all beside floors and peers, and write docs/benchmarks.md
	$(BIN)/python bench/peers.py $(if $(AIDER),aider)
	$(BIN)/python bench/report.py 11 docs/benchmarks.md

bench-quick: $(VENV)/installed ## the same with three rounds, and write nothing
	$(BIN)/python bench/peers.py
	$(BIN)/python bench/report.py 3

clean: ## remove the environment and the caches
	rm -rf $(VENV) $(LOWEST) $(MUTANTS) mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis
