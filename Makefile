# The two commands that matter: `make run` serves, `make test` shows that it is right.
# What they need from the system they install themselves, and say so.

KILLS ?= 200
EXECUTIONS ?= 10000
RUNS ?= 1000
CYCLES ?= 200
SECONDS ?= 600
STEPS ?= 5000
PREFIX ?= /usr/local

.PHONY: build run install test sanitize coverage test-v2 soak bench fuzz format clean

build:
	@.ci/packages build
	swift build -c release
	@.ci/install-plugins .build/release tools.d
	@.ci/install-warm .build/release .build/release/warm

run: build
	@.ci/packages run
	exec .build/release/orien serve

install: build
	@.ci/install "$(DESTDIR)$(PREFIX)"

test:
	@.ci/packages build run test
	@$(MAKE) --no-print-directory .venv-schema .venv-chain
	@.ci/check

# The suites in Swift again: with the compiler's eyes on threads and on addresses; counting lines;
# and, with the built node, in a guest that has control groups of version 2 alone.
sanitize:
	@.ci/packages build run test
	@.ci/check --tier sanitize

coverage:
	@.ci/packages build run test
	@.ci/check --tier coverage

test-v2:
	@.ci/packages build run test guest
	@.ci/check --tier v2

soak: build
	@.ci/packages run test
	@$(MAKE) --no-print-directory .venv-chain
	python3 Tests/Chain/check.py --count 10000
	python3 Tests/Rigs/soak.py --kills $(KILLS)
	python3 Tests/Rigs/endure.py --executions $(EXECUTIONS)
	python3 Tests/Rigs/replace.py --seconds 60
	python3 Tests/Rigs/runs.py --runs $(RUNS)
	python3 Tests/Rigs/rentals.py --cycles $(CYCLES)
	ORIEN_SIMULATION_STEPS=$(STEPS) swift test --filter PaymentSimulationTests

bench: build
	@.ci/packages bench
	@$(MAKE) --no-print-directory .venv
	ORIEN_BENCH=1 swift build -c release --product bench-ledger
	ORIEN_BENCH=1 swift build -c release --product bench-workers
	ORIEN_BENCH=1 swift build -c release --product bench-ports
	ORIEN_BENCH=1 swift build -c release --product bench-streams
	python3 Tests/Bench/bench.py

# What the node is weighed against, what holds it to its document and to the types of those who read
# its tools, and a chain with what its client is held to, from PyPI; never in the node.
.venv: Tests/Bench/requirements.txt
.venv-schema: Tests/Schema/requirements.txt
.venv-chain: Tests/Chain/requirements.txt
.venv .venv-schema .venv-chain:
	python3 -m venv $@
	$@/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

fuzz:
	@.ci/packages build
	@Tests/Fuzz/fuzz.sh $(SECONDS)

format:
	swift format -i -r --configuration .swift-format Package.swift Sources Plugins Tests

clean:
	rm -rf .build .venv .venv-schema .venv-chain tools.d/*.so
