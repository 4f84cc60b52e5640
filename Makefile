# The two commands that matter: `make run` serves, `make test` shows that it is right.
# What they need from the system they install themselves, and say so.

KILLS ?= 200
SECONDS ?= 600

.PHONY: build run test soak bench fuzz format clean

build:
	@.ci/packages build
	swift build -c release
	@.ci/install-plugins .build/release tools.d

run: build
	@.ci/packages run
	exec .build/release/orien serve

test:
	@.ci/packages build run test
	@.ci/check

soak: build
	@.ci/packages run test
	python3 Tests/Rigs/soak.py --kills $(KILLS)

bench: build
	@.ci/packages bench
	@$(MAKE) --no-print-directory .venv
	ORIEN_BENCH=1 swift build -c release --product bench-ledger
	python3 Tests/Bench/bench.py

# What the node is weighed against, from PyPI; only here, never in the node.
.venv: Tests/Bench/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --requirement $<
	@touch .venv

fuzz:
	@.ci/packages build
	@Tests/Fuzz/fuzz.sh $(SECONDS)

format:
	swift format -i -r --configuration .swift-format Package.swift Sources Plugins Tests

clean:
	rm -rf .build .venv tools.d/*.so
