# make book — build the site; make test — everything CI checks. See README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export OMP_NUM_THREADS := 1
export PYTHONHASHSEED := 0
SHELL := /bin/bash

.PHONY: help book test refresh lab new browser build clean

help:
	@echo "make book            책을 만듭니다 (_build/html/index.html)"
	@echo "make test            CI가 확인하는 모든 것을 확인합니다"
	@echo "make refresh         고친 장을 실행하고 노트북(.ipynb)을 새로 씁니다"
	@echo "make lab             JupyterLab에서 장을 엽니다"
	@echo "make new SLUG=이름    카탈로그에 있는 절의 새 장을 시작합니다"

book: $(STAMP)
	@start=$$(date +%s); \
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m booktools book \
	&& echo "make book: $$(( $$(date +%s) - start ))초 걸렸습니다. 여세요: $(CURDIR)/_build/html/index.html"

test: $(STAMP) browser
	@start=$$(date +%s); export PATH="$(CURDIR)/$(BIN):$$PATH"; set -e; \
	ruff check . ; \
	mypy --no-error-summary ; \
	pytest -q -n 2 --dist loadfile --nbval --nbval-sanitize-with booktools/notebooks/sanitize.cfg \
	  --doctest-modules lossbook tests chapters --ignore tests/site ; \
	python -m booktools stage ; \
	python -m booktools build ; \
	pytest -q -n 2 tests/site ; \
	echo "make test: 코드, 수식, 노트북, 문장, 그림, 사이트를 모두 확인했습니다. $$(( $$(date +%s) - start ))초 걸렸습니다."

refresh: $(STAMP)
	@$(BIN)/python -m booktools refresh $(CHAPTERS)

lab: $(STAMP)
	@$(BIN)/jupyter lab --notebook-dir=chapters

new: $(STAMP)
	@test -n "$(SLUG)" || { echo "SLUG를 주세요. 예: make new SLUG=l1-loss"; exit 1; }
	@$(BIN)/python -m booktools new "$(SLUG)"

browser: $(STAMP)
	@$(BIN)/python -m booktools browser

$(STAMP): requirements.txt pyproject.toml
	@command -v $(PYTHON) > /dev/null || { \
	  echo "$(PYTHON)이 없습니다. 파이썬 3.11 이상을 설치하거나 make PYTHON=/경로/python3으로 알려 주세요."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "파이썬 3.11 이상이 필요합니다. 지금은 $$($(PYTHON) --version)입니다."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || { \
	  echo "venv 모듈이 없습니다. Debian과 Ubuntu에서는 apt-get install python3-venv로 설치하세요."; exit 1; }
	@echo "환경을 준비합니다 ($(VENV)) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

clean:
	rm -rf _build
