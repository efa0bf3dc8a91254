# Fuzzing, with clang's libFuzzer: `make fuzz` runs a million inputs, and leaves what it learned in build/fuzz.
FUZZ_CC   ?= clang
FUZZ_RUNS ?= 1000000
FUZZ_SEED ?= 1

FUZZ_FLAGS   := -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -Isim -I. \
                -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SOURCES := $(wildcard sim/base/*.c sim/process/*.c sim/scenario/*.c models/*.c)

build/fuzz/fuzz_scenario: tests/fuzz/fuzz_scenario.c $(FUZZ_SOURCES) $(wildcard sim/*/*.h models/*.h)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ tests/fuzz/fuzz_scenario.c $(FUZZ_SOURCES) -lyaml -lm

fuzz: build/fuzz/fuzz_scenario
	@mkdir -p build/fuzz/scenario
	build/fuzz/fuzz_scenario -runs=$(FUZZ_RUNS) -seed=$(FUZZ_SEED) -max_len=4096 -timeout=10 -detect_leaks=1 \
	    -dict=tests/fuzz/scenario.dict -artifact_prefix=build/fuzz/ -print_final_stats=1 \
	    build/fuzz/scenario tests/fuzz/corpus/scenario

.PHONY: fuzz
