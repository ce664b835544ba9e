# Two commands matter: `make demo` and `make test`. Each installs all that it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .floorsight/stamps
PACKAGES := floorsight infra functions containers
SOURCES := shared infra functions containers tests benchmarks

.PHONY: demo test test-thorough check format setup setup-test lock docs clean bench-peers easyocr test-easyocr

demo: setup ## run the main job on this machine and show it
	$(BIN)/floorsight demo $(ARGS)

test: setup-test ## all tests
	$(BIN)/pytest -n 2 --dist worksteal tests/unit tests/property tests/contract tests/infra $(ARGS)
	npm test --silent
	$(BIN)/pytest $(SIDE_BY_SIDE) tests/e2e tests/integration tests/media $(ARGS)

# A process for each core, a cloud for each process; a file's tests stay together. The long ones come first.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

test-thorough: setup-test ## the property tests with all of their examples
	FLOORSIGHT_THOROUGH=1 $(BIN)/pytest -n 2 --dist worksteal tests/property $(ARGS)

check: setup ## format, lint, types, import rules, generated documents
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))
	$(BIN)/lint-imports
	$(BIN)/python -m infra.docs check
	npm run --silent check

format: setup ## put the code into form
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)
	npm run --silent format

docs: setup ## write the documents that are made from the code
	$(BIN)/python -m infra.docs write

setup: $(STAMPS)/python $(STAMPS)/node $(STAMPS)/console

setup-test: setup
	@command -v chromium >/dev/null || infra/local/install_packages chromium
	@command -v java >/dev/null || infra/local/install_packages default-jre-headless
	@command -v soffice >/dev/null || infra/local/install_packages libreoffice-calc-nogui
	$(BIN)/floorsight models pull --all
	$(BIN)/floorsight media pull --all

bench-peers: $(STAMPS)/bench-peers ## install the trackers that ours is compared with, in an environment of their own

PEERS := .floorsight/benchmarks
$(STAMPS)/bench-peers: benchmarks/requirements.txt
	@mkdir -p $(STAMPS)
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Its PyTorch is built for processors alone: a tenth of the bytes. PyPI has none of these builds; pip must know an index
# or a folder that has them (docs/models.md).
easyocr: $(STAMPS)/easyocr ## install the second backend that reads plates, in an environment of its own

EASYOCR := .floorsight/easyocr
$(STAMPS)/easyocr: requirements/easyocr.lock
	@mkdir -p $(STAMPS)
	$(PYTHON) -m venv --clear $(EASYOCR)
	$(EASYOCR)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || \
		{ echo "PyTorch for processors was not found? docs/models.md, Reading plates with EasyOCR, says what to do" >&2; exit 1; }
	@touch $@

test-easyocr: setup easyocr ## the tests of that backend, with its real weights
	$(BIN)/floorsight models pull --all
	$(BIN)/floorsight media pull --all
	PYTHONPATH=shared:. $(EASYOCR)/bin/python -m pytest --confcutdir=tests/easyocr -p no:cacheprovider tests/easyocr $(ARGS)

$(STAMPS)/python: requirements/dev.lock pyproject.toml
	@mkdir -p $(STAMPS)
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/node: package-lock.json
	@mkdir -p $(STAMPS)
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

# The page, whenever its sources or the API that its types are made from have changed.
CONSOLE := $(shell find console -type f -not -path "console/dist/*" -not -name openapi.d.ts)
$(STAMPS)/console: $(CONSOLE) docs/openapi.json $(STAMPS)/node
	npm run --silent build
	@touch $@

COMPILE := $(BIN)/uv pip compile --upgrade --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
PARTS := $(wildcard layers/*/requirements*.in containers/*/requirements*.in functions/*/requirements*.in)
lock: setup ## pin all dependencies anew, with hashes and without download addresses
	$(COMPILE) pyproject.toml --all-extras -o requirements/dev.lock
	$(COMPILE) benchmarks/requirements.in -c requirements/dev.lock -o benchmarks/requirements.txt
	for part in $(PARTS:.in=); do $(COMPILE) $$part.in -c requirements/dev.lock -o $$part.txt || exit 1; done
	$(COMPILE) requirements/easyocr.in -c requirements/dev.lock -o requirements/easyocr.lock
	# An environment of its own, with the boto3 it asks for; what a function runs on there is what its image has.
	$(COMPILE) requirements/emulator.in -c functions/analyse_image/requirements.txt -o requirements/emulator.lock

clean: ## remove everything that was made here
	rm -rf $(VENV) node_modules console/dist .floorsight models cdk.out* .pytest_cache .hypothesis .mypy_cache .ruff_cache
