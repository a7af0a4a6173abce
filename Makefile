# `make run` and `make test` are all it takes: each installs the Debian packages that are missing, builds, and does its job.
#
#   make run                  builds the gateway and runs `gateway demo`; make run ARGS=--once passes options on
#   make test                 runs all tests
#   make bench                measures the gateway beside its peers; ARGS="--only intake --seconds 5" passes options on
#   make instructions         counts what a message costs and compares it with bench/instructions.json; ARGS=--accept writes that
#   make soak                 kills the gateway at random under load and checks that nothing is lost; ARGS="--kills 200" passes options on
#   make fuzz                 sends made-up inputs to everything that reads strangers' bytes; ARGS="--seconds 60 json" passes options on
#   make browser              uses the console in a headless Chromium, light and dark, wide and narrow; keeps pictures in .build/browser
#   make build                builds .build/debug/gateway
#   make release              builds .build/release/gateway, optimised; the machine that runs it needs no Swift
#   make monitoring           lets a real Prometheus read the gateway's metrics and checks the rules of docs/operations
#   make check                checks the mappings and runs their examples
#   make lint                 checks the source's format

.DEFAULT_GOAL := help
.PHONY: help run test bench instructions soak fuzz browser monitoring build release check lint packages

# Foundation needs libxml2 and libcurl, the stores SQLite and libpq, packed answers zlib.
PACKAGES := ca-certificates git libsqlite3-dev libpq-dev pkg-config=pkgconf libxml2-dev libcurl4-openssl-dev zlib1g-dev

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

run: build
	@.build/debug/gateway demo $(ARGS)

test: packages
	@.ci/install-packages postgresql setpriv=util-linux curl=curl java=openjdk-17-jdk-headless php-cli php-curl openssl nginx haproxy caddy apache2-bin
ifdef ARGS
	swift test $(ARGS)
else
	@# What only computes comes first: beside it, those that wait for sockets and processes would hardly get a turn.
	swift test --filter '^(MappingsTests|RulesTests)\.'
	swift test --skip-build --filter '^GatewayTests\.' --experimental-maximum-parallelization-width 16
endif

bench: packages
	@.ci/install-packages python3=python3 node=nodejs wrk=wrk taskset=util-linux
	swift build --configuration release --product gateway
	swift build --configuration release --product Bench
	@bench/run $(ARGS)

instructions: packages
	@.ci/install-packages python3=python3 node=nodejs valgrind=valgrind strip=binutils
	swift build --configuration release --product gateway
	swift build --configuration release --product Bench
	@bench/instructions $(ARGS)

soak: build
	swift build --product Soak
	swift build --product SoakClock
	@.build/debug/Soak $(ARGS)

fuzz: build
	@Tests/Fuzz/run $(ARGS)

browser: build
	@.ci/install-packages python3=python3 chromium=chromium chromedriver=chromium-driver
	@Tests/Browser/run $(ARGS)

build: packages
	swift build --product gateway

release: packages
	swift build --configuration release --static-swift-stdlib --product gateway

check: build
	.build/debug/gateway check mappings
	.build/debug/gateway test

monitoring: build
	@.ci/install-packages prometheus curl=curl python3=python3
	@.ci/check-monitoring

lint:
	swift format lint --strict --recursive Package.swift Plugins Sources Tests bench

packages:
	@.ci/install-packages $(PACKAGES)
