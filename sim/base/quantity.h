/* base/quantity: measured quantities as a person reads them. Includes nothing of ours. */
#ifndef NINES_BASE_QUANTITY_H
#define NINES_BASE_QUANTITY_H

#include <stddef.h>

enum quantity_unit {
    QUANTITY_SECONDS,      /* in the unit that suits its size */
    QUANTITY_ONLY_SECONDS, /* in seconds whatever its size, for a column of them */
    QUANTITY_SHARE,
    QUANTITY_INSTANCE_HOURS,
    QUANTITY_NUMBER,
};

/* What is known of it; low and high are NAN where there is no interval. */
struct quantity {
    enum quantity_unit unit;
    double value, low, high;
};

enum { QUANTITY_BYTES = 128 }; /* room for any of the texts below */

const char *quantity_print(struct quantity quantity, char out[QUANTITY_BYTES]);
const char *quantity_value(struct quantity quantity, char out[QUANTITY_BYTES]);
const char *quantity_interval(struct quantity quantity, char out[QUANTITY_BYTES]);
const char *quantity_plain(enum quantity_unit unit, double value, char out[QUANTITY_BYTES]);
const char *quantity_exact(double value, char out[QUANTITY_BYTES]);

#endif
