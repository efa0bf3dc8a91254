# The program of `make stat`: tests/stat/*.c, linked with the library, run by scripts/stat.sh.
ifndef STAT
STAT := $(wildcard tests/stat/*.c)

$(BUILD)/tests/stat/run: $(call objects,$(LIBRARY) $(STAT)) $(BUILD)/plot_scripts.o $(BUILD)/linked
	$(call link)

-include $(patsubst %.o,%.d,$(call objects,$(STAT)))
endif
