# Two commands do all the set-up on a machine with Python 3.11: `make up` runs everything, `make test` passes the tests.
PYTHON ?= $(firstword $(shell command -v python3.11 python3 2>/dev/null))
VENV   := .venv
BIN    := $(VENV)/bin
FEEDS  ?=
TESTERS ?= 4

.PHONY: up test check schemas audit clean

# The bundled feed, or FEEDS=config/feeds.opml, or FEEDS=https://… for one feed
up: $(VENV)/.installed
	@$(BIN)/dateline up $(if $(FEEDS),--feeds "$(FEEDS)")

test: check
	$(BIN)/pytest -n $(TESTERS) --dist worksteal

# What needs no test run: style, types, and that schemas/ says what the code says
check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m dateline.schemas --check

schemas: $(VENV)/.installed-dev
	$(BIN)/python -m dateline.schemas

# Known holes in what we depend on, by PyPI's advisories; what can't be looked up fails too (--strict)
audit: $(VENV)/bin/uv
	$(BIN)/uv tool run pip-audit --strict --disable-pip --no-deps --requirement constraints.txt

clean:
	rm -rf $(VENV)

$(VENV)/bin/uv:
	@test -n "$(PYTHON)" || { echo "Dateline needs Python 3.11: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' \
		|| { echo "Dateline needs Python 3.11 or 3.12, and $(PYTHON) is another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt uv

# uv rather than pip: 87 packages in 9 s instead of a minute
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraints constraints.txt --editable .
	@$(BIN)/dateline gazetteer build
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraints constraints.txt --editable '.[dev]'
	@touch $@
