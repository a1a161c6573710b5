/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded: input and output of the command and of the library, failing. Streams become cookies over the functions
 * here, since the C library's own go by none that could be replaced.
 *
 * FAIL_IO=n: the n-th call of those that FAIL_HOW concerns. FAIL_SAID, a file, appears when something failed.
 * FAIL_HOW=EIO: any call fails; EINTR: a read or write is interrupted; ENOSPC: from this write on nothing more fits;
 * short: each read and write moves a third of what it could, whatever n is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum kind { OPENS = 1, READS = 2, WRITES = 4, OTHERS = 8 };

static const struct how {
    const char *name;
    int kinds, code;
    int lasts; /* all that follow fail, too */
} hows[] = {{"EIO", OPENS | READS | WRITES | OTHERS, EIO, 0},
            {"EINTR", READS | WRITES, EINTR, 0},
            {"ENOSPC", WRITES, ENOSPC, 1},
            {"short", 0, 0, 0}};
static const struct how *how;
static long left;
static int shortens;

__attribute__((constructor)) static void begin(void)
{
    const char *n = getenv("FAIL_IO"), *name = getenv("FAIL_HOW");
    for (size_t i = 0; n && name && i < sizeof hows / sizeof *hows; i++)
        if (strcmp(hows[i].name, name) == 0)
            how = &hows[i];
    left = n ? atol(n) : 0;
    shortens = how && !how->kinds;
}

#define REAL(function)                                                                                                 \
    static __typeof__(&function) real;                                                                                 \
    if (!real)                                                                                                         \
    *(void **)&real = dlsym(RTLD_NEXT, #function)

static void say(void)
{
    __typeof__(&open) real_open;
    __typeof__(&close) real_close;
    *(void **)&real_open = dlsym(RTLD_NEXT, "open");
    *(void **)&real_close = dlsym(RTLD_NEXT, "close");
    const char *path = getenv("FAIL_SAID");
    const int said = path ? real_open(path, O_CREAT | O_WRONLY, 0600) : -1;
    if (said >= 0)
        real_close(said);
}

static int fails(enum kind kind)
{
    if (!how || !(how->kinds & kind) || left < 0 || --left > 0)
        return 0;
    left = how->lasts ? 1 : -1;
    say();
    errno = how->code;
    return 1;
}

/* Drivers are not ours to test. */
static int is_ours(const void *caller)
{
    Dl_info info;
    return how && dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "nnef");
}

#define FAILS(kind) (is_ours(__builtin_return_address(0)) && fails(kind))

static size_t moved(size_t size)
{
    return shortens && size > 1 ? 1 + size / 3 : size;
}

/* ---- descriptors ---- */

int open(const char *path, int flags, ...)
{
    REAL(open);
    va_list args;
    va_start(args, flags);
    const int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    return FAILS(flags & O_CREAT ? WRITES : OPENS) ? -1 : real(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    REAL(openat);
    va_list args;
    va_start(args, flags);
    const int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    return FAILS(flags & O_CREAT ? WRITES : OPENS) ? -1 : real(folder, path, flags, mode);
}

ssize_t read(int file, void *data, size_t size)
{
    REAL(read);
    const int ours = is_ours(__builtin_return_address(0));
    return ours && fails(READS) ? -1 : real(file, data, ours ? moved(size) : size);
}

ssize_t pread(int file, void *data, size_t size, off_t offset)
{
    REAL(pread);
    const int ours = is_ours(__builtin_return_address(0));
    return ours && fails(READS) ? -1 : real(file, data, ours ? moved(size) : size, offset);
}

ssize_t write(int file, const void *data, size_t size)
{
    REAL(write);
    const int ours = is_ours(__builtin_return_address(0));
    return ours && fails(WRITES) ? -1 : real(file, data, ours ? moved(size) : size);
}

/* What could not be written is found out here, too; the descriptor is gone. */
int close(int file)
{
    REAL(close);
    const int failed = FAILS(OTHERS), code = errno, result = real(file);
    if (failed)
        errno = code;
    return failed ? -1 : result;
}

int fsync(int file)
{
    REAL(fsync);
    return FAILS(WRITES) ? -1 : real(file);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    return FAILS(OTHERS) ? -1 : real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    REAL(renameat);
    return FAILS(OTHERS) ? -1 : real(from_folder, from, to_folder, to);
}

int mkdir(const char *path, mode_t mode)
{
    __typeof__(&mkdir) real;
    *(void **)&real = dlsym(RTLD_NEXT, "mkdir");
    return FAILS(OTHERS) ? -1 : real(path, mode);
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset)
{
    REAL(mmap);
    return file >= 0 && FAILS(OTHERS) ? MAP_FAILED : real(address, size, protection, flags, file, offset);
}

/* ---- streams ---- */

static struct stream {
    FILE *stream;
    int file;
} streams[64];

static struct stream *find(const FILE *stream)
{
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (streams[i].stream == stream)
            return &streams[i];
    return NULL;
}

static ssize_t cookie_read(void *cookie, char *data, size_t size)
{
    REAL(read);
    return fails(READS) ? -1 : real(((struct stream *)cookie)->file, data, moved(size));
}

/* Goes on where a write moved a part, as a stream of the C library does; less than `size` is an error. */
static ssize_t cookie_write(void *cookie, const char *data, size_t size)
{
    REAL(write);
    size_t done = 0;
    for (ssize_t step = 0; done < size && step >= 0; done += step > 0 ? (size_t)step : 0)
        step = fails(WRITES) ? -1 : real(((struct stream *)cookie)->file, data + done, moved(size - done));
    return (ssize_t)done;
}

static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
    *offset = lseek(((struct stream *)cookie)->file, (off_t)*offset, whence);
    return *offset < 0 ? -1 : 0;
}

static int cookie_close(void *cookie)
{
    REAL(close);
    struct stream *stream = cookie;
    const int failed = fails(OTHERS), code = errno, result = real(stream->file);
    stream->stream = NULL;
    if (failed)
        errno = code;
    return failed ? -1 : result;
}

static FILE *cookie_make(int file, const char *mode)
{
    const cookie_io_functions_t functions = {cookie_read, cookie_write, cookie_seek, cookie_close};
    struct stream *stream = find(NULL);
    if (!stream)
        abort();
    stream->file = file;
    return stream->stream = fopencookie(stream, mode, functions);
}

FILE *fdopen(int file, const char *mode)
{
    REAL(fdopen);
    if (!is_ours(__builtin_return_address(0)))
        return real(file, mode);
    return fails(OTHERS) ? NULL : cookie_make(file, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    REAL(fopen);
    __typeof__(&open) real_open;
    *(void **)&real_open = dlsym(RTLD_NEXT, "open");
    if (!is_ours(__builtin_return_address(0)))
        return real(path, mode);
    if (fails(*mode == 'r' ? OPENS : WRITES))
        return NULL;
    const int file = real_open(path, *mode == 'r' ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC, 0666);
    return file < 0 ? NULL : cookie_make(file, mode);
}

int fileno(FILE *stream)
{
    REAL(fileno);
    const struct stream *ours = find(stream);
    return ours ? ours->file : real(stream);
}
