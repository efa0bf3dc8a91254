/* A writer of JSON (RFC 8259): it keeps commas, indentation and escapes, the caller says what follows what. */
#include "base/json.h"

#include "base/quantity.h"
#include "base/utf8.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void write_escaped(FILE *out, uint32_t code)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *found = code && code < 0x80 ? strchr(plain, (int)code) : NULL;
    if (found) {
        fprintf(out, "\\%c", letter[found - plain]);
    } else if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029) {
        fprintf(out, "\\u%04x", code);
    } else {
        struct text bytes = {0};
        utf8_add(&bytes, code);
        fwrite(bytes.data, 1, bytes.length, out);
        text_free(&bytes);
    }
}

static void write_text(FILE *out, const char *value)
{
    size_t left = strlen(value);
    putc('"', out);
    while (left) {
        uint32_t code;
        size_t n = utf8_next(value, left, &code);
        write_escaped(out, code);
        value += n;
        left -= n;
    }
    putc('"', out);
}

static void write_line(struct json *json)
{
    fprintf(json->out, "\n%*s", 2 * json->depth, "");
}

/* What stands before a value: the comma, the place, the key. */
static void begin(struct json *json, const char *key)
{
    if (json->depth == 0) {
        assert(!key);
        return;
    }
    int inside = json->depth - 1;
    assert((key != NULL) == (json->closing[inside] == '}'));
    if (json->filled[inside])
        putc(',', json->out);
    json->filled[inside] = true;
    write_line(json);
    if (key) {
        write_text(json->out, key);
        fputs(": ", json->out);
    }
}

static void begin_nested(struct json *json, const char *key, char opening, char closing)
{
    begin(json, key);
    assert(json->depth < JSON_DEPTH);
    putc(opening, json->out);
    json->closing[json->depth] = closing;
    json->filled[json->depth] = false;
    json->depth++;
}

/* Begins an object; what follows belongs to it until json_end. */
void json_object(struct json *json, const char *key)
{
    begin_nested(json, key, '{', '}');
}

/* Begins an array. */
void json_array(struct json *json, const char *key)
{
    begin_nested(json, key, '[', ']');
}

/* Ends the innermost object or array; after the last one comes a new line. */
void json_end(struct json *json)
{
    assert(json->depth > 0);
    json->depth--;
    if (json->filled[json->depth])
        write_line(json);
    putc(json->closing[json->depth], json->out);
    if (json->depth == 0)
        putc('\n', json->out);
}

/* A text, NULL for null. Bytes that are no valid UTF-8 become U+FFFD. */
void json_text(struct json *json, const char *key, const char *value)
{
    begin(json, key);
    if (value)
        write_text(json->out, value);
    else
        fputs("null", json->out);
}

/* A number with as few digits as give it back exactly; null where it is not finite, which JSON cannot say. */
void json_number(struct json *json, const char *key, double value)
{
    char digits[QUANTITY_BYTES];
    begin(json, key);
    fputs(isfinite(value) ? quantity_exact(value, digits) : "null", json->out);
}

/* A whole number, all its digits. Readers that keep numbers as doubles see those above 2^53 rounded. */
void json_count(struct json *json, const char *key, uint64_t value)
{
    begin(json, key);
    fprintf(json->out, "%llu", (unsigned long long)value);
}

void json_bool(struct json *json, const char *key, bool value)
{
    begin(json, key);
    fputs(value ? "true" : "false", json->out);
}
