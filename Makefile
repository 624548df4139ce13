# Frontdesk. `make` says what there is. PYTHON, PORT, SANDBOX_PORT, WORKERS, ARGS may be given: make run PORT=8100
PORT ?= 8000
SANDBOX_PORT ?= 8001
HOST ?= 127.0.0.1
ARGS ?=
# How many test files run at the same time; each worker has a PostgreSQL, a Redis and a demo of its own.
WORKERS ?= 2
PYTHON ?=
bin := .venv/bin

# Recorded deliveries of a real Cal.com; the tests that replay them are skipped where they are not.
ifneq ($(wildcard ../shared/calcom),)
CALCOM_FIXTURES ?= $(abspath ../shared/calcom)
export CALCOM_FIXTURES
endif

# Least share of app/ that the tests must reach. Without recorded deliveries some of it cannot be; a part of the tests proves nothing.
floor := $(if $(ARGS),0,$(if $(CALCOM_FIXTURES),95,90))

.PHONY: help install run test check format soak screenshots clean

help:            ## this list
	@awk -F ' *## ' '/^[a-z]+: .*##/ { sub(/:.*/, "", $$1); printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install:         ## everything into .venv: site, tests, checks (with uv when it is there, otherwise with pip)
	@PYTHON="$(PYTHON)" sh tools/install.sh all

run:             ## the demo, from a fresh machine: site, admin, simulated Cal.com, outbox
	@PYTHON="$(PYTHON)" sh tools/install.sh runtime
	@$(bin)/flask demo --host $(HOST) --port $(PORT) --sandbox-port $(SANDBOX_PORT) $(ARGS)

test: install    ## all tests, from a fresh machine: gets a browser, PostgreSQL, Redis and Caddy where it may
	@$(bin)/python -m tools.browser --get
	@$(bin)/python -m tools.services --get
	@$(bin)/python -m tools.proxy --get
	$(bin)/python -m pytest tests e2e -m "not soak" -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=15 --cov=app --cov-report=term --cov-fail-under=$(floor) $(ARGS)

check: install   ## lint, format, types, import contracts, templates, secrets
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy --strict app tools
	$(bin)/lint-imports --no-logo
	$(bin)/djlint app --lint --quiet
	$(bin)/python -m tools.secret_scan

format: install  ## writes the files as `make check` wants them
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

soak: install    ## the long forms: storms, kill points, permutations, a million rows
	@$(bin)/python -m tools.browser --get
	@$(bin)/python -m tools.services --get
	$(bin)/python -m pytest tests e2e -m soak $(ARGS)

screenshots: install ## every page and state at 390, 768 and 1280 px, light and dark, into screenshots/
	@$(bin)/python -m tools.browser --get
	$(bin)/python -m tools.screenshots $(ARGS)

clean:           ## removes .venv, caches and what the tests left; keeps instance/
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* screenshots test-results build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
