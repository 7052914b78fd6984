# Needs git, make and Python 3.11; everything else is installed into .venv from the lock.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
BIN    := $(VENV)/bin
LOCK   := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
          --no-emit-find-links --no-annotate --custom-compile-command "make lock" --quiet

PLAYED := --extra postgres --extra excel --extra embedded --extra synthetic

.PHONY: install test long check format pages compile demo simulate chaos fuzz bench sbom bundle bundle-test lock upgrade clean

install: $(VENV)/installed  ## everything a developer needs, by hash

$(VENV)/installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

test: install  ## all tests that need no Docker, but for the long ones
	$(BIN)/python -m pytest -m "not containers and not long" --numprocesses 3 --dist loadfile $(ARGS)

long: install  ## tests that repeat at size what shorter ones hold: compiled wheels, every case of the bench, large files
	$(BIN)/python -m pytest -m "long and not containers" $(ARGS)

check: install .typing/liandong  ## style, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	MYPYPATH=.typing $(BIN)/mypy -p liandong
	PYTHONPATH=.typing $(BIN)/lint-imports
	$(BIN)/vulture --min-confidence 60

# tools that only read find the package through this link; it is never committed
.typing/liandong:
	@mkdir -p .typing && ln -s .. .typing/liandong

format: install  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pages: install  ## the pages and the picture of docs/ that are generated
	$(BIN)/python -m liandong.docs.generators.errors en > docs/errors.md
	$(BIN)/python -m liandong.docs.generators.errors zh > docs/zh/errors.md
	$(BIN)/python -m liandong.docs.generators.marked
	$(BIN)/python -m liandong schemas docs > docs/events.md
	$(BIN)/python -m liandong.docs.generators.asyncapi > docs/asyncapi.json
	$(BIN)/python -m liandong.topics.metrics.exposition > docs/metrics.md
	$(BIN)/python -m liandong.docs.generators.licences > docs/licences.md
	$(BIN)/python -m liandong.docs.generators.architecture > docs/images/architecture.svg

compile: install  ## the hottest modules as machine code, beside their sources, as wheels have them; `make clean` undoes it
	$(BIN)/python hatch_build.py

demo: install  ## the main job on an embedded Kafka; ends by itself
	$(BIN)/liandong demo $(ARGS)

simulate: install  ## the whole town in virtual time, by seed; ARGS="--seed 1 --worlds 100 --processes 2 --counters"
	$(BIN)/python -m liandong.tests.simulation $(ARGS)

chaos: install  ## incidents of every kind on a real Kafka, recounted; ARGS="--list", ARGS="--seed 1 killed"
	$(BIN)/python -m liandong.tests.chaos $(ARGS)

fuzz: install  ## every reader of foreign bytes for a while, led by coverage; ARGS="--seconds 600 check-body"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/fuzz/requirements.lock
	$(BIN)/python -m liandong.tests.fuzz $(ARGS)

bench: compile  ## measurements; takes minutes
	$(BIN)/liandong bench $(ARGS)

sbom: install  ## all that is delivered with versions and licences, as CycloneDX, in dist/
	$(BIN)/python -m liandong.bundle.materials

bundle: install  ## one archive in dist/ that installs and plays the demo on a machine without network
	$(BIN)/python -m liandong.bundle.archive $(ARGS)

bundle-test: bundle  ## install it where there is no network and play the demo; takes minutes
	LIANDONG_BUNDLE=$$(ls -t dist/liandong-bundle-*.tar.gz | head -n 1) $(BIN)/python -m pytest -m bundle tests/bundle

lock: install  ## after a change of dependencies in pyproject.toml; keeps versions that still fit
	$(LOCK) $(NEWER) pyproject.toml --extra postgres --extra excel --output-file requirements.lock
	$(LOCK) $(NEWER) pyproject.toml $(PLAYED) --constraint requirements.lock --output-file requirements-demo.lock
	$(LOCK) $(NEWER) pyproject.toml --all-extras --constraint requirements-demo.lock --output-file requirements-dev.lock
	$(LOCK) $(NEWER) --group build --constraint requirements-dev.lock --output-file requirements-build.lock
	$(LOCK) $(NEWER) tests/clients/requirements.in --output-file tests/clients/requirements.lock
	$(LOCK) $(NEWER) tests/fuzz/requirements.in --output-file tests/fuzz/requirements.lock

upgrade: install  ## newest versions of everything
	$(MAKE) --no-print-directory lock NEWER=--upgrade

clean:  ## what builds and tests leave behind
	rm -rf $(VENV) .typing dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .fuzz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . \( -name .git -o -name .venv \) -prune -o \( -name '*.so' -o -name '*.pyd' \) -exec rm -f {} +
