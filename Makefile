# What one types here. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .build-venv
PYTHON := $(VENV)/bin/python
RELEASE := .build/release/chancery
DEBUG := .build/debug/chancery
# Further options for every `swift build` and `swift test`, such as -j 2.
SWIFT_FLAGS ?=

.PHONY: help demo test unit interop conformance bench fuzz prove lint format clean libraries

help: ## List the targets.
	@echo "Chancery: make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: libraries ## Build in release and show the main job on real input, line by line.
	@scripts/build release $(SWIFT_FLAGS)
	@CHANCERY=$(RELEASE) demo/run

test: unit interop conformance ## Run every test: unit tests, then the scenarios with real peers.

unit: libraries ## Run the unit tests.
	@scripts/toolchain
	swift test $(SWIFT_FLAGS)
	@$(MAKE) --no-print-directory prove-permissions DECISIONS=500000 RULE_SETS=10000

interop: libraries $(VENV)/ready ## Run the scenarios with real NATS servers and clients.
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY=$(DEBUG) $(PYTHON) -m pytest -q Tests/Interop

conformance: libraries $(VENV)/ready ## Play the scenarios on nats-server and on the broker, and compare.
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY=$(DEBUG) $(PYTHON) Tests/Conformance/run.py

bench: libraries $(VENV)/ready ## Measure the broker beside nats-server, pair by pair.
	@scripts/build release $(SWIFT_FLAGS)
	@Benchmarks/run
	@Benchmarks/run-credentials
	@Benchmarks/run-authorization

prove: libraries $(VENV)/ready prove-permissions ## Permissions against an oracle ten million times; the program killed two hundred times in the middle of changes.
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY_PROVE=1 CHANCERY=$(DEBUG) $(PYTHON) -m pytest -q Tests/Interop/test_audit.py
	@swift build -c release --product prove-subjects $(SWIFT_FLAGS)
	@.build/release/prove-subjects

# In release also for the tests' twentieth: the oracle takes forty times as long without optimisation.
DECISIONS ?= 10000000
RULE_SETS ?= 200000
.PHONY: prove-permissions
prove-permissions: libraries
	@PRODUCT=prove scripts/build release $(SWIFT_FLAGS)
	@.build/release/prove --decisions $(DECISIONS) --rule-sets $(RULE_SETS)

fuzz: libraries ## Feed every parser at least a million inputs from the toolchain's fuzzer.
	@scripts/toolchain
	@scripts/fuzz --inputs 1000000

lint: libraries ## Check formatting, and that every import is an arrow of the package.
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	swift build --build-tests --explicit-target-dependency-import-check error $(SWIFT_FLAGS)
	@scripts/check-text

format: ## Format all Swift files in place.
	swift format --in-place --recursive --parallel Package.swift Sources Tests

clean: ## Remove everything that was built or installed here.
	rm -rf .build .build-* Benchmarks/.build

# The C libraries, from Debian's packages. Quick when they are there.
libraries:
	@scripts/install-libraries

# The peers that the scenarios talk to, from PyPI, in an environment of their own.
$(VENV)/ready: Tests/Interop/requirements.txt
	@scripts/make-environment $(VENV) Tests/Interop/requirements.txt
