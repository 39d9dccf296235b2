# Build rules that `sam build` calls through the Makefile of each folder, without Docker.
# The layer carries headwater and its locked dependencies; a function's zip carries only what the
# layer does not, both computed from uv.lock. boto3 comes with the Lambda runtime.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c

REPO := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)
UV   ?= uv
ARCH ?= arm64
PYTHON_VERSION ?= 3.13

PLATFORM_arm64  := aarch64-manylinux_2_28
PLATFORM_x86_64 := x86_64-manylinux_2_28

EXPORT  := $(UV) export --quiet --project $(REPO) --frozen --no-dev --no-emit-workspace \
           --no-hashes --no-annotate --no-header --prune boto3 --prune botocore
INSTALL := $(UV) pip install --quiet --no-deps --python-version $(PYTHON_VERSION) \
           --python-platform $(PLATFORM_$(ARCH)) --only-binary :all: --no-compile-bytecode
WHEEL   := $(UV) build --quiet --wheel --out-dir
LAYER   := --package headwater --extra aws

# Bytecode halves the import time, but only 3.13 can write what 3.13 reads.
PYTHON313 ?= $(shell $(UV) python find --no-project 3.13 2>/dev/null)
COMPILE = $(if $(PYTHON313),$(PYTHON313) -m compileall -q --invalidation-mode unchecked-hash $(1),\
          echo "no Python 3.13 here: the zip goes without bytecode and starts slower" >&2)

work = $(ARTIFACTS_DIR).work

# $(call layer-build): what every function shares, below python/.
define layer-build
	rm -rf "$(work)" && mkdir -p "$(work)"
	$(EXPORT) $(LAYER) > "$(work)/requirements.txt"
	$(WHEEL) "$(work)/wheel" "$(REPO)/layers/core"
	$(INSTALL) --target "$(ARTIFACTS_DIR)/python" --requirement "$(work)/requirements.txt" "$(work)"/wheel/*.whl
	git -C "$(REPO)" describe --always --abbrev=40 --dirty=-changed --exclude='*' \
		> "$(ARTIFACTS_DIR)/python/headwater/COMMIT" 2>/dev/null || \
		echo unknown > "$(ARTIFACTS_DIR)/python/headwater/COMMIT"
	$(call COMPILE,"$(ARTIFACTS_DIR)/python")
	rm -rf "$(work)"
endef

# $(call function-build,package,folder): the handler and what the layer does not hold.
define function-build
	rm -rf "$(work)" && mkdir -p "$(work)"
	$(EXPORT) $(LAYER) | sort > "$(work)/layer.txt"
	$(EXPORT) --package $(1) | sort | comm -23 - "$(work)/layer.txt" > "$(work)/requirements.txt"
	$(WHEEL) "$(work)/wheel" "$(REPO)/$(2)"
	$(INSTALL) --target "$(ARTIFACTS_DIR)" --requirement "$(work)/requirements.txt" "$(work)"/wheel/*.whl
	$(call COMPILE,"$(ARTIFACTS_DIR)")
	rm -rf "$(work)"
endef

# $(call whole-build,package and extras,folder): the handler with everything, always for x86_64.
define whole-build
	rm -rf "$(work)" && mkdir -p "$(work)"
	$(EXPORT) --package $(1) > "$(work)/requirements.txt"
	$(WHEEL) "$(work)/wheel" "$(REPO)/$(2)"
	$(WHEEL) "$(work)/wheel" "$(REPO)/layers/core"
	$(subst $(PLATFORM_$(ARCH)),$(PLATFORM_x86_64),$(INSTALL)) --target "$(ARTIFACTS_DIR)" \
	    --requirement "$(work)/requirements.txt" "$(work)"/wheel/*.whl
	$(call COMPILE,"$(ARTIFACTS_DIR)")
	rm -rf "$(work)"
endef
