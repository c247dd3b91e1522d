# make demo   translate and align the example article (or ARTICLE=path) into out/demo
# make test   the whole test suite, the linters and the type checker
#
# Each sets up what it needs in .venv, from the package index only; nothing outside this folder is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARTICLE ?= examples/harbour.en.md
PIP := $(BIN)/pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt

# What the engines convert is kept here too, not in the home folder.
export TRIPTYCH_STORE ?= $(CURDIR)/.store

.PHONY: demo test lint types serve clean

demo: $(VENV)/.run
	$(BIN)/triptych translate "$(ARTICLE)" --output out/demo

test: lint types
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy
	$(BIN)/mypy benchmarks

serve: $(VENV)/.run
	$(BIN)/triptych serve

clean:
	rm -rf $(VENV) .store out build *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: Triptych needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what Triptych needs into $(VENV) ..."
	$(PIP) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what Triptych and its tests need into $(VENV) ..."
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run
