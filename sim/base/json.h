/* base/json: writes JSON; knows where a comma and a new line belong. Includes nothing of ours but base/utf8. */
#ifndef NINES_BASE_JSON_H
#define NINES_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 32 };

/* Start with {.out = stream}. The key of a call is NULL inside an array and at the top, and given inside an object. */
struct json {
    FILE *out;
    int   depth;
    char  closing[JSON_DEPTH]; /* '}' or ']' */
    bool  filled[JSON_DEPTH];
};

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_end(struct json *json);
void json_text(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, double value);
void json_count(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

#endif
