# The clinical hub. Needs make, Python 3.11 to 3.13 and a package index; `make help` lists what it can do.
# Only relative names are used, so the folder may be called anything.

PYTHON_IN_USE = .venv/bin/python
# The first of these that runs and is of a version the lock was made for; PYTHON=... chooses another.
FIND_PYTHON = for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	then found=$$candidate; break; fi; done; \
	if [ -z "$$found" ]; then \
	echo "The clinical hub needs Python 3.11, 3.12 or 3.13, and none was found. Install one, or say PYTHON=/path/to/it."; \
	exit 1; fi

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test check bench docs lock

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: ## the virtual environment and its libraries, from requirements.lock
	@$(FIND_PYTHON); "$$found" hub/demo/bootstrap.py

demo: setup ## the whole hub on this machine; prints its address and sign-ins; Ctrl-C stops it
	@exec $(PYTHON_IN_USE) -m hub.demo run

demo-reset: setup ## forget the demo's data
	@$(PYTHON_IN_USE) -m hub.demo reset

test: setup ## all tests, on a PostgreSQL and a Valkey of their own, with a real browser
	@$(PYTHON_IN_USE) -m tests.chromium
	@$(PYTHON_IN_USE) -m pytest -n 2 --dist loadgroup $(PYTEST_ARGUMENTS)

check: setup ## format, lint, types, layers, templates, migrations, generated pages, lock, ceilings
	@$(PYTHON_IN_USE) .ci/check.py

bench: setup ## measure; writes docs/benchmarks.md
	@$(PYTHON_IN_USE) -m benchmarks

docs: setup ## write the pages that are generated from code
	@$(PYTHON_IN_USE) .ci/check.py --write-docs

# For maintainers, after a change of dependencies. Index settings of this machine are cleared so that nothing private
# gets into the lock; PUBLIC_INDEX=... says where to resolve from when the default cannot be reached.
WITHOUT_INDEX = env -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	-u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_FIND_LINKS
EXPORT = $(WITHOUT_INDEX) $(PYTHON_IN_USE) -m uv export --quiet --frozen --no-emit-project --no-header --format requirements.txt

lock: setup ## resolve the dependencies anew and write both locks
	$(WITHOUT_INDEX) $(PYTHON_IN_USE) -m uv lock $(if $(PUBLIC_INDEX),--default-index "$(PUBLIC_INDEX)")
	$(EXPORT) --all-groups -o requirements.lock
	$(EXPORT) --no-default-groups -o requirements-production.lock
