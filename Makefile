# Everything here sets itself up: a virtual environment from locked, hashed requirements.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CURRICLE := $(BIN)/python scripts/orchestration.py
SCOPE ?= templates/scopes/relational-databases.md
NAME ?= Relational databases
# The tests run the real Codex CLI. It is large, so one install serves every clone on the machine.
CODEX_VERSION := 0.169.0
CACHE_DIR := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/curricle
CODEX_DIR := $(CACHE_DIR)/codex-$(CODEX_VERSION)
# And the flow charts of the runbook are read by Mermaid itself.
MERMAID_VERSION := 11.17.2
MERMAID_DIR := $(CACHE_DIR)/mermaid-$(MERMAID_VERSION)

.PHONY: help setup run gate test capabilities codex mermaid bench faults runbook-drill docs lock clean

help: ## Show what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(VENV)/.runtime ## Make the virtual environment that running needs

run: $(VENV)/.runtime ## Compile a scope document into a run and show it (SCOPE=FILE NAME=TITLE)
	@run=$$($(CURRICLE) init "$(NAME)" 2>/dev/null) && \
	$(CURRICLE) run "$$run" --scope-file "$(SCOPE)" && \
	$(CURRICLE) export "$$run" --format html -o "runs/$$run.html" && \
	echo "page: file://$(CURDIR)/runs/$$run.html"

gate: $(VENV)/.dev codex mermaid ## Run every check: format, lint, types, imports, docs, tests with coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=scripts $(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/reference.py --check
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n 2 --dist worksteal
	@# A process that a test killed leaves half a file of data, which counts for nothing.
	@$(BIN)/coverage combine -q 2>/dev/null; rm -f .coverage.*
	@$(BIN)/coverage report --fail-under 90 --format total >/dev/null || $(BIN)/coverage report --fail-under 90
	@echo "branch coverage: $$($(BIN)/coverage report --format total) %"

test: $(VENV)/.dev codex mermaid ## Run the tests alone
	$(BIN)/pytest -n 2 --dist worksteal

capabilities: $(VENV)/.dev codex mermaid ## Run the tests and list the capabilities they prove
	$(BIN)/pytest -q -n 2 --dist worksteal --capabilities

codex: ## Install the Codex CLI that the tests run (needs npm)
	@test -n "$$CURRICLE_CODEX" || $(call npm,$(CODEX_DIR),@openai/codex@$(CODEX_VERSION))

mermaid: ## Install the Mermaid that reads the runbook's charts in the tests (needs npm)
	@$(call npm,$(MERMAID_DIR),mermaid@$(MERMAID_VERSION) jsdom@29.1.1)

bench: $(VENV)/.dev codex ## Measure, and write docs/benchmarks.md
	$(BIN)/python scripts/benchmark.py
	PYTHONPATH=scripts:tests $(BIN)/python tests/provider_benchmark.py
	PYTHONPATH=scripts:tests $(BIN)/python tests/evidence_benchmark.py
	PYTHONPATH=scripts:tests $(BIN)/python tests/triage_benchmark.py

faults: $(VENV)/.dev codex ## Run every fault of a provider, and write how each ends
	PYTHONPATH=scripts:tests $(BIN)/python tests/provider_faults.py

runbook-drill: $(VENV)/.dev codex ## Play every incident of the runbook, and write how each ends
	PYTHONPATH=scripts:tests $(BIN)/python tests/runbook_drill.py

docs: $(VENV)/.dev ## Generate the reference pages
	$(BIN)/python scripts/reference.py

lock: ## Renew the locked requirements (needs uv)
	uv pip compile -q -U --generate-hashes --universal --python-version 3.11 --no-header pyproject.toml -o requirements.lock
	uv pip compile -q -U --generate-hashes --universal --python-version 3.11 --no-header --group dev pyproject.toml -o requirements-dev.lock

clean: ## Remove what was set up
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .ruff_cache .hypothesis .pytest_cache

# What npm installs takes its place whole; two that install at once do not meet.
define npm
{ test -d "$(1)" || { command -v npm >/dev/null && mkdir -p "$(1).$$$$" \
  && npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$(1).$$$$" $(2) \
  && { test ! -d "$(1)" || rm -rf "$(1).$$$$"; } \
  && { test ! -d "$(1).$$$$" || mv "$(1).$$$$" "$(1)"; } && echo "installed: $(1)"; } \
|| { rm -rf "$(1).$$$$"; echo "not tested: what needs $(2), which npm could not install" >&2; \
  test "$$CI" != true; }; }
endef

define install
	@if command -v uv >/dev/null; then \
	  test -x $(BIN)/python || uv venv -q --python $(PYTHON) $(VENV); \
	  uv pip install -q --python $(BIN)/python --require-hashes -r $(1); \
	else \
	  test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1); \
	fi
	@$(BIN)/python -m compileall -q scripts
	@touch $@
endef

$(VENV)/.runtime: requirements.lock
	$(call install,requirements.lock)

$(VENV)/.dev: requirements-dev.lock
	$(call install,requirements-dev.lock)
	@touch $(VENV)/.runtime
