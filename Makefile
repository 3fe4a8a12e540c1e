# Two commands set everything up on a fresh machine with Python >= 3.11, make and a package index: `make demo`, `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo up test coverage check format lint types ladder bench lock wheel clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "installing into $(VENV) (once; about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY) ## two planning cycles with real servers, real workers and a sandbox
	@$(BIN)/replenisher demo

up: $(READY) ## the daemon with Flower and a sandbox, until Ctrl-C
	@$(BIN)/replenisher up --sandbox

test: $(READY) ## every test, on real servers that the tests start themselves
	@$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

coverage: $(READY) ## every test, and which lines none of them runs (a third slower)
	@$(BIN)/python -m pytest -n 3 --dist loadfile --cov --cov-report=term $(ARGS)

check: $(READY) format lint types test ## format, lint, types, import rule and every test

format: $(READY) ## is the code formatted?
	@$(BIN)/ruff format --check .

lint: $(READY) ## ruff
	@$(BIN)/ruff check .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

ladder: $(READY) ## who may import whom
	@$(BIN)/python -m pytest -q tests/test_import_direction.py

bench: $(VENV)/.bench-ready ## figures beside their floors and a peer; a table and JSON in bench-results/
	@$(BIN)/python -m tests.bench

$(VENV)/.bench-ready: $(READY) requirements-bench.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

lock: $(READY) ## pin every dependency with hashes
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links $(LOCK) pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links $(LOCK) --extra dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links $(LOCK) -c requirements-dev.lock --extra bench pyproject.toml -o requirements-bench.lock

wheel: $(READY) ## build the wheel into dist/
	@$(BIN)/python -m build --no-isolation --wheel

clean: ## remove what make made, but not var/
	@rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .coverage bench-results/*.json
