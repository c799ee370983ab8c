# make demo    install what is missing, build, draw and explain a scene
# make test    install what is missing, run all tests
# make help    the rest
SHELL := /bin/bash
SWIFT ?= swift
# Headers and libraries the build needs, and PoCL, which runs the kernels on any CPU.
PACKAGES := build-essential pkg-config ocl-icd-opencl-dev opencl-headers pocl-opencl-icd libvips-dev libminizip-dev \
  libssl-dev

.PHONY: help setup build demo test lint format gallery bench clean

help:
	@echo "make demo     install what is missing, build, draw a scene and explain it"
	@echo "make test     install what is missing and run all tests"
	@echo "make build    the command, optimised: .build/release/relprop"
	@echo "make lint     check the format; make format mends it"
	@echo "make bench    time explanations; BENCH=\"--model vgg16.pth --image photo.jpg\" for your own"

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

test: setup
	$(SWIFT) test --disable-xctest

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Benchmarks

gallery: build
	.build/release/relprop gallery --output Documentation/Images/gallery --page README.md

bench: build
	python3 Benchmarks/time_explain.py .build/release/relprop $(BENCH)

clean:
	$(SWIFT) package clean
