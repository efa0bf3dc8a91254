# nines: predicts what a release costs in downtime. `make demo` and `make test` are all that a newcomer needs.
#
# Each VARIANT has its own folder under build/, so that none needs a `make clean`; a change of flags rebuilds by itself.

VARIANT ?= release
BUILD   := build/$(VARIANT)
PREFIX  ?= /usr/local
DESTDIR ?=

export LC_ALL := C

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG := $(firstword $(shell for c in clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; \
             do command -v $$c; done) clang)

optimize_release := -O2 -DNDEBUG
optimize_debug   := -O0 -g3
optimize_test    := -O2 -g
optimize_lint    := -O2 -Werror
optimize_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
optimize_tsan    := -O1 -g -fsanitize=thread
optimize_cov     := -O0 -g --coverage

ifeq ($(origin optimize_$(VARIANT)),undefined)
$(error VARIANT is release, debug, test, lint, asan, tsan or cov, not $(VARIANT))
endif

# As release, whatever else is built.
kernel_optimize := $(if $(filter -O2,$(optimize_$(VARIANT))),-O3)

# gcc's thread sanitizer does not know libgomp and reports races that are none; clang with its own OpenMP does not.
ifeq ($(VARIANT),tsan)
CC := $(CLANG)
endif

# -ffp-contract=off: the same bits on every processor of a kind; see sim/engine.
FLAGS  := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
          -ffp-contract=off -fopenmp -Isim -I. $(optimize_$(VARIANT))
LDLIBS := -lgsl -lgslcblas -lcsv -lyaml -lm

LIBRARY := $(filter-out sim/cli/main.c,$(wildcard sim/*/*.c models/*.c))
PLOTS   := $(wildcard scripts/plots/*.gp)
TESTS   := $(wildcard tests/*.c)
objects  = $(patsubst %.c,$(BUILD)/%.o,$(1))
OBJECTS := $(call objects,$(LIBRARY) sim/cli/main.c)

compile  = $(CC) $(FLAGS) $(OWN) $(CPPFLAGS) $(CFLAGS)

# The lanes' inner loop is compiled for three kinds of vectors, one of which is chosen at start.
# -fno-trapping-math: comparisons of what is no number need not raise flags; values do not depend on it.
kernel = $(BUILD)/sim/engine/kernel_$(1).o: OWN = -Wno-psabi -fno-trapping-math $(2)
$(eval $(call kernel,baseline,$(kernel_optimize)))
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
$(eval $(call kernel,avx2,-mavx2 $(kernel_optimize)))
$(eval $(call kernel,avx512,-mavx512f -mavx512dq -mavx512vl -mavx512bw $(kernel_optimize)))
endif

# Commands are shown in short; `make V=1` shows them in full.
ifeq ($(V),1)
say = $(2)
else
say = @echo '  $(1)'; $(2)
endif

all: $(BUILD)/nines $(BUILD)/nines.1 $(BUILD)/nines.bash

help:
	@echo 'make          build build/release/nines'
	@echo 'make demo     install what is missing, build, and simulate scenarios/checkout.yaml'
	@echo 'make test     install what is missing, build, and run all tests'
	@echo 'make lint     check layers, size of functions, style; compilers and cppcheck must be silent'
	@echo 'make asan     all tests under the address and undefined behaviour sanitizers'
	@echo 'make tsan     all tests under the thread sanitizer'
	@echo 'make cov      line coverage of all tests, by gcov'
	@echo 'make fuzz     fuzz the readers of files'
	@echo 'make bench    measure the speed'
	@echo 'make stat     long statistical checks of the simulation'
	@echo 'make install  install under PREFIX ($(PREFIX)), or DESTDIR/PREFIX; make uninstall takes it away'
	@echo 'make deps     install the packages that building and testing need'
	@echo 'make clean    remove build/'
	@echo 'VARIANT=release|debug|test|lint|asan|tsan|cov builds in another way; V=1 shows the commands'

link = $(call say,LD $@,$(compile) $(LDFLAGS) -o $@ $(filter %.o,$^) $(1) $(LDLIBS))

$(BUILD)/nines: $(OBJECTS) $(BUILD)/plot_scripts.o $(BUILD)/linked
	$(call link)

$(BUILD)/tests/run: $(call objects,$(LIBRARY) $(TESTS)) $(BUILD)/plot_scripts.o $(BUILD)/linked
	$(call link,-lcunit)

# The program carries the gnuplot scripts, so that it finds them wherever it is installed.
$(BUILD)/plot_scripts.c: $(PLOTS) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "report/gnuplot.h"'; echo '#define LINES (const char *const[])'; \
	  echo 'const struct plot_script plot_scripts[] = {'; \
	  for f in $(PLOTS); do echo "{\"$${f##*/}\", LINES{"; sed 's/[\\"]/\\&/g; s/.*/"&\\n",/' $$f; echo '0}},'; done; \
	  echo '{0, 0}};'; } >$@.new && mv $@.new $@

$(BUILD)/plot_scripts.o: $(BUILD)/plot_scripts.c $(BUILD)/flags | build/checked
	$(call say,CC $@,$(compile) -c -o $@ $<)

$(BUILD)/%.o: %.c $(BUILD)/flags | build/checked
	@mkdir -p $(@D)
	$(call say,CC $@,$(compile) -MMD -MP -c -o $@ $<)

$(BUILD)/nines.1: $(BUILD)/nines
	@$< help --manual >$@.new && mv $@.new $@

$(BUILD)/nines.bash: $(BUILD)/nines
	@$< help --completion bash >$@.new && mv $@.new $@

# Each changes when what it holds does, and only then: what is compiled with, and what is linked.
held_flags  = $(compile)
held_linked = $(LDFLAGS) $(LDLIBS) $(OBJECTS) $(TESTS)

$(BUILD)/flags $(BUILD)/linked: always
	@mkdir -p $(@D)
	@echo '$(held_$(@F))' | cmp -s - $@ || echo '$(held_$(@F))' >$@

# Says which packages are missing before the compiler says it in its own way.
build/checked:
	@scripts/deps.sh --check build
	@mkdir -p build && touch $@

-include $(patsubst %.o,%.d,$(OBJECTS) $(call objects,$(TESTS)))

variant = $(MAKE) --no-print-directory VARIANT=$(1)

deps:
	scripts/deps.sh test

demo:
	@scripts/deps.sh run
	+@$(call variant,release) all
	build/release/nines run scenarios/checkout.yaml

test:
	@scripts/deps.sh test
	+@$(call variant,test) tests
	@build/test/tests/run

# The tests and the program that some of them start, of the chosen variant.
tests: $(BUILD)/nines $(BUILD)/tests/run

lint:
	@scripts/deps.sh test
	+@$(call variant,lint) tests
	+@$(call variant,lint) -f Makefile -f scripts/bench.mk bench-programs
	@scripts/lint.sh

asan:
	@scripts/deps.sh test
	+@$(call variant,asan) tests
	@build/asan/tests/run

tsan:
	@scripts/deps.sh clang
	+@$(call variant,tsan) tests
	OMP_TOOL_LIBRARIES=libarcher.so TSAN_OPTIONS=ignore_noninstrumented_modules=1 build/tsan/tests/run

cov:
	@scripts/deps.sh test
	@rm -rf build/cov/gcov && find build/cov -name '*.gcda' -delete 2>/dev/null || true
	+@$(call variant,cov) tests
	@build/cov/tests/run
	@scripts/coverage.sh build/cov

bench:
	@scripts/deps.sh run
	+@$(call variant,release) -f Makefile -f scripts/bench.mk all bench-programs
	scripts/bench.sh
	scripts/bench_exact.sh

stat:
	@scripts/deps.sh build
	+@scripts/stat.sh

FUZZ_CC = $(CLANG)
-include tests/fuzz/fuzz.mk

# Before the first fuzzer is built; what is there is not built for it again.
$(wildcard tests/fuzz/fuzz_*.c): | fuzz-tools
fuzz-tools:
	$(if $(filter fuzz,$(MAKECMDGOALS)),@scripts/deps.sh clang)

bindir        = $(DESTDIR)$(PREFIX)/bin
mandir        = $(DESTDIR)$(PREFIX)/share/man/man1
completiondir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
datadir       = $(DESTDIR)$(PREFIX)/share/nines
docdir        = $(DESTDIR)$(PREFIX)/share/doc/nines

install: all
	install -d '$(bindir)' '$(mandir)' '$(completiondir)' '$(datadir)/scenarios' \
	    '$(docdir)/models' '$(docdir)/results'
	install -m 755 $(BUILD)/nines '$(bindir)/nines'
	install -m 644 $(BUILD)/nines.1 '$(mandir)/nines.1'
	install -m 644 $(BUILD)/nines.bash '$(completiondir)/nines'
	install -m 644 $(wildcard README.md) LICENSE '$(docdir)'
	install -m 644 models/README.md '$(docdir)/models/README.md'
	install -m 644 results/README.md '$(docdir)/results/README.md'
	$(if $(wildcard scenarios/*.yaml),install -m 644 $(wildcard scenarios/*.yaml) '$(datadir)/scenarios')
	install -d '$(datadir)/scenarios/openslo'
	install -m 644 $(wildcard scenarios/openslo/*.yaml) '$(datadir)/scenarios/openslo'

uninstall:
	rm -f '$(bindir)/nines' '$(mandir)/nines.1' '$(completiondir)/nines'
	rm -rf '$(datadir)' '$(docdir)'

clean:
	rm -rf build

.DELETE_ON_ERROR:
.PHONY: all help deps demo test tests lint asan tsan cov fuzz bench stat fuzz-tools install uninstall clean always
