# Python 3.11, git and make are enough: the first target that needs .venv makes it, and makes it anew when the lock file changes.

SHELL := /bin/bash
VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin
TESTS ?=
ARGS ?=

.PHONY: help
help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(READY) ## Run the sample company: payouts of a quarter, and one of them explained
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash plans/demo.sh

.PHONY: test
test: $(READY) ## Run the tests; TESTS=tests/diagnostics for some of them
	@$(BIN)/python -m pytest -n 2 $(TESTS)

.PHONY: lint
lint: $(READY) ## Look for mistakes and for lines that are not formatted
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: $(READY) ## Check the types
	@$(BIN)/mypy

.PHONY: format
format: $(READY) ## Format the code, and mend what can be mended without thought
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(READY) ## Measure the engine beside SQL written by hand; ARGS="--deals 1_000_000" for less
	@$(BIN)/python -m benchmarks.run $(ARGS)

.PHONY: picture
picture: $(READY) ## Draw the picture in the README anew from what the sample company is paid
	@$(BIN)/python tools/draw_picture.py

.PHONY: gallery
gallery: $(READY) ## Write docs/gallery anew from the published cases of the tests
	@$(BIN)/python tools/gallery.py

.PHONY: lock
lock: $(READY) ## Choose the newest packages that pyproject.toml allows, and write them to requirements.lock
	@bash tools/lock.sh

.PHONY: venv
venv: $(READY) ## Only make .venv

.PHONY: clean
clean: ## Remove .venv, runs and caches
	@rm -rf $(VENV) runs build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp says where .venv was made: an environment that was moved or copied is made anew.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif
$(READY): requirements.lock pyproject.toml tools/make_venv.sh
	@bash tools/make_venv.sh
