# tocsin. `make` alone shows what there is. Everything runs in .venv, which tools/environment.py makes and mends.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:

# Options for the commands below: make assess ARGS="--theatre Afghanistan"; make test ARGS="-k store".
ARGS ?=
# The exact versions to install; `make LOCK= test` takes the newest that fit instead.
LOCK ?= requirements/lock.txt
# Processes that share the tests, each a file at a time; `make test WORKERS=0` runs them in one, as a debugger needs.
WORKERS ?= 2
# What `make test` runs, one target each.
TESTS := test-python
BENCHMARKS ?= benchmarks/*.py

# The Python that .venv is made from: PYTHON=/path/to/python3.12, or the first on the path that is new enough.
ifndef PYTHON
PYTHON = $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
endif

RUN := .venv/bin/python
SETUP = @python="$(PYTHON)"; \
	if ! "$${python:-false}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		found=`"$${python:-python3}" --version 2>&1` || found="not there"; \
		echo "tocsin set-up: Python 3.11 or newer is needed, and $${python:-python3} is $$found." \
			"Name one: make PYTHON=/path/to/python3.11 ..." >&2; \
		exit 2; \
	fi; \
	"$$python" tools/environment.py --lock "$(LOCK)"

.PHONY: help assess serve test test-python check lint types docs bench bench-rivalry-speed bench-rivalry-study bench-whatif bench-whatif-calibration bench-web lock clean core dev browser try-wheel

help: ## Show this list
	@echo "make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' Makefile

assess: core ## Assess the world's armed groups; ARGS="--theatre Afghanistan --top 5" passes options
	@$(RUN) -m tocsin assess $(ARGS)

serve: core ## Show the pages in the browser, on this machine only; ARGS="--port 8800 --open" passes options
	@$(RUN) -m tocsin serve $(ARGS)

test: $(TESTS) ## Run all tests, with the coverage of src; ARGS="-k store" passes options to pytest

test-python: dev browser
	$(RUN) -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term:skip-covered $(ARGS)

lint: dev ## Check style and format with ruff
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: dev ## Check the types with mypy
	$(RUN) -m mypy

docs: dev ## Build the documentation into site-docs/, offline; a link that leads nowhere is an error
	NO_MKDOCS_2_WARNING=true $(RUN) -m mkdocs build --strict
	@echo "documentation: site-docs/index.html"

check: lint types docs test ## Run everything that CI runs: lint, types, docs, test

bench: dev ## Run the benchmarks, one after the other; BENCHMARKS=benchmarks/startup.py runs one
	@failed=0; \
	for script in $(BENCHMARKS); do \
		echo "== $$script"; \
		$(RUN) "$$script" || failed=1; \
	done; \
	exit $$failed

bench-rivalry-speed: dev ## The one-lag model and its simulation beside R's surveillance, in one run
	@$(RUN) benchmarks/rivalry_speed.py $(ARGS)

bench-rivalry-study: dev ## Error rates of who answers whom, on simulated theatres, beside a naive fit
	@$(RUN) benchmarks/rivalry_study.py $(ARGS)

bench-whatif: dev ## The what-if simulation beside Mesa in one run, on a whole scenario, and the noise its options share
	@$(RUN) benchmarks/whatif_speed.py $(ARGS)

bench-whatif-calibration: dev ## Planted numbers of a scenario recovered, and Afghanistan's months of 2015-2020 reproduced
	@$(RUN) benchmarks/whatif_calibration.py $(ARGS)

bench-web: dev browser ## Fifty readers at once, a what-if run beside them, and how soon the overview can be used
	@$(RUN) benchmarks/web_load.py $(ARGS)

try-wheel: dev ## Install the wheel alone into a fresh environment and use it from an empty folder
	@$(RUN) tools/try_wheel.py --lock "$(LOCK)" $(ARGS)

core: ## Set up .venv with tocsin in it
	$(SETUP) core

dev: ## Set up .venv with tocsin and the tools for tests and checks
	$(SETUP) dev

browser: dev ## Find the Chromium that pages are tested in; as root on Debian it is installed where there is none
	@$(RUN) tools/browser.py

lock: ## Write the newest versions that fit together to requirements/lock.txt
	$(SETUP) lock

clean: ## Remove .venv and all that tests and tools leave behind; imported data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov dist build site-docs
	find src tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +
