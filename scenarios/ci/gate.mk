# For a Makefile: `include gate.mk`, and `make gate` before what deploys, such as `deploy: gate`.
#
# Every failure of a command ends make with its own exit status, 2; the line that make prints has that of nines. Where
# the difference matters, as in the other files here, call nines itself.

SCENARIO  ?= release.yaml
GATE      ?= --time-limit 10m
GATE_FILE ?= gate

gate:
	nines gate $(SCENARIO) $(GATE) --report junit=$(GATE_FILE).xml --report json=$(GATE_FILE).json

.PHONY: gate
