# `make help` lists what there is. Settings come from the environment: HOST PORT DATABASE_URL SMTP_HOST …, see README.md.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PYBABEL := $(BIN)/pybabel
CATALOGUES := $(wildcard coordapp/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)
SAY = @printf '\n\033[1m== %s\033[0m\n'

.PHONY: help run work sign-in test lint format lock translations bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) $(COMPILED) ## set up, fill in the demo county, start web server and mail sender
	@exec $(BIN)/flask serve --demo --end-with-parent

sign-in: $(READY) $(COMPILED) ## print fresh data for signing in to the demo county
	@$(BIN)/flask sign-in

test: $(READY) $(COMPILED) ## check everything: style, floors, types, translations, tests on both databases, browser
	$(SAY) 'programs of the system: chromium, postgresql'
	@sh tests/programs.sh
	$(SAY) 'style (ruff)'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	$(SAY) 'floors (import-linter)'
	@$(BIN)/lint-imports
	$(SAY) 'types (ty)'
	@$(BIN)/ty check
	$(SAY) 'tests on SQLite'
	@$(BIN)/python -m pytest -n 2 -m 'not browser'
	$(SAY) 'tests on PostgreSQL'
	@$(BIN)/python -m pytest -n 2 -m 'not browser and not once' --database=postgresql
	$(SAY) 'tests in Chromium'
	@$(BIN)/python -m pytest -n 2 --maxschedchunk=1 -m browser

lint: $(READY) ## check style, floors and types only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/ty check

format: $(READY) ## put the source into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

translations: $(READY) ## collect the texts of the site into the catalogues of all languages, compile them
	@$(PYBABEL) -q extract -F coordapp/translations/babel.cfg -k lazy_gettext -k _l -o .venv/messages.pot --no-location --sort-output --project coordapp .
	@for language in en ar fa ru uk; do \
	  test -f coordapp/translations/$$language/LC_MESSAGES/messages.po && deed=update || deed=init; \
	  $(PYBABEL) -q $$deed $$(test $$deed = init || echo --no-fuzzy-matching --ignore-obsolete) -i .venv/messages.pot -d coordapp/translations -l $$language -w 120 || exit 1; \
	done
	@$(PYBABEL) -q compile -d coordapp/translations

bench: $(READY) $(COMPILED) ## compare the site's speed with a bare Flask page under the same server
	@$(BIN)/python -m tests.bench

lock: ## pin the newest allowed versions of all packages with their hashes (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs the program uv (pip install uv).'; exit 1; }
	@uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --extra dev \
	  --custom-compile-command 'make lock' --output-file requirements.lock pyproject.toml

clean: ## remove what can be made again (never the data in instance/)
	@rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results $(COMPILED)
	@find static \( -name '*.br' -o -name '*.gz' \) -delete
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock
	@printf 'Setting up in .venv (once, takes a minute)\n'
	@sh -c 'command -v $(PYTHON) >/dev/null' || { echo 'Python 3.11 or newer is needed.'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed; name it with PYTHON=…'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && apt-get install -qy --no-install-recommends python3-venv; \
	  else echo 'The package python3-venv is missing: apt install python3-venv'; exit 1; fi; }
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

%.mo: %.po | $(READY)
	@$(PYBABEL) -q compile -i $< -o $@
