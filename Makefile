# Everything a person runs. Needs Python 3.11 to 3.13 and make; what is about the playground page itself needs Node.js 20.19 or newer too.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
# Changes when the pins do, so that a second call installs nothing.
STAMP := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

PAGE := playground/page
NODE_STAMP := $(PAGE)/node_modules/.installed

.PHONY: help setup demo run doctor test check format bench soak page check-page test-browser screenshots clean

help:
	@echo "make demo    the whole bot against simulated VoIP.ms and Slack, in a terminal and on a page in the browser"
	@echo "make run     the bot with the settings of .env"
	@echo "make doctor  checks the set-up and says what to mend"
	@echo "make test    unit, contract and end-to-end tests, offline"
	@echo "make check   format, lint, types, manifest.yml, docs/commands.md"
	@echo "make bench   what is claimed about speed, measured"
	@echo "make soak    the long tests"
	@echo "With Node.js:"
	@echo "make page          builds the playground page into playground/static"
	@echo "make check-page    the built page is what its source says; its unit tests"
	@echo "make test-browser  drives the whole bot in Chromium"
	@echo "make screenshots   the pictures of the documentation, from the real program"

setup: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	@set -e; \
	if ! $(PY) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
		found=; \
		for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
			if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
				found=$$python; break; \
			fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "Python 3.11, 3.12 or 3.13 (with venv) is needed and was not found; make setup PYTHON=/path/to/python" >&2; exit 1; \
		fi; \
		echo "Setting up $(VENV) with $$("$$found" --version)"; \
		"$$found" -m venv --clear $(VENV); \
	fi
	$(PY) -m pip install --quiet -r requirements-dev.txt
	@touch $(STAMP)

demo: setup
	$(PY) bot.py demo

run: setup
	$(PY) bot.py

doctor: setup
	$(PY) bot.py doctor

# whatever the tests start over and over is compiled once
test: setup
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest

check: setup
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	@$(PY) bot.py manifest | cmp -s - manifest.yml || { echo "manifest.yml is not what the code says: $(PY) bot.py manifest > manifest.yml" >&2; exit 1; }
	@$(PY) -m handlers.guide | cmp -s - docs/commands.md || { echo "docs/commands.md is not what the code says: $(PY) -m handlers.guide > docs/commands.md" >&2; exit 1; }
	@echo "manifest.yml and docs/commands.md match the code"

format: setup
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: setup
	$(PY) -m benchmarks

soak: setup
	$(PY) -m pytest -m soak --hypothesis-profile=soak

$(NODE_STAMP): $(PAGE)/package.json $(PAGE)/package-lock.json
	@node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null \
		|| { echo "Node.js 20.19 or newer and npm are needed for this: https://nodejs.org (the demo itself does without)" >&2; exit 1; }
	cd $(PAGE) && npm ci --ignore-scripts --silent
	@touch $(NODE_STAMP)

page: $(NODE_STAMP)
	cd $(PAGE) && npm run --silent build

check-page: $(NODE_STAMP)
	cd $(PAGE) && npm run --silent types && npm run --silent test
	@set -e; built=$$(mktemp -d); trap 'rm -rf "$$built"' EXIT; \
	(cd $(PAGE) && npx --no-install vite build --logLevel warn --outDir "$$built/static"); \
	diff -rq playground/static "$$built/static" || { echo "playground/static is not what its source says: make page" >&2; exit 1; }
	@echo "playground/static matches its source"

test-browser: setup $(NODE_STAMP)
	$(PAGE)/chromium.sh
	cd $(PAGE) && npm run --silent test:browser

screenshots: setup $(NODE_STAMP)
	$(PAGE)/chromium.sh
	cd $(PAGE) && npm run --silent screenshots

clean:
	rm -rf $(VENV) $(PAGE)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
