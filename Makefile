# make run and make test need Go, make and a C compiler; everything else comes through the Go module proxy.

# A build by root in somebody else's clone must not fail because git refuses to read it. The version comes from the tag.
export GOFLAGS := -buildvcs=false $(filter-out -buildvcs%,$(GOFLAGS))
# DuckDB is a C++ library.
export CGO_ENABLED := 1

VERSION := $(shell git describe --tags --dirty 2>/dev/null)
LDFLAGS := $(if $(VERSION),-X main.version=$(VERSION))

REPORT := tapaudit-report
PERIOD := 2026Q3

.DEFAULT_GOAL := help
.PHONY: help build run test test-setup test-spark bench torture fuzz race fmt lint clean sample-logs toolchain

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: toolchain ## build bin/tapaudit
	go build -trimpath -ldflags "$(LDFLAGS)" -o bin/tapaudit ./cmd/tapaudit

run: build ## audit the sample logs and write a report (PERIOD, REPORT)
	bin/tapaudit run sample-logs/evidence --config sample-logs/tapaudit.yaml --period $(PERIOD) --out $(REPORT)
	@echo
	@echo "Open $(abspath $(REPORT))/report.html in a browser."

test: lint test-setup ## check format, vet, staticcheck, then run every test
	go test -timeout 30m ./...

# The browser tests need Chromium and axe-core, and the short form of make torture strace. Root of a Debian gets Chromium, npm and
# strace from it; everybody gets axe-core by the version and hash in package-lock.json.
BROWSER_TESTS := reports/testdata/browser
test-setup: ## install what the tests need
	@missing=; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing=chromium; \
	command -v npm >/dev/null || [ -e $(BROWSER_TESTS)/node_modules/axe-core/axe.min.js ] || missing="$$missing npm"; \
	command -v strace >/dev/null || [ "$$(uname)" != Linux ] || missing="$$missing strace"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	else \
		echo "The tests need $$missing. Install it (Debian, Ubuntu: apt-get install $$missing)."; exit 1; \
	fi
	@[ -e $(BROWSER_TESTS)/node_modules/axe-core/axe.min.js ] || npm ci --ignore-scripts --no-audit --no-fund --prefix $(BROWSER_TESTS)

# A lake's extract must judge as full evidence does on a real engine: Apache Spark with two workers, from PyPI, in a folder of
# its own. It needs Java 17 or newer and Python's venv, which root of a Debian gets from it.
SPARK := .spark
PYSPARK := 4.3.0
test-spark: toolchain spark-setup ## check that an extract made on Apache Spark gives the same findings as full evidence
	go vet -tags spark ./cmd/tapaudit
	TAPAUDIT_SPARK_PYTHON="$(CURDIR)/$(SPARK)/bin/python" go test -count=1 -tags spark -timeout 60m -v -run TestSameJudgementOnSpark ./cmd/tapaudit

.PHONY: spark-setup
spark-setup:
	@missing=; \
	command -v java >/dev/null || [ -n "$$JAVA_HOME" ] || missing=default-jre-headless; \
	python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	elif [ -n "$$missing" ]; then \
		echo "Spark needs $$missing. Install it (Debian, Ubuntu: apt-get install $$missing)."; exit 1; \
	fi
	@"$(SPARK)/bin/python" -c 'import pyspark, sys; sys.exit(pyspark.__version__ != "$(PYSPARK)")' 2>/dev/null || { \
		python3 -m venv --clear "$(SPARK)" && "$(SPARK)/bin/python" -m pip install --quiet --disable-pip-version-check pyspark==$(PYSPARK); }

lint: toolchain ## check format, vet and staticcheck
	@unformatted=$$("$$(go env GOROOT)/bin/gofmt" -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "not formatted; run 'make fmt':"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

bench: build ## measure speed and memory against what bounds them (BENCH=-large for ten times the data, and a million)
	go build -trimpath -o bin/bench ./cmd/bench
	go build -trimpath -o bin/samplelogs ./cmd/samplelogs
	bin/bench -tapaudit bin/tapaudit -samplelogs bin/samplelogs $(BENCH)

torture: test-setup toolchain ## kill it, fill its disks, feed it hostile files, watch its system calls (TORTURE=-large for a gigabyte, -only PART)
	go build -trimpath -o bin/tapaudit ./cmd/tapaudit
	go build -trimpath -o bin/samplelogs ./cmd/samplelogs
	go build -trimpath -o bin/torture ./cmd/torture
	bin/torture -tapaudit bin/tapaudit -samplelogs bin/samplelogs $(TORTURE)

# Minimising what is merely new takes longer than finding it, and on a busy machine ends a fuzzer.
FUZZTIME := 1m
fuzz: toolchain ## run every fuzzer for FUZZTIME (1m)
	@set -e; for package in $$(go list ./...); do \
		for name in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$name"; \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package; \
		done; \
	done

race: test-setup toolchain ## run every test under the race detector
	go test -race -timeout 120m ./...

fmt: ## format the Go code
	"$$(go env GOROOT)/bin/gofmt" -w .

clean: ## remove what build and run made
	rm -rf bin tapaudit-report $(SPARK)

sample-logs: toolchain ## write sample-logs anew, always the same
	go run ./cmd/samplelogs

# Says what is missing before the first command fails for a reason that is hard to read.
toolchain:
	@command -v go >/dev/null || { \
		echo "Go is missing. Install Go 1.26 or newer from https://go.dev/dl/ and put its bin folder on the PATH."; exit 1; }
	@go version >/dev/null || { \
		echo "This Go cannot build the module. Install Go 1.26 or newer from https://go.dev/dl/."; exit 1; }
	@set -- $$(go env CC); \
	if ! command -v "$$1" >/dev/null; then missing="a C compiler ($$1)"; \
	elif [ "$$(uname)" = Linux ] && [ "$$("$$@" -print-file-name=libstdc++.so)" = libstdc++.so ]; then missing="the C++ library of $$1"; \
	else exit 0; fi; \
	echo "DuckDB needs $$missing, which is missing. Install it:"; \
	echo "  Debian, Ubuntu: apt-get install build-essential"; \
	echo "  Fedora, RHEL:   dnf install gcc gcc-c++"; \
	echo "  macOS:          xcode-select --install"; \
	exit 1
