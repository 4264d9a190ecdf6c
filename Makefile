# Two commands do everything: `make demo` and `make test`. They need Python 3.11 or later with pip and venv, and make.
# An environment is installed once, and again only when pyproject.toml or constraints.txt have changed.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
.DELETE_ON_ERROR:

# The interpreters to look for: the default one (or say `make PYTHON=/path/to/python ...`), and those that the tests run on besides.
PYTHON ?=
DEFAULTS := python3.11 python3.12 python3.13 python3
OTHERS := 3.12 3.13

BIN := .venv/bin
PINNED := pyproject.toml constraints.txt
CODE := $(wildcard src tests examples bench docs)
PYTEST := -m pytest -n auto --dist worksteal -p funnelkit.testing.plugin

# Pins hold for what pip fetches to build the package, too; older and newer pips read it under different names.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A name on the path proves nothing (a shim may stand there and fail), so each candidate is really run: it must be new
# enough and able to make an environment. pyenv's shims get a second chance, with their version named.
PROBE := import ensurepip, sys, venv; print(sys.executable if sys.version_info >= (3, 11) else "")

define find
found=; \
for name in $(1); do \
    found=$$("$$name" -c '$(PROBE)' 2>/dev/null) || \
    found=$$(PYENV_VERSION="$${name#python}" "$$name" -c '$(PROBE)' 2>/dev/null) || found=; \
    test -z "$$found" || break; \
done
endef

# usage: $(call install,environment,candidates,what to install)
define install
@if ! $(1)/bin/python -m pip --version >/dev/null 2>&1; then \
    $(call find,$(2)); \
    if test -z "$$found"; then \
        echo "funnelkit needs Python 3.11 or later with pip and venv; tried: $(2)." >&2; \
        echo "Install one (on Debian: python3 and python3-venv), or say: make PYTHON=/path/to/python ..." >&2; \
        exit 1; \
    fi; \
    echo "making $(1) with $$found"; \
    "$$found" -m venv --clear $(1); \
fi
@echo "installing into $(1)"
@$(1)/bin/python -m pip install --quiet $(3)
endef

.PHONY: help
help: ## say what each command does
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: .venv/.installed ## a coaching practice's year, in a few seconds
	@$(BIN)/python examples/practice/demo.py

.PHONY: test
test: .venv/.installed-dev ## the tests, in under five minutes
	@echo "tests on $$($(BIN)/python --version)"
	@$(BIN)/python $(PYTEST)

.PHONY: test-others
test-others: $(OTHERS:%=test-%) ## the same on every further Python that is found here

.PHONY: proofs
proofs: .venv/.installed-dev ## the slow tests: whole exams of slow adapters, workers that are killed; some minutes
	@$(BIN)/python $(PYTEST) -m slow
	@$(BIN)/python tests/faults/rivals.py --full
	@$(BIN)/python tests/faults/killed.py --full

# One further interpreter: passed over when it is missing, or when it is the one that has just run.
.PHONY: $(OTHERS:%=test-%)
$(OTHERS:%=test-%): test-%:
	@case "$$($(BIN)/python --version 2>/dev/null)" in *" $*."*) exit 0;; esac; \
	$(call find,python$*); \
	if test -z "$$found"; then echo "tests on Python $*: not found here, left out"; exit 0; fi; \
	$(MAKE) --no-print-directory .venv-$*/.installed-dev && \
	echo "tests on $$(.venv-$*/bin/python --version)" && \
	.venv-$*/bin/python $(PYTEST)

.PHONY: check
check: .venv/.installed-dev ## format, lint, types, import contracts, generated documents
	$(BIN)/ruff format --check --output-format concise .
	$(BIN)/ruff check --output-format concise .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

.PHONY: format
format: .venv/.installed-dev ## write the code in one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: coverage
coverage: .venv/.installed-dev ## the branches that no test takes
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run $(PYTEST)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

.PHONY: docs
docs: .venv/.installed-dev ## write the generated documents again
	$(BIN)/python docs/generate.py

.PHONY: bench
bench: .venv-bench/.installed ## speed, beside a floor and beside others, in under three minutes
	@.venv-bench/bin/python bench/run.py

.PHONY: bench-full
bench-full: .venv-bench/.installed ## the same with the large sizes
	@.venv-bench/bin/python bench/run.py --full

.PHONY: clean
clean: ## remove environments, caches and what was built
	rm -rf .venv .venv-* build dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.installed: $(PINNED)
	$(call install,.venv,$(or $(PYTHON),$(DEFAULTS)),-e '.[sql]')
	@touch $@

.venv/.installed-dev: $(PINNED)
	$(call install,.venv,$(or $(PYTHON),$(DEFAULTS)),-e '.[dev]')
	@touch .venv/.installed $@

.venv-bench/.installed: $(PINNED) bench/requirements.txt
	$(call install,.venv-bench,$(or $(PYTHON),$(DEFAULTS)),-e . -r bench/requirements.txt)
	@touch $@

.venv-%/.installed-dev: $(PINNED)
	$(call install,.venv-$*,python$*,-e '.[dev]')
	@touch $@
