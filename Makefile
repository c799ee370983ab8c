# make demo    install what is missing, build, draw and explain a scene
# make test    install what is missing, run all tests
# make help    the rest
SHELL := /bin/bash
SWIFT ?= swift
# Headers and libraries the build needs, and PoCL, which runs the kernels on any CPU.
PACKAGES := build-essential pkg-config ocl-icd-opencl-dev opencl-headers pocl-opencl-icd libvips-dev libminizip-dev \
  libssl-dev zlib1g-dev libtiff-dev libpng-dev

# Where bench-peers installs PyTorch, zennit, captum and onnxruntime; a folder that has them is used as it is.
PEERS ?= .build/peers
TORCH := 2.13.0

.PHONY: help setup build demo test test-instructions lint format gallery bench bench-peers bench-residual bench-quantus peers experiments clean

help:
	@echo "make demo     install what is missing, build, draw a scene and explain it"
	@echo "make test     install what is missing and run all tests"
	@echo "make test-instructions  the library's tests again with kernels for AVX2 and for SSE4.1"
	@echo "make build    the command, optimised: .build/release/relprop"
	@echo "make lint     check the format; make format mends it"
	@echo "make bench    measure kernels, layers, composites, targets, scaling; BENCH=\"--results folder\" keeps the results"
	@echo "make experiments  repeat the seeds' experiments: Documentation/Experiments.md; EXPERIMENTS=\"--only aopc\" runs one"
	@echo "make bench-quantus  measure the removal of pixels beside quantus, and compare its scores with relprop's"
	@echo "make bench-residual  the same with residual networks"
	@echo "make bench-peers  measure beside zennit, captum, PyTorch and onnxruntime, which it installs into PEERS=$(PEERS)"

# Installs only what is missing; as root, or through sudo.
setup:
	@missing=$$(for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing: $$(echo $$missing)"; \
	  sudo=$$([ $$(id -u) = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

build: setup
	$(SWIFT) build -c release --product relprop

demo: build
	.build/release/relprop demo

# What failed is told once more at the end: the tests of a run print thousands of lines.
test: setup
	@mkdir -p .build; set -o pipefail; $(SWIFT) test --disable-xctest 2>&1 | tee .build/test.log || \
	  { echo; echo "What failed, of .build/test.log:"; grep -aE '✘|error:|FAILED|[Ff]atal' .build/test.log; exit 1; }

# The library's tests with kernels compiled for older processors, as PoCL of Debian and conda-forge can; another PoCL
# compiles for this one again.
test-instructions: setup
	for instructions in avx2 sse41; do \
	  POCL_KERNELLIB_NAME=$$instructions $(SWIFT) test --disable-xctest --filter RelevancePropagationTests || exit 1; \
	done

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Benchmarks

gallery: build
	.build/release/relprop gallery --output Documentation/Images/gallery --page README.md

# BENCH="layers --model vgg16.pth" runs one of them; BENCH="--help" tells the rest.
bench: setup
	$(SWIFT) build -c release --product relprop-bench
	.build/release/relprop-bench $(BENCH)

# EXPERIMENTS="--tell" only makes page and charts again, of the results that are there.
experiments: setup
	$(SWIFT) build -c release --product relprop-bench
	.build/release/relprop-bench experiments $(EXPERIMENTS)

# BENCH="--only seed --json results.json" and other options of bench_peers.py.
bench-peers: setup peers
	$(SWIFT) build -c release --product relprop-bench
	$(PEERS)/bin/python Benchmarks/peers/bench_peers.py --bench .build/release/relprop-bench $(BENCH)

# BENCH="--rounds 5 --json results.json".
bench-residual: setup peers
	$(SWIFT) build -c release --product relprop-bench
	$(PEERS)/bin/python Benchmarks/peers/bench_residual.py --bench .build/release/relprop-bench $(BENCH)

# BENCH="--experiments pixels --json results.json" and other options of bench_quantus.py.
QUANTUS ?= .build/quantus
bench-quantus: setup
	$(SWIFT) build -c release --product relprop
	$(SWIFT) build -c release --product relprop-bench
	@$(QUANTUS)/bin/python -c 'import torch, quantus, safetensors, PIL' 2>/dev/null || { \
	  set -e; \
	  echo "installing into $(QUANTUS): torch quantus safetensors"; \
	  python3 -m venv $(QUANTUS); \
	  $(QUANTUS)/bin/pip install --quiet torch==$(TORCH)+cpu || $(QUANTUS)/bin/pip install --quiet torch==$(TORCH); \
	  $(QUANTUS)/bin/pip install --quiet quantus==0.6.0 safetensors; \
	}
	$(QUANTUS)/bin/python Benchmarks/peers/compare_quantus.py --relprop .build/release/relprop
	$(QUANTUS)/bin/python Benchmarks/peers/bench_quantus.py --bench .build/release/relprop-bench \
	  --relprop .build/release/relprop $(BENCH)

# PyTorch for CPUs alone where the package index has it; zennit would ask for torchvision, which it does not need.
PEER_MODULES := torch zennit captum onnx onnxruntime safetensors
peers:
	@$(PEERS)/bin/python -c 'import sys, importlib.util; sys.exit(None in map(importlib.util.find_spec, sys.argv[1:]))' \
	  $(PEER_MODULES) 2>/dev/null || { \
	  set -e; \
	  echo "installing into $(PEERS): $(PEER_MODULES)"; \
	  python3 -m venv $(PEERS); \
	  $(PEERS)/bin/pip install --quiet torch==$(TORCH)+cpu || $(PEERS)/bin/pip install --quiet torch==$(TORCH); \
	  $(PEERS)/bin/pip install --quiet -r Benchmarks/peers/requirements.txt; \
	  $(PEERS)/bin/pip install --quiet --no-deps zennit==0.5.1; \
	}

clean:
	$(SWIFT) package clean
