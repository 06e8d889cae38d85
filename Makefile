# One command per job. Every target installs what it needs into .venv, and only when its requirements changed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PEERS  := .bench
STAMPS := $(VENV)/.stamps
INSTALL = $$(test -x $(BIN)/uv && echo "$(BIN)/uv pip install -q --python $(BIN)/python" || echo "$(BIN)/python -m pip install -q")
LOG    ?= .run/training/log.jsonl
REGISTRY ?= models/store
SEEDS  ?= 50-52
COUNT  ?= 100000
SCHEDULES ?= 3000

.DEFAULT_GOAL := help
.PHONY: help run stop start test check fuzz train evaluate bench chaos lock clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(STAMPS)/run ## Start Kafka, the shop, the monitor and shoppers; DURATION=240 ends by itself with a table
	@$(BIN)/python -m deploy.local

stop: $(STAMPS)/run ## Stop one part of the run that goes on, as PART=orders: what does the monitor say?
	@$(BIN)/python -m deploy.local stop $(or $(PART),$(error say which part: PART=orders))

start: $(STAMPS)/run ## Start it again
	@$(BIN)/python -m deploy.local start $(or $(PART),$(error say which part: PART=orders))

test: $(STAMPS)/dev ## Run all tests, those with a real Kafka and a browser too
	@$(BIN)/python -m pytest tests models

check: $(STAMPS)/dev ## Lint, types, import rules, sizes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/architecture

fuzz: $(STAMPS)/dev ## Payloads nobody expects and schedules of crashes; COUNT=100000 SCHEDULES=3000, SEED=7 repeats one
	@$(BIN)/python -m tests.fuzz --count "$(COUNT)" $(if $(SEED),--seed "$(SEED)")
	@$(BIN)/python -m tests.simulation --schedules "$(SCHEDULES)" $(if $(SEED),--seed "$(SEED)")

train: $(STAMPS)/train ## Train, export, verify and promote all four models; LOG=FILE takes a recorded log
	@test -e "$(LOG)" || (mkdir -p "$(dir $(LOG))" && $(BIN)/python -m shop_services.traffic generate --days 24 --seed 7 --anomalies none -o "$(LOG)")
	@$(BIN)/python -m models train --log "$(LOG)" --registry "$(REGISTRY)" --promote
	@$(BIN)/python -m models verify "$(REGISTRY)"

evaluate: $(STAMPS)/dev ## Judge the detectors on shops nobody tuned to; SEEDS=1-3 takes others
	@$(BIN)/python -m tests.evaluation run --seeds "$(SEEDS)" --keep .run/evaluation --json .run/evaluation.json

bench: $(STAMPS)/dev $(PEERS)/.stamp ## Compare speeds with stock Faust, Bytewax and Quix Streams, as ratios taken in one run
	@$(BIN)/python -m tests.benchmarks --peers $(PEERS)/bin/python --json .run/benchmarks.json

chaos: $(STAMPS)/dev ## Kill workers and brokers under load, and look whether anything was lost or told twice
	@$(BIN)/python -m tests.chaos --json .run/chaos.json

lock: $(STAMPS)/uv ## Write the requirements files anew from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --generate-hashes pyproject.toml --extra shop --extra monitor --extra local --extra train --extra dev -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes pyproject.toml --extra shop --extra monitor --extra local --extra train -c requirements/dev.txt -o requirements/train.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes pyproject.toml --extra shop --extra monitor --extra local -c requirements/dev.txt -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --group bench -o requirements/bench.txt

clean: ## Remove the environment and everything a run has left
	@rm -rf $(VENV) $(PEERS) .run

$(STAMPS)/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 14) else f"Python {v.major}.{v.minor} is not supported: call make with PYTHON=python3.11, 3.12 or 3.13")'
	@echo "creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==0.13.9 || echo "uv is not to be had; pip does its work, slowly"
	@mkdir -p $(STAMPS) && touch $@

# A larger set contains the smaller ones, so installing it satisfies them too.
$(STAMPS)/%: requirements/%.txt pyproject.toml | $(STAMPS)/uv
	@echo "installing requirements/$*.txt"
	@$(INSTALL) --require-hashes -r requirements/$*.txt
	@$(INSTALL) --no-deps -e .
	@touch $@

# Other frameworks, for comparison, with pins of their own. Without them the benchmarks say so and go on.
$(PEERS)/.stamp: requirements/bench.txt | $(STAMPS)/uv
	@echo "installing requirements/bench.txt into $(PEERS)"
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt && touch $@ || echo "the frameworks to compare with are not to be had"
