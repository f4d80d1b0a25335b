# make run    set up what a run needs, then read raw/ and publish warehouse/
# make test   set up what the checks need, then run them all
# make eval   score the quotes on the gold beside the checkout (../shared), with calibration and speed
# make soak   the long proofs of docs/reliability.md: crashes, kills, readers, a thousand runs
# make fuzz   a million generated and broken documents through decode, split and the rules of the rows
# make bench  the same articles through the floor, a pandas script, datatrove and Qawl: one table; BENCH="--rounds 1"
# make compile  translate transforms/ to machine code with mypyc, 1.7 to 1.9 times as fast; nothing needs it
# make lock   resolve the dependencies anew and write requirements/*.txt
# make clean  remove the environment and every cache; warehouse/ stays

PYTHON ?= python3
RAW ?= raw
WAREHOUSE ?= warehouse
BENCH ?=

VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock"
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python

# Compiled bytecode is kept: without it, importing the libraries takes half a minute at every run.
unexport PYTHONDONTWRITEBYTECODE
# An environment or a path of the caller's must not leak into ours.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.PHONY: run test eval soak fuzz bench compile lock clean
.DELETE_ON_ERROR:

run: $(VENV)/run.stamp
	@$(BIN)/qawl run "$(RAW)" "$(WAREHOUSE)"

test: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile

eval: $(VENV)/test.stamp
	@$(BIN)/python scripts/evaluate.py

soak: $(VENV)/test.stamp
	@$(BIN)/python -m tests.soak

fuzz: $(VENV)/test.stamp
	@$(BIN)/python -m scripts.fuzz --documents 1000000 --workers 2

bench: $(VENV)/bench.stamp
	@$(BIN)/python -m benchmarks $(BENCH)

compile: $(VENV)/test.stamp
	@$(BIN)/python -m scripts.compile

lock: $(VENV)/bootstrap.stamp
	$(COMPILE) $(UPGRADE) requirements/bootstrap.in -o requirements/bootstrap.txt
	$(COMPILE) $(UPGRADE) pyproject.toml -o requirements/run.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --extra dev --extra dask --extra s3 -c requirements/run.txt -o requirements/test.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --extra bench -c requirements/test.txt -o requirements/bench.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find benchmarks flows transforms tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: each is younger than what it was made from, so a second call does no set-up at all.
$(VENV)/bootstrap.stamp: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Qawl needs Python 3.11 or newer; $(PYTHON) is not. Name another one: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(VENV)/run.stamp: $(VENV)/bootstrap.stamp requirements/run.txt pyproject.toml
	$(INSTALL) --require-hashes --compile-bytecode -r requirements/run.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements/test.txt
	$(INSTALL) --require-hashes --compile-bytecode -r requirements/test.txt
	@touch $@

$(VENV)/bench.stamp: $(VENV)/test.stamp requirements/bench.txt
	$(INSTALL) --require-hashes --compile-bytecode -r requirements/bench.txt
	@touch $@
