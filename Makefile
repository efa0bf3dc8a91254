# nines: predicts what a rollout costs in downtime. `make demo` and `make test` are all that a newcomer needs.
VARIANT ?= release
BUILD   := build/$(VARIANT)
PREFIX  ?= /usr/local
CC      ?= gcc

CFLAGS_release := -O2 -DNDEBUG
CFLAGS_debug   := -O0 -g3
CFLAGS_test    := -O2 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# -ffp-contract=off: the same bits on every processor of a kind; see sim/engine.
CFLAGS  += -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -ffp-contract=off -fopenmp -Isim -I. $(CFLAGS_$(VARIANT))
LDLIBS  := -lgsl -lgslcblas -lcsv -lyaml -lm

LIBRARY := $(filter-out sim/cli/main.c,$(wildcard sim/*/*.c models/*.c))
PLOTS   := $(wildcard scripts/plots/*.gp)
TESTS   := $(wildcard tests/*.c)
objects  = $(patsubst %.c,$(BUILD)/%.o,$(1))

all: $(BUILD)/nines

$(BUILD)/nines: $(call objects,$(LIBRARY) sim/cli/main.c) $(BUILD)/plot_scripts.o
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/run: $(call objects,$(LIBRARY) $(TESTS)) $(BUILD)/plot_scripts.o
	$(CC) $(CFLAGS) -o $@ $^ -lcunit $(LDLIBS)

# The program carries the gnuplot scripts, so that it finds them wherever it is installed.
$(BUILD)/plot_scripts.o: $(PLOTS)
	@mkdir -p $(@D)
	{ echo '#include "report/gnuplot.h"'; echo '#define LINES (const char *const[])'; \
	  echo 'const struct plot_script plot_scripts[] = {'; \
	  for f in $(PLOTS); do echo "{\"$${f##*/}\", LINES{"; sed 's/[\\"]/\\&/g; s/.*/"&\\n",/' $$f; echo '0}},'; done; \
	  echo '{0, 0}};'; } > $(BUILD)/plot_scripts.c
	$(CC) $(CFLAGS) -c -o $@ $(BUILD)/plot_scripts.c

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find build -name '*.d' 2>/dev/null)

test: all
	$(MAKE) VARIANT=test build/test/tests/run
	build/test/tests/run

clean:
	rm -rf build

.PHONY: all test clean
