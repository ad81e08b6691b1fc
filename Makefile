# Two commands: `make up` installs what is missing and serves Farthing, `make test` proves it.
# HOST and PORT come from the environment (or `make up PORT=9000`); ARGS is passed on; PYTHON names the Python to use.

RUN := .venv/bin/python
PYTEST := $(RUN) -m pytest -n auto --dist loadgroup

# What is installed is remembered by stamps in .venv: a second run starts nothing and needs no network.
# A virtualenv that was moved or copied here, or whose Python is gone, is made anew.
DEV := .venv/.stamp-dev
PRODUCT := $(if $(wildcard $(DEV)),$(DEV),.venv/.stamp-product)
ifneq ($(shell test -x $(RUN) && test "$$(cat .venv/.made-in 2>/dev/null)" = "$$(pwd -P)" && echo ours),ours)
.PHONY: .venv/.stamp-product .venv/.stamp-dev
endif

# Nothing of the caller's own Python leaks in; without bytecode, every start would compile everything anew.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DEFAULT_GOAL := help
.PHONY: help up dev sandbox setup install reset test cov check lint types imports tidy fix prove fuzz bench docs

help:
	@echo 'Farthing: every farthing accounted for.'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

up: $(PRODUCT)  ## install what is missing, migrate, serve on http://localhost:8000
	@$(RUN) -m farthing up $(ARGS)

dev: $(DEV)  ## the same, and reload when the code changes
	@$(RUN) -m farthing up --reload $(ARGS)

sandbox: $(PRODUCT)  ## try it out: open registration, demo on, this machine only
	@$(RUN) -m farthing up --sandbox $(ARGS)

setup: $(DEV)  ## install everything into this folder: the program and its tools

install: $(PRODUCT)  ## install only what the program needs, start nothing

reset:  ## delete ./data, all of it, after asking
	@printf 'This deletes ./data: the database, the secrets, the lake. Type yes to go on: '; \
	read -r answer || true; \
	if [ "$$answer" = yes ]; then rm -rf data && echo 'Gone.'; else echo 'Nothing was deleted.'; exit 1; fi

test: $(DEV)  ## every check and every test
	@$(MAKE) --no-print-directory -j 2 lint types imports
	$(PYTEST) $(ARGS)

cov: $(DEV)  ## the tests with coverage, on the screen and in coverage.xml
	$(PYTEST) --cov=farthing --cov-report=term --cov-report=xml $(ARGS)

check: lint types imports tidy  ## what can be said in a minute: lint, types, imports, tidiness

lint: $(DEV)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: $(DEV)
	$(RUN) -m mypy

imports: $(DEV)
	.venv/bin/lint-imports

tidy: $(DEV)
	$(RUN) -m pytest tests/architecture -q

fix: $(DEV)  ## let ruff repair what it can
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

prove: $(DEV)  ## the long versions of the tests: thirty kill rounds, deep search
	FARTHING_KILL_ROUNDS=30 HYPOTHESIS_PROFILE=deep $(PYTEST) $(ARGS)

fuzz: $(DEV)  ## statements changed by a fuzzer, a minute for each format; ARGS='csv --seconds 600'
	@sh scripts/setup.sh --group fuzz --inexact
	$(RUN) -m fuzz $(ARGS)

bench: $(DEV)  ## measure the performance contract
	$(RUN) -m bench $(ARGS)

docs: $(DEV)  ## write docs/reference anew from the code
	$(RUN) -m farthing.cli.reference docs/reference

.venv/.stamp-product: pyproject.toml uv.lock scripts/setup.sh
	@sh scripts/setup.sh --no-dev --inexact
	@touch $@

.venv/.stamp-dev: pyproject.toml uv.lock scripts/setup.sh
	@sh scripts/setup.sh
	@touch .venv/.stamp-product $@
