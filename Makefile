# The two commands: `make run` starts Bestand, `make test` checks everything. `make help` lists the rest.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
UV := .tools/venv/bin/uv
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml
PYTEST := $(BIN)/python -m pytest
ARGS ?=
ONLY ?=
KILLS ?=
SEED ?=

.PHONY: help run test setup env lint format types imports hooks frontend frontend-check \
	unit integration contracts architecture e2e torture bench texts lock dependencies build bundle-test clean

help: ## List the commands.
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: env ## Start Bestand from these sources (ARGS="--port 8600 umsatz.csv").
	@$(BIN)/bestand app run $(ARGS) || test $$? -eq 130  # Ctrl+C is how it is meant to end

test: lint types imports hooks frontend-check ## Check everything: style, types, floors, and all tests with coverage.
	$(PYTEST) --cov --cov-report= -n logical --dist loadfile --max-worker-restart=1 $(ARGS)
	$(BIN)/coverage report --skip-covered --include='core/*,storage/*,analysis/*,jobs/*' --fail-under=90
	$(PYTEST) tests/e2e $(ARGS)

setup: ## Prepare .venv for development.
	@scripts/bootstrap test

env:
	@scripts/bootstrap run

lint: setup ## Check formatting and style.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: setup ## Format the sources and mend what can be mended by itself.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup ## Check types.
	$(BIN)/mypy

imports: setup ## Check that the floors import downwards only.
	$(BIN)/lint-imports

hooks: setup ## Check the pre-commit configuration.
	$(BIN)/pre-commit validate-config .pre-commit-config.yaml

frontend: setup ## Build the components into app/components/assets.
	$(BIN)/python scripts/frontend.py build

frontend-check: setup ## Check the components' types, run their tests, and compare the built files.
	$(BIN)/python scripts/frontend.py check

unit integration contracts architecture e2e: setup ## Run one kind of test (ARGS="-k name").
	$(PYTEST) tests/$@ $(ARGS)

torture: setup ## Run the fault injection in its long form (KILLS=20 SEED=7 runs that much of the journal's).
	@test -n "$(KILLS)" || TORTURE=1 $(PYTEST) tests/torture --timeout=3600 -o faulthandler_timeout=7200 $(ARGS)
	@$(BIN)/python -m tests.torture.run $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

bench: setup ## Measure against the peers (ONLY=window|import|formats|readings|query|cache|commit|start).
	$(BIN)/python -m tests.performance.run $(if $(ONLY),--only $(ONLY)) $(ARGS)

lock: setup ## Resolve the dependencies anew and write the three locks.
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev -o requirements-dev.lock
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
		--group bootstrap -o requirements-bootstrap.lock

texts: setup ## Find new texts, write the catalogues of translations anew (ARGS=--missing lists what is left).
	$(BIN)/python -m scripts.texts $(ARGS)

dependencies: setup ## Write the facts in docs/dependencies.md anew from what is installed.
	$(BIN)/python scripts/dependency_facts.py

# What is packed must be unpacked at each start, a tenth of what the engine needs of the processor until it serves.
build: export PYINSTALLER_ZLIB_COMPRESSION_LEVEL = 0
build: setup ## Build the bundle into dist/bestand.
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller build.spec

bundle-test: setup ## Play the first journey through in the built bundle, on a virtual screen.
	BESTAND_BUNDLE=dist/bestand $(PYTEST) tests/e2e/native/test_j1_first_start.py $(ARGS)

clean: ## Remove what was built; the environments stay.
	rm -rf build dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
