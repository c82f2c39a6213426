# Everything a person or a machine does to this checkout. `make` alone lists the targets.
# PYTHON=python3.12 chooses the interpreter for a new environment (3.11 or 3.12; found by itself otherwise).
.DEFAULT_GOAL := help
.PHONY: help install run lint check test test-all bench bench-gpu vllm quantize-env router browser clean
SHELL := /bin/sh
BIN := .venv/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/installed ## set the application up in .venv
.venv/installed: pyproject.toml constraints.txt tests/setup/install.sh
	@tests/setup/install.sh
	@touch $@

run: install ## ingest data/samples (or DOCS=folder), answer one question (QUESTION="..."), serve the chat (ONCE=1: stop before)
	@tests/setup/run.sh

lint: install ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint ## lint and the unit tests: under a minute
	$(BIN)/pytest -q tests/unit -m "not slow"

test: install vllm browser ## all that CI runs: everything but the slow suites
	$(BIN)/pytest -q -m "not slow"

test-all: install vllm browser ## the slow suites too: soak, kill, fuzz
	$(BIN)/pytest -q

bench: install ## measure speed and quality; results go to data/eval/results
	$(BIN)/python tests/bench/bench.py

bench-gpu: install vllm ## first token and throughput of Qwen3-4B on this machine's card; ARGS=--smoke tries the kit on a processor
	$(BIN)/python tests/bench/gpu.py $(ARGS)

vllm: install ## set vLLM up in .venv-vllm, for the GPU where there is one
	@PYTHON=$(CURDIR)/$(BIN)/python sh deploy/vllm/install.sh

quantize-env: install ## set llm-compressor up in .venv-quantize, for `manualdesk llm quantize`
	@PYTHON=$(CURDIR)/$(BIN)/python sh deploy/quantize/install.sh

router: install ## set vllm-router up in .venv-router, for several model servers (deploy/router)
	@PYTHON=$(CURDIR)/$(BIN)/python sh deploy/router/install.sh

browser: ## Chromium, Chinese fonts, Redis and PostgreSQL for the tests (Debian and Ubuntu, as root)
	@tests/setup/browser.sh

clean: ## remove the environments and caches; .manualdesk, the index, stays
	rm -rf .venv .venv-vllm .venv-quantize .venv-router .pytest_cache .mypy_cache .ruff_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
