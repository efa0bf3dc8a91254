/*
 * All that is wrong with a file: collected in whatever order it is found, shown in the order of the lines, each with
 * its line and a caret, those of overrides last, with the override in the place of a line. What comes from the file or
 * the command line is never printed raw: utf8_shown.
 */
#include "scenario/messages.h"

#include "base/nearest.h"
#include "scenario/scenario.h"
#include "scenario/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_SHOWN = 50,
    MOST_KEPT = 10000,   /* a bound on memory; a file of one error a byte is still counted to its end */
    LONG_LINE = 110,     /* a longer line is cut: so many bytes, */
    WINDOW_BEFORE = 70,  /* and then so many characters before the caret and after it are shown */
    WINDOW_AFTER = 30,
};

static bool same_place(struct place a, struct place b)
{
    return a.line == b.line && a.column == b.column && a.set == b.set;
}

/* Whether that was said of that place already, as it is of what the plans of a sweep have in common. */
static bool is_said(const struct messages *messages, struct place place, const char *text)
{
    for (int i = messages->kept - 1; i >= 0; i--)
        if (same_place(messages->list[i].place, place) && !strcmp(messages->list[i].text, text))
            return true;
    return false;
}

/*
 * Adds one message, unless it was added already; hint is a second sentence for a line of its own, or NULL. Every text
 * of the file must be shown.
 */
void messages_add(struct messages *messages, struct place place, const char *hint, const char *format, ...)
{
    struct text text = {0};
    va_list list;
    if (messages->kept == MOST_KEPT) {
        messages->count++;
        return;
    }
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    if (is_said(messages, place, text.data)) {
        text_free(&text);
        return;
    }
    messages->count++;
    if (messages->kept == messages->capacity) {
        messages->capacity = 2 * messages->capacity + 16;
        messages->list = memory_grow(messages->list, (size_t)messages->capacity, sizeof *messages->list);
    }
    messages->list[messages->kept] = (struct message){place, messages->kept, NULL, hint};
    messages->list[messages->kept++].text = arena_text(&messages->arena, text.data);
    text_free(&text);
}

/* A text of the file, fit for a message. */
const char *messages_shown(struct messages *messages, const char *text)
{
    return utf8_shown(&messages->arena, text);
}

/* The nearest of the names, or NULL; always NULL once messages are only counted, since it takes its time. */
const char *messages_nearest(struct messages *messages, const char *text, const char *const *names, int n_names)
{
    return messages->kept < MOST_KEPT ? nearest_name(text, names, n_names) : NULL;
}

/* "did you mean `…`?" with the nearest of the names, or NULL. */
const char *messages_hint(struct messages *messages, const char *text, const char *const *names, int n_names)
{
    const char *name = messages_nearest(messages, text, names, n_names);
    return name ? arena_format(&messages->arena, "did you mean `%s`?", messages_shown(messages, name)) : NULL;
}

/*
 * Which of two places to blame where what stands there does not fit together: the file is as its author left it, so
 * an override before the file, and of two overrides the later one.
 */
struct place place_of_cause(struct place place, struct place other)
{
    return other.set && (!place.set || other.set > place.set) ? other : place;
}

/* Bytes of the line break at the start of bytes, as YAML 1.1 has them, or 0. */
static size_t break_length(const char *bytes, size_t length)
{
    uint32_t c;
    int size = utf8_decode(bytes, length, &c);
    if (!size || !utf8_is_break(c))
        return 0;
    return c == '\r' && length > 1 && bytes[1] == '\n' ? 2 : (size_t)size;
}

/* The bytes of a line, without its end; *length is that of all bytes, then of the line: 0 if there is no such line. */
static const char *line_find(const char *bytes, int line, size_t *length)
{
    size_t at = 0, n = 0;
    for (int i = 1; i < line && at < *length;) {
        size_t size = break_length(bytes + at, *length - at);
        i += size > 0;
        at += size ? size : 1;
    }
    size_t left = *length - at;
    while (n < left && !break_length(bytes + at + n, left - n))
        n++;
    *length = n;
    return bytes + at;
}

/* One character of the source line, and under it what keeps the caret in place. */
static int add_character(struct text *source, struct text *under, const char *bytes, size_t left, int before_caret)
{
    uint32_t c;
    int size = utf8_decode(bytes, left, &c), width;
    if (size && c == '\t') {
        text_add_bytes(source, "\t", 1);
        if (before_caret)
            text_add_bytes(under, "\t", 1);
        return 1;
    }
    if (size) {
        width = utf8_add_shown(source, c);
    } else {
        text_add(source, "\\x%02X", (unsigned char)*bytes);
        width = 4;
    }
    if (before_caret)
        text_add(under, "%*s", width, "");
    return size ? size : 1;
}

/* Adds a line and a caret below its column; `label` stands before the line. */
static void add_marked(struct text *out, const char *label, const char *line, size_t length, int caret)
{
    size_t at = 0;
    struct text source = {0}, under = {0};
    bool whole = length <= LONG_LINE;
    int from = whole ? 0 : caret - WINDOW_BEFORE, to = whole ? LONG_LINE + 1 : caret + WINDOW_AFTER;
    text_add(&source, "%s", from > 1 ? "…" : "");
    text_add(&under, "%s", from > 1 ? " " : "");
    for (int column = 1; at < length; column++) {
        uint32_t c;
        int size = utf8_decode(line + at, length - at, &c);
        if (column >= to) {
            text_add(&source, "…");
            break;
        }
        if (column >= from)
            size = add_character(&source, &under, line + at, length - at, column < caret);
        at += size ? (size_t)size : 1;
    }
    text_add(out, "\n%s%s\n      | %s^", label, source.data, under.data);
    text_free(&source);
    text_free(&under);
}

static void add_file_line(struct text *out, const struct messages *messages, struct place place)
{
    char label[24];
    size_t length = messages->length;
    const char *line = line_find(messages->bytes, place.line, &length);
    snprintf(label, sizeof label, "%5d | ", place.line);
    add_marked(out, label, line, length, place.column);
}

/* Where a value breaks off, libyaml's mark may be on a line after the last: then the end of the last is meant. */
static struct place place_within(struct place place)
{
    const char *value = place.set->value;
    size_t length = strlen(value);
    int lines = 1;
    for (size_t at = 0, size; at < length; at += size ? size : 1) {
        size = break_length(value + at, length - at);
        lines += size > 0;
    }
    if (place.line <= lines)
        return place;
    return (struct place){lines, 1 + utf8_length(line_find(value, lines, &length)), place.set};
}

/* The override as it was given, "release.detect=3m"; of a value of several lines the one that is meant. */
static void add_override(struct text *out, struct place place)
{
    struct text line = {0};
    const char *value = place.set->value;
    size_t length = strlen(value);
    place = place_within(place);
    int column = place.column > 0 ? place.column : 1;
    value = line_find(value, place.line, &length);
    text_add(&line, "%s", "");
    if (place.line <= 1)
        text_add(&line, "%s=", place.set->path);
    if (place.line == 1)
        column += utf8_length(line.data);
    text_add_bytes(&line, value, length);
    add_marked(out, "      | ", line.data, line.length, column);
    text_free(&line);
}

/* The message with its place, the line and a caret. */
static void add_message(struct text *out, struct messages *messages, const struct message *message)
{
    if (message->place.set) {
        text_add(out, "--set %s: %s", messages_shown(messages, message->place.set->path), message->text);
        add_override(out, message->place);
    } else if (message->place.line > 0) {
        text_add(out, "%s:%d:%d: %s", messages_shown(messages, messages->file), message->place.line,
                 message->place.column, message->text);
        add_file_line(out, messages, message->place);
    } else {
        text_add(out, "%s: %s", messages_shown(messages, messages->file), message->text);
    }
    if (message->hint)
        text_add(out, "\n        %s", message->hint);
}

static int by_place(const void *one, const void *other)
{
    const struct message *a = one, *b = other;
    if (!a->place.set != !b->place.set)
        return a->place.set ? 1 : -1;
    if (a->place.set != b->place.set)
        return a->place.set < b->place.set ? -1 : 1;
    if (!a->place.set && a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (!a->place.set && a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static void sort(struct messages *messages)
{
    if (messages->kept)
        qsort(messages->list, (size_t)messages->kept, sizeof *messages->list, by_place);
}

/* Puts all messages into error: one each, up to 50, and how many more there are. */
void messages_report(struct messages *messages, struct error *error)
{
    sort(messages);
    for (int i = 0; i < messages->kept && i < MOST_SHOWN; i++) {
        struct text out = {0};
        add_message(&out, messages, &messages->list[i]);
        error_add(error, FAULT_INPUT, "%s", out.data);
        text_free(&out);
    }
    if (messages->count > MOST_SHOWN)
        error_add(error, FAULT_INPUT, "%s: and %d more", messages_shown(messages, messages->file),
                  messages->count - MOST_SHOWN);
}

/* The messages as texts of the arena, up to 50, in order. Returns how many. */
int messages_texts(struct messages *messages, struct arena *arena, const char ***texts)
{
    int n = messages->kept < MOST_SHOWN ? messages->kept : MOST_SHOWN;
    sort(messages);
    *texts = arena_new(arena, (size_t)n + 1, sizeof **texts);
    for (int i = 0; i < n; i++) {
        struct text out = {0};
        add_message(&out, messages, &messages->list[i]);
        (*texts)[i] = arena_text(arena, out.data);
        text_free(&out);
    }
    return n;
}

void messages_free(struct messages *messages)
{
    arena_free(&messages->arena);
    free(messages->list);
    messages->list = NULL;
    messages->count = messages->kept = messages->capacity = 0;
}
