/* base/file: folders and files that are whole or not there. Includes base/error only. */
#ifndef NINES_BASE_FILE_H
#define NINES_BASE_FILE_H

#include "base/error.h"

#include <stdio.h>

/* A file being written beside its name. */
struct file_writer {
    FILE *stream;
    char *path, *temporary;
    int   descriptor;
    int   fault; /* errno of the first write that failed, or 0 */
};

bool file_make_folder(const char *path, struct error *error);
bool file_begin(struct file_writer *writer, const char *path, struct error *error);
bool file_finish(struct file_writer *writer, struct error *error);
void file_abandon(struct file_writer *writer);
bool file_write(const char *path, const char *bytes, size_t length, struct error *error);

#endif
