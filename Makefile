# The course's tasks. Every target is a few plain commands that you can also type.
# Needs Python 3.11 or later, git and make; `make setup` brings everything else.

VENV   := .venv
PYTHON_IN_VENV := $(VENV)/bin/python
COURSE := $(VENV)/bin/course

# What ruff, mypy and codespell look at comes from pyproject.toml.
PAGES  := $(wildcard book/*.md solutions/notebooks/*.md)

# How many tests run side by side. Extra arguments: make pytest PYTEST="-k toeplitz".
WORKERS ?= 2
PYTEST  ?=

# One step at a time, in the order written: the steps share build/.
.NOTPARALLEL:
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# Say what begins, so that a long step is never silent.
say = @printf '\n== %s\n' "$(1)"

.PHONY: help
help: ## Show this list.
	@echo "make TARGET, where TARGET is one of"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | \
	  awk -F '\t' '{ printf "  %-14s %s\n", $$1, $$2 }'

.PHONY: setup system
setup: ## Make .venv from the lock; instant when nothing changed.
	@PYTHON="$(PYTHON)" tools/setup.sh

system: ## Install Chromium and bubblewrap for the tests, where that is possible.
	@tools/install-system-packages.sh

# ---- What people use ------------------------------------------------------------

.PHONY: demo book release
demo: setup book release ## Book, release and a small class, graded: where to look.
	$(call say,Demo class)
	@$(COURSE) demo build/demo --book build/book/_build/html/index.html

book: setup ## Build the pages; warnings are errors.
	$(call say,Book)
	@$(PYTHON_IN_VENV) -m coursekit.authoring.book

release: setup ## Write the students' notebooks and stubs; scan them for leaks.
	$(call say,Release)
	@$(COURSE) release

# ---- What CI runs ---------------------------------------------------------------

.PHONY: test lint release-check pytest tree-before tree-after
test: setup system tree-before lint book pytest tree-after ## Run everything CI runs.
	$(call say,All checks passed)

lint: setup ## Check format, lint, types, spelling and the course's own rules.
	$(call say,Lint)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/codespell
	$(PYTHON_IN_VENV) -m coursekit.authoring.lint
	$(PYTHON_IN_VENV) -m coursekit.authoring.lint.page_code $(PAGES)
	$(VENV)/bin/sp-repo-review . --show err

release-check: setup ## Check that the generated files are what release writes; so do the tests.
	$(call say,Release check)
	@$(COURSE) release --check

pytest: setup ## Run the tests. PYTEST="..." adds arguments.
	$(call say,Tests)
	@OMP_NUM_THREADS=1 $(VENV)/bin/pytest -n $(WORKERS) $(PYTEST)

tree-before: # Remember the tree, so that the end can tell whether a step changed it.
	@tools/check-tree.sh save
tree-after:
	@tools/check-tree.sh compare

# ---- Now and then ---------------------------------------------------------------

.PHONY: bench format lock clean
bench: setup ## Print speed ratios against named peers.
	$(call say,Benchmarks)
	@for name in convolution backward batches grading; do \
	  echo "-- $$name"; PYTHONPATH=solutions:src $(PYTHON_IN_VENV) benchmarks/$$name.py; done

format: setup ## Format the code and the code in the pages.
	$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format .
	$(PYTHON_IN_VENV) -m coursekit.authoring.lint.page_code --fix $(PAGES)

# Versions only: neither addresses nor a header, so the file is the same everywhere.
# make lock LOCK=--upgrade takes the newest version of everything.
lock: ## Write requirements.txt and environment.yml from pyproject.toml.
	@test -x $(VENV)/bin/uv || $(MAKE) --no-print-directory setup
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --all-extras \
	  --no-emit-index-url --no-header --no-annotate -q $(LOCK) \
	  pyproject.toml -o requirements.txt
	$(PYTHON_IN_VENV) tools/write_environment.py

clean: ## Remove what was built; .venv stays.
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .jupyter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
