/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded: what the C library does, failing.
 *
 * FAIL_ALLOC=n: the n-th allocation that a library asks for, FAIL_ALLOC_OF a part of the library's file name;
 * FAIL_ALLOC_SAID, a file, appears when it failed. FAIL_STAT=name: looking at a file of that name in a folder. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);

static long left;
static const char *library;

__attribute__((constructor)) static void begin(void)
{
    const char *n = getenv("FAIL_ALLOC");
    left = n ? atol(n) : 0;
    library = getenv("FAIL_ALLOC_OF");
}

static int fails(const void *caller)
{
    static __thread int inside; /* dladdr may allocate */
    Dl_info info;
    int fail = 0;
    if (left <= 0 || !library || inside)
        return 0;
    inside = 1;
    if (dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, library) && --left == 0) {
        const int said = open(getenv("FAIL_ALLOC_SAID"), O_CREAT | O_WRONLY, 0600);
        if (said >= 0)
            close(said);
        errno = ENOMEM;
        fail = 1;
    }
    inside = 0;
    return fail;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(pointer, size);
}

int fstatat(int folder, const char *path, struct stat *about, int flags)
{
    const char *name = getenv("FAIL_STAT");
    int (*real)(int, const char *, struct stat *, int);
    *(void **)&real = dlsym(RTLD_NEXT, "fstatat");
    if (name && strcmp(path, name) == 0) {
        errno = EIO;
        return -1;
    }
    return real(folder, path, about, flags);
}
