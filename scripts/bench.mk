# The programs of `make bench`, linked with the library: tests/bench/*.c with the chains of the tests for the exact
# solver, scripts/bench/*.c for the engines.
ifndef BENCH
BENCH   := $(wildcard tests/bench/*.c) tests/chains.c
ENGINES := $(wildcard scripts/bench/*.c)

bench-programs: $(BUILD)/tests/bench/run $(BUILD)/scripts/bench/run

$(BUILD)/tests/bench/run: $(call objects,$(LIBRARY) $(BENCH)) $(BUILD)/plot_scripts.o $(BUILD)/linked
	$(call link)

$(BUILD)/scripts/bench/run: $(call objects,$(LIBRARY) $(ENGINES)) $(BUILD)/plot_scripts.o $(BUILD)/linked
	$(call link)

-include $(patsubst %.o,%.d,$(call objects,$(BENCH) $(ENGINES)))

.PHONY: bench-programs
endif
