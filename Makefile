# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
#   make demo         set up .venv; rig animals, one from a clip, texture one, make a mesh of a sentence, paint a scene
#   make gallery      contact sheets into gallery/: Generate, animals from a clip and photos, Render, then Texture on four
#                     meshes (an hour on two processors)
#   make test         set up .venv, run all tests with Blender 4.5
#   make test-matrix  the Blender tests with 4.2, 4.5, 5.0 and (with a Python 3.13) 5.2
#   make benchmark    scores of the rig beside its peers
#   make release      the extension's zip and the static extension repository in dist/
#   make lint         ruff
#   make manifest     list the files of the extension in its manifest
#   make lock         pin again after a change of requirements/*.in
#   make clean        remove what was built, keep .venv; make distclean: remove .venv as well

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# bpy 4.2 to 5.0 run on Python 3.11 alone. A name in PATH may be a launcher that does not work, so each is tried.
PYTHON ?= $(shell for p in python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
SETUP := $(VENV)/.stamp-galatea

.PHONY: help setup demo gallery test test-matrix benchmark release lint manifest lock clean distclean

help:
	@sed -n 's/^#   //p' Makefile

## Set-up: one stamp file per step, written last, so an interrupted set-up goes on where it stopped.

setup: $(SETUP)

$(VENV)/.stamp-python:
	@test -n "$(PYTHON)" || { echo "Galatea needs Python 3.11 (python3.11 or python3 in PATH)." >&2; exit 1; }
	@"$(PYTHON)" tools/check_system.py
	@echo "Setting up $(VENV) (once; about 1.5 GB)"
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.stamp-dev: requirements/dev.txt | $(VENV)/.stamp-python
	@echo "  Blender 4.5 as a module, numpy, scipy, pytest"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# No hashes: pip takes the build of this exact version that the machine's index offers.
$(VENV)/.stamp-torch: requirements/torch.txt $(VENV)/.stamp-dev
	@echo "  torch"
	@$(PIP) -r requirements/torch.txt
	@touch $@

# Installed in place: code changes need no new set-up, only a change of the entry point does.
$(SETUP): pyproject.toml $(VENV)/.stamp-dev $(VENV)/.stamp-torch
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.stamp-ray: backend/locks/ray.txt $(SETUP)
	@echo "  Ray, for the tests of clusters"
	@$(PIP) --require-hashes -r backend/locks/ray.txt
	@touch $@

$(VENV)/.stamp-benchmark: requirements/benchmark.txt $(SETUP)
	@echo "  peers for the benchmark"
	@$(PIP) --require-hashes -r requirements/benchmark.txt
	@touch $@

## What people run

demo: $(SETUP)
	@"$(PYTHON)" tools/check_system.py
	@$(BIN)/python tools/demo.py

gallery: $(SETUP)
	@$(BIN)/python -m galatea.benchmarks.generate_gallery gallery/generate.jpg
	@$(BIN)/python -m galatea.benchmarks.animal_gallery gallery
	@$(BIN)/python -m galatea.benchmarks.render.gallery gallery/render
	@$(BIN)/python -m galatea.benchmarks.gallery gallery >/dev/null

test: $(VENV)/.stamp-ray
	@"$(PYTHON)" tools/check_system.py
	@$(BIN)/python tools/run_tests.py

test-matrix: $(SETUP)
	@"$(PYTHON)" tools/check_system.py
	@$(BIN)/python tools/test_matrix.py

benchmark: $(VENV)/.stamp-benchmark
	@$(BIN)/python tools/fetch_animals.py
	@$(BIN)/python -m galatea.benchmarks.rig

release: $(SETUP)
	@$(BIN)/python tools/release.py

lint: $(SETUP)
	@$(BIN)/ruff check .
	@$(BIN)/python tools/manifest_paths.py --check

manifest:
	@"$(PYTHON)" tools/manifest_paths.py

lock:
	@"$(PYTHON)" tools/lock.py

clean:
	rm -rf build demo dist gallery .pytest_cache .ruff_cache .matrix galatea.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV) .cache
