/* Errors travel up as values: the function that knows the fault writes the message, only sim/cli prints it. */
#include "base/error.h"

/*
 * Adds one message, without its final newline. The graver fault (FAULT_SYSTEM) wins when several are collected.
 * Returns false, so that a caller can write `return error_add(…)`.
 */
bool error_add(struct error *error, enum fault fault, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(&error->text, format, list);
    text_add_bytes(&error->text, "\n", 1);
    va_end(list);
    error->count++;
    if (fault > error->fault)
        error->fault = fault;
    return false;
}

/* Forgets the messages; the error is as new. */
void error_free(struct error *error)
{
    text_free(&error->text);
    *error = (struct error){0};
}
