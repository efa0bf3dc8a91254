/* scenario/utf8: characters of a text, and their safe printing. Includes base/. */
#ifndef NINES_SCENARIO_UTF8_H
#define NINES_SCENARIO_UTF8_H

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>

bool        utf8_is_break(uint32_t character);
int         utf8_length(const char *text);
int         utf8_add_shown(struct text *out, uint32_t character);
const char *utf8_shown(struct arena *arena, const char *text);

#endif
