/* Where results go, and whether they can, asked before the hours of simulation and not after. */
#include "cli/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Adds to `folder` the one that was asked for, or else results/NAME; the reader has seen that NAME can be a folder. */
void folder_of_results(const struct scenario *scenario, const char *asked, struct text *folder)
{
    text_add(folder, "%s%s", asked ? "" : "results/", asked ? asked : scenario->name);
}

/* Cuts the last name off a path: "a/b" becomes "a", "/a" "/", "a" ".". */
static void cut(struct text *path)
{
    while (path->length && path->data[path->length - 1] != '/')
        path->length--;
    while (path->length > 1 && path->data[path->length - 1] == '/')
        path->length--;
    if (!path->length)
        text_add(path, ".");
    path->data[path->length] = '\0';
}

/* Makes a folder in the folder and takes it away again: 0, or errno. Permissions do not tell: /proc grants them. */
static int try_folder(const char *folder)
{
    struct text path = {0};
    text_add(&path, "%s/.nines-XXXXXX", folder);
    int fault = mkdtemp(path.data) ? 0 : errno;
    if (!fault)
        rmdir(path.data);
    text_free(&path);
    return fault;
}

/*
 * Whether the folder can be written into, or be made. Leaves nothing. A good answer may be out of date when the results
 * are written, which is then an error of the writer.
 */
bool folder_check(const char *folder, struct error *error)
{
    struct text path = {0};
    struct stat status;
    text_add(&path, "%s", folder);
    while (path.length > 1 && path.data[path.length - 1] == '/')
        path.data[--path.length] = '\0';
    while (stat(path.data, &status) && errno == ENOENT && strcmp(path.data, ".") != 0 && strcmp(path.data, "/") != 0)
        cut(&path);
    int fault = 0;
    if (stat(path.data, &status))
        fault = errno;
    else if (!S_ISDIR(status.st_mode))
        fault = ENOTDIR;
    else
        fault = try_folder(path.data);
    if (fault)
        error_add(error, FAULT_SYSTEM, "%s: results cannot be written here: %s", path.data, strerror(fault));
    text_free(&path);
    return !fault;
}
