# Fuzzing, with clang's libFuzzer: `make fuzz` gives a million inputs to each reader, and leaves what it learned in
# build/fuzz.
FUZZ_CC   ?= clang
FUZZ_RUNS ?= 1000000
FUZZ_SEED ?= 1

FUZZ_FLAGS   := -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -fopenmp -Isim -I. \
                -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := $(wildcard sim/base/*.c sim/process/*.c sim/scenario/*.c sim/exact/*.c models/*.c)
FUZZ_TARGETS := scenario chain

build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_SOURCES) $(wildcard sim/*/*.h models/*.h)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $< $(FUZZ_SOURCES) -lyaml -lm

run_fuzz_%: build/fuzz/fuzz_%
	@mkdir -p build/fuzz/$*
	$< -runs=$(FUZZ_RUNS) -seed=$(FUZZ_SEED) -max_len=4096 -timeout=10 -detect_leaks=1 \
	    -dict=tests/fuzz/$*.dict -artifact_prefix=build/fuzz/ -print_final_stats=1 \
	    build/fuzz/$* tests/fuzz/corpus/$*

fuzz: $(FUZZ_TARGETS:%=run_fuzz_%)

.PHONY: fuzz
