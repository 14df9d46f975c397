# Lingjun: `make help` lists what can be made. Nothing here needs root.

PYTHON ?= python3
DB ?= db/training.db
HOST ?= 127.0.0.1
PORT ?= 8001
PUBLIC_PORT ?= 8002
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install install-test build demo serve serve-demo public check test lint schema lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "On Debian: sudo apt-get install python3-venv"; exit 1; }

$(VENV)/installed: $(BIN)/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

install: $(VENV)/installed ## Install what the programme needs, pinned with hashes, into .venv

install-test: $(VENV)/installed-test ## Install what its tests need, too

build: install ## Build the record (DB=path) from db/seed; again changes nothing
	$(BIN)/python scripts/build.py --db $(DB)

demo: build ## Build, fill a synthetic year and serve it on http://127.0.0.1:8001
	$(BIN)/python scripts/demo.py --db $(DB)
	@$(MAKE) --no-print-directory serve-demo

serve-demo:
	@echo
	@echo "  Open http://$(HOST):$(PORT)/ and sign in with an account of db/demo-accounts.csv (Ctrl+C stops)."
	@echo "  打开 http://$(HOST):$(PORT)/ ，用 db/demo-accounts.csv 里的账号登录（Ctrl+C 停止）。"
	@echo
	@$(BIN)/python scripts/serve.py --db $(DB) --host $(HOST) --port $(PORT)

serve: build ## Serve the record for real: no demo data, a first administrator with a one-time password
	@$(BIN)/python scripts/account.py first --db $(DB)
	@$(BIN)/python scripts/serve.py --db $(DB) --host $(HOST) --port $(PORT)

public: build ## Serve the public institution list alone, from its own process, on port 8002
	@$(BIN)/python scripts/serve.py --public --db $(DB) --host $(HOST) --port $(PUBLIC_PORT)

check: build ## Run every check of the notice; exit status 1 if one fails
	$(BIN)/python scripts/check.py --db $(DB)

test: install-test ## Run the tests (browser tests are skipped, and say so, without Chromium)
	$(BIN)/python -m pytest -n auto --dist loadfile -q

lint: install-test ## Check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

schema: build ## Write the picture of the schema to db/schema.sql
	$(BIN)/python scripts/schema.py

lock: ## Pin the dependencies again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml \
		--custom-compile-command "make lock" -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra test pyproject.toml \
		-c requirements.txt --custom-compile-command "make lock" -o requirements-test.txt

clean: ## Remove what was built: databases, demo files, the virtual environment
	rm -rf $(VENV) plugins/lingjun.egg-info db/*.db db/*.db-shm db/*.db-wal db/scopes db/uploads db/demo-rosters \
		db/demo-accounts.csv
	@echo "The keys (db/*.keys) are kept: without them sealed data can't be read."
