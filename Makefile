# What can be made. `make demo` and `make test` need nothing but python3 and make: they set up the rest.
PYTHON ?= python3
DESTDIR ?=
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# What is started hundreds of times is compiled once, also where the environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check bench docs install switch uninstall clean

help:
	@echo "make demo       a lab to click on, at an address that it says, and the story of a day"
	@echo "make test       the whole test suite             (ARGS=\"-k laws\" for a part of it)"
	@echo "make check      format, lint, types, import map, and the pages made from the code"
	@echo "make bench      the figures; QUICK=1 for a moment of each"
	@echo "make docs       makes again the pages that are made from the code"
	@echo "make install    puts fabgate onto this machine, or upgrades it (as root; DESTDIR=folder for an image)"
	@echo "make switch     puts an upgrade in force that waited for an open session (as root)"
	@echo "make uninstall  takes fabgate away; configuration and books stay (as root)"
	@echo "make clean      removes what was made here"

demo: .venv/core .venv/demo
	@$(BIN)/fabgate demo

test: .venv/full
	@sh tests/packages.sh
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

check: .venv/full
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_imports.py
	$(BIN)/python docs/make.py --check
	$(BIN)/python hardware/draw.py --check
	$(BIN)/python hardware/cut.py --check

bench: .venv/full
	$(BIN)/python -m bench $(if $(filter-out 0,$(QUICK)),--quick)

docs: .venv/full
	$(BIN)/python docs/make.py
	$(BIN)/python hardware/draw.py
	$(BIN)/python hardware/cut.py

install switch uninstall:
	@DESTDIR="$(DESTDIR)" sh systemd/install.sh $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The demo needs the core alone; a Pi Zero should not have to fetch the test tools for it.
.venv/core: pyproject.toml | $(BIN)/pip
	@$(PIP) -e .
	@touch $@

# Its page wants a web server, and a broker: where there is no Mosquitto, one for PCs. Without, it tells the story.
.venv/demo: .venv/core
	@$(PIP) -e '.[web,xlsx,statements]' || $(PIP) -e '.[web]' || true
	@PATH="$$PATH:/usr/local/sbin:/usr/sbin" command -v mosquitto >/dev/null || $(PIP) -e '.[demo]' || true
	@touch $@

.venv/full: pyproject.toml Makefile | $(BIN)/pip
	@$(PIP) -e '.[test,check]'
	@$(PIP) --no-deps mfrc522==0.0.7  # what it depends on needs a compiler and a Pi; the tests stand in for it
	@touch .venv/core $@

$(BIN)/pip:
	@echo "fabgate: setting up .venv, once; this takes about a minute"
	@PYTHON="$(PYTHON)" sh systemd/venv.sh .venv
