# Needs Python 3.11+ and make. Everything else is set up in .venv from the lock file.
PYTHON ?= python3
STAGE  ?= dev
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
UV     := uv==0.13.9

export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test up down check format bench synth deploy clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## virtual environment with locked dependencies, Node and the CDK CLI

$(READY): pyproject.toml uv.lock
	@echo "==> setting up $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Amana needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --disable-pip-version-check '$(UV)'; }
	@$(BIN)/uv sync --locked --inexact --quiet
	@touch $@

demo: $(READY) ## a conversation both ways on your machine, start to end, then clean up
	@$(BIN)/amana demo

test: $(READY) ## every test: unit, contracts, integration, infra, end to end
	@$(BIN)/python -m pytest tests

up: $(READY) ## start the local platform and leave it running (.amana/local.json)
	@$(BIN)/amana up

down: $(READY) ## stop the local platform
	@$(BIN)/amana down

check: $(READY) ## ruff, mypy strict, import-linter, nag gate, cfn-lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m infra.compliance

format: $(READY) ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(READY) ## the numbers we promise, printed and in bench-results.json
	@$(BIN)/python -m bench

synth: $(READY) ## CloudFormation templates of STAGE (dev, staging, prod) in cdk.out
	@$(BIN)/cdk synth --quiet --context stage=$(STAGE)

deploy: $(READY) ## cdk deploy STAGE into the AWS account of your credentials
	@$(BIN)/cdk deploy --all --context stage=$(STAGE)

clean: ## remove everything that was built here
	@rm -rf $(VENV) .build cdk.out .amana
