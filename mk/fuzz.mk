# SPDX-License-Identifier: MIT
# Input that is damaged or hostile: docs/security.md.

# ---- copies of a library with damage in them: tests/command/damage -----------------------------------------------------------
# One round is in `make test`.
DAMAGE_ROUNDS ?= 10

.PHONY: damage
damage: all deps-test
	@rm -rf $(B)/damage && mkdir -p $(B)/damage
	$(PYTHON) -B tests/command/damage/run.py $(B) $(B)/damage $(DAMAGE_ROUNDS)
