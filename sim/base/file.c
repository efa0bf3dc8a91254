/*
 * Files that are whole or not there.
 *
 * A reader of a result must never see half of one, and a run that fails must leave the result of the run before it as
 * it was. So a file is written under a temporary name in the same folder and takes its name by rename(2), which
 * replaces it in one step. The disk is not asked to sync: after a power failure results are computed anew.
 */
#include "base/file.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *copy_of(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(memory_new(bytes, 1), text, bytes);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool make_one(const char *path, struct error *error)
{
    if (mkdir(path, 0777) == 0 || is_folder(path))
        return true;
    int fault = errno == EEXIST ? ENOTDIR : errno;
    return error_add(error, FAULT_SYSTEM, "%s: cannot make the folder: %s", path, strerror(fault));
}

/* Makes the folder and those above it that are missing, as mkdir -p does. */
bool file_make_folder(const char *path, struct error *error)
{
    char *copy = copy_of(path);
    bool done = true;
    for (char *slash = copy + (*copy == '/'); done && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        done = make_one(copy, error);
        *slash = '/';
    }
    done = done && make_one(path, error);
    free(copy);
    return done;
}

/* Creates a file that did not exist, under a name that nothing else uses; -1 with errno set. */
static int create_temporary(const char *path, char **name)
{
    enum { TRIES = 1000 };
    struct text text = {0};
    int descriptor = -1;
    for (int i = 0; i < TRIES; i++) {
        text.length = 0;
        text_add(&text, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        descriptor = open(text.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            break;
    }
    *name = text.data;
    return descriptor;
}

/*
 * A stream of its own kind, since stdio tells that a write failed but not why. It writes all or fails: the C library
 * would take a short write(2), which is what comes first when a disk fills up, for done.
 */
static ssize_t write_all(void *cookie, const char *bytes, size_t length)
{
    struct file_writer *writer = cookie;
    for (size_t done = 0; done < length && !writer->fault;) {
        ssize_t written = write(writer->descriptor, bytes + done, length - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0)
            writer->fault = EIO;
        else if (errno != EINTR)
            writer->fault = errno;
    }
    return writer->fault ? 0 : (ssize_t)length;
}

static FILE *open_stream(struct file_writer *writer)
{
    return fopencookie(writer, "w", (cookie_io_functions_t){.write = write_all});
}

static bool give_up(struct file_writer *writer, int fault, struct error *error)
{
    error_add(error, FAULT_SYSTEM, "%s: cannot write: %s", writer->path, strerror(fault));
    file_abandon(writer);
    return false;
}

/*
 * Begins a file: what is written to writer->stream stands under the path after file_finish, and nothing of it does
 * after file_abandon. Errors of the stream need not be looked at before file_finish, which sees them all. The writer
 * must stay where it is in memory while the file is open.
 */
bool file_begin(struct file_writer *writer, const char *path, struct error *error)
{
    *writer = (struct file_writer){.path = copy_of(path)};
    writer->descriptor = create_temporary(path, &writer->temporary);
    if (writer->descriptor < 0) {
        int fault = errno;
        free(writer->temporary);
        writer->temporary = NULL;
        return give_up(writer, fault, error);
    }
    writer->stream = open_stream(writer);
    return writer->stream ? true : give_up(writer, errno, error);
}

/* Gives the file its name. On any fault the temporary file is removed and the path is left as it was. */
bool file_finish(struct file_writer *writer, struct error *error)
{
    assert(writer->stream);
    bool failed = ferror(writer->stream);
    failed = fclose(writer->stream) != 0 || failed;
    writer->stream = NULL;
    if (close(writer->descriptor) != 0 && !writer->fault)
        writer->fault = errno;
    writer->descriptor = -1;
    if (failed && !writer->fault)
        writer->fault = EIO;
    if (!writer->fault && rename(writer->temporary, writer->path) != 0)
        writer->fault = errno;
    if (writer->fault)
        return give_up(writer, writer->fault, error);
    free(writer->temporary);
    writer->temporary = NULL;
    file_abandon(writer);
    return true;
}

/* Gives the file up. Harmless after file_finish and on a writer that is all zero. */
void file_abandon(struct file_writer *writer)
{
    if (writer->stream)
        fclose(writer->stream);
    if (writer->temporary) {
        if (writer->descriptor >= 0)
            close(writer->descriptor);
        unlink(writer->temporary);
    }
    free(writer->path);
    free(writer->temporary);
    *writer = (struct file_writer){0};
}

/* Writes a whole file at once. */
bool file_write(const char *path, const char *bytes, size_t length, struct error *error)
{
    struct file_writer writer;
    if (!file_begin(&writer, path, error))
        return false;
    fwrite(bytes, 1, length, writer.stream);
    return file_finish(&writer, error);
}
