/* Words and columns on a terminal: padded, wrapped and painted; sentences that several tables have. */
#include "report/terminal.h"

#include "base/utf8.h"

#include <string.h>

enum { DEFAULT_WIDTH = 100, LEAST_WIDTH = 40, INDENT = 2 };

struct paint paint_of(const struct table_options *options, const char *code)
{
    return options->color ? (struct paint){code, "\033[0m"} : (struct paint){"", ""};
}

int width_of(const struct table_options *options)
{
    int width = options->width > 0 ? options->width : DEFAULT_WIDTH;
    return width < LEAST_WIDTH ? LEAST_WIDTH : width;
}

void put_spaces(int n, FILE *out)
{
    fprintf(out, "%*s", n > 0 ? n : 0, "");
}

void put_right(const char *text, int width, FILE *out)
{
    put_spaces(width - utf8_columns(text), out);
    fputs(text, out);
}

void put_left(const char *text, int width, FILE *out)
{
    fputs(text, out);
    put_spaces(width - utf8_columns(text), out);
}

/* Words of a text in lines of at most `width` columns, each line after the first indented. No new line at the end. */
void put_wrapped(const char *text, int width, FILE *out)
{
    int used = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        struct text word = {0};
        text_add_bytes(&word, text, length);
        int columns = utf8_columns(word.data);
        if (used && used + 1 + columns > width) {
            fprintf(out, "\n%*s", INDENT, "");
            used = INDENT;
        } else if (used) {
            putc(' ', out);
            used++;
        }
        fputs(word.data, out);
        text_free(&word);
        used += columns;
        text += length;
        text += strspn(text, " ");
    }
}

/* Puts the text on lines of its own and frees it. */
void put_painted(struct text *text, struct paint paint, const struct table_options *options, FILE *out)
{
    fputs(paint.on, out);
    put_wrapped(text->data, width_of(options), out);
    fprintf(out, "%s\n", paint.off);
    text_free(text);
}

void put_sentence(struct text *text, const struct table_options *options, FILE *out)
{
    put_painted(text, (struct paint){"", ""}, options, out);
}

/* 1234567 as 1 234 567. */
void add_grouped(struct text *text, double count)
{
    char digits[QUANTITY_BYTES];
    int n = snprintf(digits, sizeof digits, "%.0f", count);
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            text_add(text, " ");
        text_add(text, "%c", digits[i]);
    }
}

/* Why sampling ended, as the begin of a sentence; nothing where the precision was reached. */
void add_stop_reason(struct text *text, enum stop stop, double precision)
{
    char share[QUANTITY_BYTES];
    switch (stop) {
    case STOP_PRECISE:
        break;
    case STOP_CONSTANT:
        text_add(text, "Every path gave the same");
        break;
    case STOP_PATHS:
        text_add(text, "Ended after the paths asked for");
        break;
    case STOP_BEHIND:
        text_add(text, "Ended when it was known to be no better than the best");
        break;
    case STOP_WORSE:
        text_add(text, "Ended when another plan was known to be better");
        break;
    case STOP_INFEASIBLE:
        text_add(text, "Ended when it was known to break a condition");
        break;
    case STOP_MAX_PATHS:
        text_add(text, "Ended at max_paths before the asked precision of %s",
                 quantity_plain(QUANTITY_SHARE, precision, share));
        break;
    case STOP_SIGNAL:
        text_add(text, "Interrupted");
        break;
    case STOP_SOLVED:
    case STOP_UNSOLVED: /* put_unsolved() says why */
    case STOPS:
        break;
    }
}
