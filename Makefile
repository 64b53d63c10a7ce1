# Everything a person runs. Needs Python 3.11 to 3.13 and make, nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
# Changes when the pins do, so that a second call installs nothing.
STAMP := $(VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo run doctor test check format bench soak clean

help:
	@echo "make demo    the whole bot against simulated VoIP.ms and Slack"
	@echo "make run     the bot with the settings of .env"
	@echo "make doctor  checks the set-up and says what to mend"
	@echo "make test    unit, contract and end-to-end tests, offline"
	@echo "make check   format, lint, types, manifest.yml"
	@echo "make bench   what is claimed about speed, measured"
	@echo "make soak    the long tests"

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

test: setup
	$(PY) -m pytest

check: setup
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	@$(PY) bot.py manifest | cmp -s - manifest.yml || { echo "manifest.yml is not what the code says: $(PY) bot.py manifest > manifest.yml" >&2; exit 1; }
	@echo "manifest.yml matches the code"

format: setup
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: setup
	$(PY) -m benchmarks

soak: setup
	$(PY) -m pytest -m soak --hypothesis-profile=soak

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
