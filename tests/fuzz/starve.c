/* SPDX-License-Identifier: Apache-2.0 */
/* starve [--all|--deep|--near] FILE|FOLDER...: gives every file to the target again and again, while the n-th request
 * of memory that a part of the library makes of an arena or the allocator fails: every n, or those that come from a place
 * where none has failed yet. An arena asks its allocator seldom, an array and a table that grow ask their arena seldom;
 * here each of their own callers has to look at what it got. Linked with --wrap (tests.cmake). */
#include <execinfo.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/names.h"
#include "fuzz/fuzz.h"

/* A place is three functions of this file, who asks, and two callers of it: those look at what came back as well.
 * --deep: four, for what a text that grows lies beneath. --near: one. */
enum { FRAMES_NEAR = 5, FRAMES = 6, FRAMES_DEEP = 8, PLACES = 1 << 16, REQUESTS = 1 << 20 };
static int frames = FRAMES;

static unsigned long asked, failing, tries; /* failing: the request that fails, 0: none */
static bool all, listing;

static uint64_t place[PLACES];                 /* by hash; 0: free */
static unsigned long request[REQUESTS], found; /* of one file: the first ones from new places */

static __attribute__((noinline)) bool place_is_new(void)
{
    void *frame[FRAMES_DEEP] = {NULL};
    backtrace(frame, frames);
    const uint64_t hash = ncl_hash(NCL_HASH_BASIS, frame, sizeof frame) | 1;
    for (size_t i = 0; i < PLACES; i++) {
        uint64_t *const at = &place[(hash + i) % PLACES];
        if (*at == hash)
            return false;
        if (!*at) {
            *at = hash;
            return true;
        }
    }
    return false;
}

static __attribute__((noinline)) bool fails(void)
{
    asked++;
    if (listing && found < REQUESTS && (all || place_is_new()))
        request[found++] = asked;
    return asked == failing;
}

/* ---- requests ---- */

void *__real_ncl_resize(const nnefcl_allocator *allocator, void *pointer, size_t size);
void *__wrap_ncl_resize(const nnefcl_allocator *allocator, void *pointer, size_t size);
void *__wrap_ncl_resize(const nnefcl_allocator *allocator, void *pointer, size_t size)
{
    return size && fails() ? NULL : __real_ncl_resize(allocator, pointer, size);
}

void *__real_ncl_arena_alloc(struct ncl_arena *arena, size_t size);
void *__wrap_ncl_arena_alloc(struct ncl_arena *arena, size_t size);
void *__wrap_ncl_arena_alloc(struct ncl_arena *arena, size_t size)
{
    return fails() ? NULL : __real_ncl_arena_alloc(arena, size);
}

void *__real_ncl_arena_array(struct ncl_arena *arena, size_t count, size_t size);
void *__wrap_ncl_arena_array(struct ncl_arena *arena, size_t count, size_t size);
void *__wrap_ncl_arena_array(struct ncl_arena *arena, size_t count, size_t size)
{
    return fails() ? NULL : __real_ncl_arena_array(arena, count, size);
}

char *__real_ncl_arena_strndup(struct ncl_arena *arena, const char *text, size_t length);
char *__wrap_ncl_arena_strndup(struct ncl_arena *arena, const char *text, size_t length);
char *__wrap_ncl_arena_strndup(struct ncl_arena *arena, const char *text, size_t length)
{
    return fails() ? NULL : __real_ncl_arena_strndup(arena, text, length);
}

char *__real_ncl_arena_strdup(struct ncl_arena *arena, const char *text);
char *__wrap_ncl_arena_strdup(struct ncl_arena *arena, const char *text);
char *__wrap_ncl_arena_strdup(struct ncl_arena *arena, const char *text)
{
    return fails() ? NULL : __real_ncl_arena_strdup(arena, text);
}

char *__wrap_ncl_arena_printf(struct ncl_arena *arena, const char *format, ...);
char *__wrap_ncl_arena_printf(struct ncl_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = fails() ? NULL : __real_ncl_arena_alloc(arena, (size_t)length + 1);
    va_start(args, format);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

bool __real_ncl_arena_grow(struct ncl_arena *arena, void *array, size_t count, size_t *capacity, size_t item);
bool __wrap_ncl_arena_grow(struct ncl_arena *arena, void *array, size_t count, size_t *capacity, size_t item);
bool __wrap_ncl_arena_grow(struct ncl_arena *arena, void *array, size_t count, size_t *capacity, size_t item)
{
    return !fails() && __real_ncl_arena_grow(arena, array, count, capacity, item);
}

bool __real_ncl_names_put(struct ncl_names *names, struct ncl_arena *arena, const char *name, void *value);
bool __wrap_ncl_names_put(struct ncl_names *names, struct ncl_arena *arena, const char *name, void *value);
bool __wrap_ncl_names_put(struct ncl_names *names, struct ncl_arena *arena, const char *name, void *value)
{
    return !fails() && __real_ncl_names_put(names, arena, name, value);
}

/* ---- files ---- */

static void try(const uint8_t *data, size_t size, unsigned long n)
{
    asked = 0;
    failing = n;
    verdict_starving = listing || n != 0; /* both ask the same */
    LLVMFuzzerTestOneInput(data, size);
    tries += n != 0;
}

static void file_starve(const char *path, const uint8_t *data, size_t size)
{
    try(data, size, 0); /* what is made once */
    found = 0;
    listing = true;
    try(data, size, 0);
    listing = false;
    for (unsigned long i = 0; i < found; i++) {
        printf("%s %lu\n", path, request[i]); /* the last one is the culprit */
        fflush(stdout);
        try(data, size, request[i]);
    }
}

int main(int argc, char **argv)
{
    const bool deep = argc > 1 && strcmp(argv[1], "--deep") == 0, near = argc > 1 && strcmp(argv[1], "--near") == 0;
    all = argc > 1 && strcmp(argv[1], "--all") == 0;
    if (deep || near)
        frames = deep ? FRAMES_DEEP : FRAMES_NEAR;
    const int options = deep || near || all, status = fuzz_files(argc - 1 - options, argv + 1 + options, file_starve);
    if (status)
        return status;
    printf("%lu requests failed\n", tries);
    return tries == 0;
}
