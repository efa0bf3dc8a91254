# Fuzzing, with clang's libFuzzer: `make fuzz` gives a million inputs to each reader, fewer to the engines, which take
# longer for one, and leaves what it learned in build/fuzz.
FUZZ_CC   ?= clang
FUZZ_RUNS ?= 1000000
FUZZ_SEED ?= 1
FUZZ_RUNS_lanes ?= 10000
FUZZ_TIMEOUT_lanes ?= 60 # a hang, and not only a busy machine

FUZZ_COMPILE := -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -ffp-contract=off -fopenmp -Isim -I. \
                -fno-sanitize-recover=all
FUZZ_FLAGS   := $(FUZZ_COMPILE) -fsanitize=fuzzer,address,undefined
FUZZ_SOURCES := $(wildcard sim/base/*.c sim/process/*.c sim/scenario/*.c sim/exact/*.c models/*.c)
FUZZ_HEADERS := $(wildcard sim/*/*.h models/*.h tests/*.h)
FUZZ_TARGETS := scenario openslo chain lanes

build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_SOURCES) $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $< $(FUZZ_SOURCES) -lyaml -lm

# The engines, with kernels that are compiled for vectors of their own; see the Makefile.
FUZZ_ENGINES := $(wildcard sim/base/*.c sim/process/*.c) \
                $(filter-out sim/engine/kernel_%.c,$(wildcard sim/engine/*.c)) \
                tests/compare.c tests/engines.c tests/random_process.c
FUZZ_KERNELS := $(patsubst sim/engine/%.c,build/fuzz/%.o,$(wildcard sim/engine/kernel_*.c))
ifeq ($(shell uname -m),x86_64)
build/fuzz/kernel_avx2.o:   FUZZ_OWN := -mavx2
build/fuzz/kernel_avx512.o: FUZZ_OWN := -mavx512f -mavx512dq -mavx512vl -mavx512bw
endif

build/fuzz/kernel_%.o: sim/engine/kernel_%.c $(wildcard sim/*/*.h)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_COMPILE) -fsanitize=fuzzer-no-link,address,undefined -Wno-psabi -Wno-pass-failed -fno-trapping-math \
	    $(FUZZ_OWN) -c -o $@ $<

build/fuzz/fuzz_lanes: tests/fuzz/fuzz_lanes.c $(FUZZ_ENGINES) $(FUZZ_KERNELS) $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $< $(FUZZ_ENGINES) $(FUZZ_KERNELS) -lgsl -lgslcblas -lm

run_fuzz_%: build/fuzz/fuzz_%
	@mkdir -p build/fuzz/$*
	$< -runs=$(or $(FUZZ_RUNS_$*),$(FUZZ_RUNS)) -seed=$(FUZZ_SEED) -max_len=4096 -timeout=$(or $(strip $(FUZZ_TIMEOUT_$*)),10) -detect_leaks=1 \
	    $(addprefix -dict=,$(wildcard tests/fuzz/$*.dict)) -artifact_prefix=build/fuzz/ -print_final_stats=1 \
	    build/fuzz/$* tests/fuzz/corpus/$*

fuzz: $(FUZZ_TARGETS:%=run_fuzz_%)

.PHONY: fuzz
