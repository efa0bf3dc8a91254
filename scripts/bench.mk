# The program of `make bench` for the exact solver: tests/bench/*.c and the chains of the tests, with the library.
ifndef BENCH
BENCH := $(wildcard tests/bench/*.c) tests/chains.c

$(BUILD)/tests/bench/run: $(call objects,$(LIBRARY) $(BENCH)) $(BUILD)/plot_scripts.o
	$(call say,LD $@,$(compile) $(LDFLAGS) -o $@ $^ $(LDLIBS))

-include $(patsubst %.o,%.d,$(call objects,$(BENCH)))
endif
