/*
 * The name that somebody may have meant: the least edit distance, in which an insertion, a deletion, a replacement and
 * the exchange of two neighbours count 1 each (optimal string alignment), while case and the choice between "-", "_"
 * and a space count nothing. Costs length × length, of bytes.
 *
 * Reference: Boytsov, "Indexing methods for approximate dictionary searching", ACM JEA 16 (2011), section 2.2.
 */
#include "base/nearest.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum { LONGEST = 64 };

static int folded(char c)
{
    return c == '_' || c == ' ' ? '-' : tolower((unsigned char)c);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* The edit distance. A text of more than 64 bytes is far from everything: the result is then 65. */
int nearest_distance(const char *one, const char *other)
{
    size_t n = strlen(one), m = strlen(other);
    int rows[3][LONGEST + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    if (n > LONGEST || m > LONGEST)
        return LONGEST + 1;
    for (size_t j = 0; j <= m; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *reused = before;
        before = above, above = row, row = reused;
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int a = folded(one[i - 1]), b = folded(other[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a != b));
            if (i > 1 && j > 1 && a == folded(other[j - 2]) && b == folded(one[i - 2]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[m];
}

/*
 * The nearest of the names, the first on a tie; NULL if none is near: more than a third of the longer one's letters
 * differ. Failing that, a name that contains the text (of four letters or more) is taken.
 */
const char *nearest_name(const char *text, const char *const *names, int n_names)
{
    const char *best = NULL;
    int best_distance = LONGEST + 1;
    size_t length = strlen(text);
    for (int i = 0; i < n_names; i++) {
        int distance = nearest_distance(text, names[i]);
        size_t longer = length > strlen(names[i]) ? length : strlen(names[i]);
        if (distance < best_distance && 3 * distance <= (int)longer + 1) {
            best = names[i];
            best_distance = distance;
        }
    }
    for (int i = 0; !best && length >= 4 && i < n_names; i++)
        if (strstr(names[i], text))
            best = names[i];
    return best;
}
