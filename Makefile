# Two commands: `make demo` and `make test`. Each sets itself up; the second run is fast.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON      ?= python3
ARCH        ?= arm64
UV           = .local/uv/bin/uv
RUN          = .venv/bin/

.DEFAULT_GOAL := help
.PHONY: help demo test browser lint build validate fuzz clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/ready-demo ## the whole way once on a local AWS; ARGS="--once" ends there
	$(RUN)headwater demo $(ARGS)

test: lint browser .local/replay/ready ## lint, types, import contracts, template checks, tests
	$(RUN)pytest -q $(ARGS)

# The browser tests look at the report as people do. Without a browser they are skipped, and say so.
browser:
	@if command -v chromium >/dev/null; then exit 0; fi; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "installing Debian's Chromium for the browser tests (once) …"; \
		{ apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk; } >/dev/null 2>&1 && exit 0; \
	fi; \
	echo "no browser: the tests that need one are skipped; to run them: apt install chromium fonts-noto-cjk"

lint: .venv/ready-test
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)mypy tests
	$(RUN)lint-imports --no-logo
	$(RUN)cfn-lint infra/template.yaml

fuzz: .venv/ready-test ## ten thousand damaged pages for every parser (minutes)
	FUZZ_MUTATIONS=10000 $(RUN)pytest -q tests/unit/marketplaces/test_hostile.py -k "damaged or other_types"

build: .venv/ready-deploy ## the zips as AWS gets them (ARCH=arm64 or x86_64), and their sizes
	UV=$(abspath $(UV)) $(RUN)python infra/build.py --architecture $(ARCH)

validate: .venv/ready-deploy ## what `sam` thinks of the template
	cd infra && ../$(RUN)sam validate --lint --template template.yaml

clean: ## forget the environment, the local AWS and what they made
	rm -rf .venv .local out .aws-sam build

# uv comes by pip into a small environment of its own, so that nothing has to be there before.
$(UV):
	@echo "setting up (once) …"
	$(PYTHON) -c 'import sys; sys.exit("Headwater needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 …") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .local/uv
	.local/uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

SYNC = UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never $(UV) sync --quiet --frozen --inexact --python $(PYTHON)
LOCK = uv.lock pyproject.toml $(wildcard */*/pyproject.toml */pyproject.toml)

# Reference readers of our archives. Where they cannot be had, two tests are skipped, and say so.
.local/replay/ready: $(UV) tests/replay.txt .venv/ready-test
	@echo "setting up the replay tools (once) …"
	@{ $(UV) venv --quiet --clear --python $(RUN)python .local/replay && \
		$(UV) pip install --quiet --python .local/replay/bin/python --requirement tests/replay.txt && \
		touch $@; } || echo "no replay tools: the tests that need them are skipped"

.venv/ready-demo: $(UV) $(LOCK)
	$(SYNC) --no-default-groups --group local
	@touch $@

.venv/ready-test: $(UV) $(LOCK)
	$(SYNC)
	@touch $@ .venv/ready-demo

.venv/ready-deploy: $(UV) $(LOCK)
	$(SYNC) --group deploy
	@touch $@
