# What one types here. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .build-venv
PYTHON := $(VENV)/bin/python
RELEASE := .build/release/chancery
DEBUG := .build/debug/chancery
# How many scenarios with real peers run at a time: most of them wait for a process to start.
WORKERS ?= 2
# Further options for every `swift build` and `swift test`, such as -j 2.
SWIFT_FLAGS ?=

.PHONY: help demo test unit interop conformance differential bench soak fuzz sanitize prove lint format clean install libraries

help: ## List the targets.
	@echo "Chancery: make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: libraries ## Build in release and show the main job on real input, line by line.
	@scripts/build release $(SWIFT_FLAGS)
	@CHANCERY=$(RELEASE) demo/run

test: unit interop conformance soak-briefly ## Run every test: unit tests, then the scenarios with real peers.

unit: libraries ## Run the unit tests.
	@scripts/toolchain
	@scripts/unit $(SWIFT_FLAGS)
	@$(MAKE) --no-print-directory prove-permissions DECISIONS=500000 RULE_SETS=10000

interop: libraries $(VENV)/ready ## Run the scenarios with real NATS servers and clients.
	@scripts/build debug $(SWIFT_FLAGS)
	@PRODUCT=witness scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY=$(DEBUG) $(PYTHON) -m pytest -q -n $(WORKERS) --dist loadfile Tests/Interop

conformance: libraries $(VENV)/ready ## Play the scenarios on nats-server and on the broker, and compare.
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY=$(DEBUG) $(PYTHON) Tests/Conformance/run.py
	@CHANCERY=$(DEBUG) $(PYTHON) Tests/Conformance/differential.py

# Changed sessions of the client protocol on both servers; the seed is printed.
differential: libraries $(VENV)/ready ## Play random sessions on nats-server and on the broker (DIFFERENTIAL_SESSIONS), and compare.
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY=$(DEBUG) $(PYTHON) Tests/Conformance/differential.py

bench: libraries $(VENV)/ready ## Measure the broker beside nats-server, keys and tokens, permissions, policies, the command line, and the service.
	@scripts/build release $(SWIFT_FLAGS)
	@Benchmarks/run
	@Benchmarks/run-credentials
	@Benchmarks/run-authorization
	@Benchmarks/run-policies
	@$(PYTHON) Benchmarks/run-administration
	@$(PYTHON) Benchmarks/run-policy-check
	@scripts/install-libraries wrk
	@$(PYTHON) Benchmarks/run-service

prove: libraries $(VENV)/ready prove-permissions prove-subjects prove-policies prove-leaks prove-changes prove-audit prove-service ## Permissions, subjects and policies against oracles, changes and the service against kills and power cuts.

# In release also for the tests' twentieth: the oracle takes forty times as long without optimisation.
DECISIONS ?= 10000000
RULE_SETS ?= 200000
.PHONY: prove-permissions prove-subjects prove-policies prove-leaks prove-changes prove-audit prove-service
prove-permissions: libraries
	@PRODUCT=prove scripts/build release $(SWIFT_FLAGS)
	@.build/release/prove --decisions $(DECISIONS) --rule-sets $(RULE_SETS)

prove-subjects: libraries
	@PRODUCT=prove-subjects scripts/build release $(SWIFT_FLAGS)
	@.build/release/prove-subjects

# What 500 generated policies say, and what both servers do.
# Then that 1,000 cosmetic edits change no claims, that 500 exported accounts read back as they were, and that an apply
# killed at every step of 50 plans is resumed or undone with access between the old and the new: of directories, and as
# clients of both servers see it.
prove-policies: libraries $(VENV)/ready
	@scripts/build debug $(SWIFT_FLAGS)
	@PRODUCT=witness scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY_PROVE=1 CHANCERY=$(DEBUG) $(PYTHON) -m pytest -q -s Tests/Interop/test_witness.py \
	    Tests/Interop/test_policies_killed.py
	@CHANCERY_PROVE=1 swift test $(SWIFT_FLAGS) --filter 'CosmeticEditTests|PolicyExporterTests|PolicyKillTests'

# Many at once, kills, power cuts, damage: nothing acknowledged is lost.
prove-changes: libraries $(VENV)/ready
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY_PROVE=1 CHANCERY=$(DEBUG) $(PYTHON) -m pytest -q \
	    Tests/Interop/test_prove.py Tests/Interop/test_bad_directory.py Tests/Interop/test_interchange.py
	@CHANCERY_PROVE=1 swift test $(SWIFT_FLAGS) --filter PowerCutTests

# Leaks of six kinds planted in sets of policies, and sets without any.
prove-leaks: libraries $(VENV)/ready
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY_PROVE=1 CHANCERY=$(DEBUG) $(PYTHON) -m pytest -q Tests/Interop/test_leaks.py

# Every refusal of a flood of 30 seconds is accounted for in the broker's log; in release, so that it is a flood.
prove-audit: libraries $(VENV)/ready
	@scripts/build release $(SWIFT_FLAGS)
	@CHANCERY_PROVE=1 CHANCERY=$(RELEASE) $(PYTHON) -m pytest -q -s Tests/Interop/test_decision_log.py

# Generated requests to every operation as every role; then 10,000 changes by 50 clients, many of them sent twice, while the
# service is killed.
prove-service: libraries $(VENV)/ready
	@scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY_PROVE=1 CHANCERY=$(DEBUG) $(PYTHON) -m pytest -q -s \
	    Tests/Interop/test_service_prove.py Tests/Interop/test_schemathesis.py

# How long, and with how many connections, where the machine allows as many open files.
SOAK_MINUTES ?= 5
SOAK_CONNECTIONS ?= 2000
soak: libraries $(VENV)/ready ## Abuse a broker for some minutes (SOAK_MINUTES) while the oracle judges every message.
	@scripts/build release $(SWIFT_FLAGS)
	@PRODUCT=judge scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY=$(RELEASE) $(PYTHON) Tests/Soak/soak.py --minutes $(SOAK_MINUTES) --connections $(SOAK_CONNECTIONS)

# A twentieth of it for every test; the seed is printed.
.PHONY: soak-briefly
soak-briefly: libraries $(VENV)/ready
	@scripts/build debug $(SWIFT_FLAGS)
	@PRODUCT=judge scripts/build debug $(SWIFT_FLAGS)
	@CHANCERY=$(DEBUG) $(PYTHON) Tests/Soak/soak.py --minutes 0.25 --connections 400

fuzz: libraries ## Feed every parser at least a million inputs from the toolchain's fuzzer.
	@scripts/toolchain
	@scripts/fuzz --inputs 1000000

# Each sanitizer's build has a folder of its own. Leaks are not looked for: what lives as long as the process counts as one,
# since pointers with Swift's tags are not seen; `make soak` watches the memory of a whole broker instead. Inputs that one
# thread reads are for the address sanitizer alone. The thread sanitizer also watches the whole broker while many
# connections come, go and change at once; it ends at the first report.
sanitize: libraries $(VENV)/ready ## Run the tests of the broker and of its log under the address and the thread sanitizer.
	@scripts/toolchain
	ASAN_OPTIONS=detect_leaks=0 swift test $(SWIFT_FLAGS) --sanitize address --scratch-path .build-asan \
	    --filter '^(AuditTests|BrokerTests|WireTests)\.'
	TSAN_OPTIONS='$(TSAN)' swift test $(SWIFT_FLAGS) --sanitize thread --scratch-path .build-tsan \
	    --filter '^(AuditTests|BrokerTests|WireTests)\.' --skip FuzzTests
	swift build $(SWIFT_FLAGS) --sanitize thread --scratch-path .build-tsan --product chancery
	@TSAN_OPTIONS='$(TSAN)' CHANCERY=.build-tsan/debug/chancery $(PYTHON) -m pytest -q Tests/Interop/test_loops.py \
	    -k chancery

TSAN = halt_on_error=1 suppressions=$(CURDIR)/scripts/thread-sanitizer.suppressions

lint: libraries ## Check formatting, and that every import is an arrow of the package.
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	swift build --build-tests --explicit-target-dependency-import-check error $(SWIFT_FLAGS)
	@scripts/check-text

format: ## Format all Swift files in place.
	swift format --in-place --recursive --parallel Package.swift Sources Tests

# DESTDIR for packagers. Nothing is started: `systemctl enable --now chancery` does that.
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
install: libraries ## Build in release and install the program, its completions and a systemd unit with its settings (PREFIX, SYSCONFDIR, DESTDIR).
	@scripts/build release $(SWIFT_FLAGS)
	install -D -m 0755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/chancery
	strip --strip-unneeded $(DESTDIR)$(PREFIX)/bin/chancery
	@mkdir -p $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(RELEASE) completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/chancery
	sed 's|@PREFIX@|$(PREFIX)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|' packaging/chancery.service >$(DESTDIR)$(PREFIX)/lib/systemd/system/chancery.service
	test -e $(DESTDIR)$(SYSCONFDIR)/chancery/serve.yaml || \
		install -D -m 0644 packaging/serve.yaml $(DESTDIR)$(SYSCONFDIR)/chancery/serve.yaml

clean: ## Remove everything that was built or installed here.
	rm -rf .build .build-* Benchmarks/.build

# The C libraries, from Debian's packages. Quick when they are there.
libraries:
	@scripts/install-libraries

# The peers that the scenarios talk to, from PyPI, in an environment of their own.
$(VENV)/ready: Tests/Interop/requirements.txt
	@scripts/make-environment $(VENV) Tests/Interop/requirements.txt
