/* SPDX-License-Identifier: Apache-2.0 */
/* A folder, a lone text, archives and a tensor file are opened again and again, while the n-th call that looks at files
 * fails: an error each time, nothing is left open or kept, and the next time all is well. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mutate/tar.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"

/* ---- calls that fail (linked with --wrap) ---- */

#ifdef OTHER_NAMES
#define __real_openat  __real_openat64
#define __wrap_openat  __wrap_openat64
#define __real_pread   __real_pread64
#define __wrap_pread   __wrap_pread64
#define __real_fstat   __real_fstat64
#define __wrap_fstat   __wrap_fstat64
#define __real_fstatat __real_fstatat64
#define __wrap_fstatat __wrap_fstatat64
#define __real_readdir __real_readdir64
#define __wrap_readdir __wrap_readdir64
#endif

static unsigned calls, failing; /* failing: the call that fails, 0: none */
static int code;                /* with what */
static const char *failed;      /* its name */
static bool small;              /* reads give a byte */

static bool fails(const char *name)
{
    if (++calls != failing)
        return false;
    failed = name;
    errno = code;
    return true;
}

int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...)
{
    return fails("openat") ? -1 : __real_openat(folder, path, flags);
}

ssize_t __real_read(int file, void *to, size_t size);
ssize_t __wrap_read(int file, void *to, size_t size);
ssize_t __wrap_read(int file, void *to, size_t size)
{
    return fails("read") ? -1 : __real_read(file, to, small && size ? 1 : size);
}

ssize_t __real_pread(int file, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int file, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int file, void *to, size_t size, off_t at)
{
    return fails("pread") ? -1 : __real_pread(file, to, small && size ? 1 : size, at);
}

int __real_fstat(int file, struct stat *about);
int __wrap_fstat(int file, struct stat *about);
int __wrap_fstat(int file, struct stat *about)
{
    return fails("fstat") ? -1 : __real_fstat(file, about);
}

int __real_fstatat(int folder, const char *path, struct stat *about, int flags);
int __wrap_fstatat(int folder, const char *path, struct stat *about, int flags);
int __wrap_fstatat(int folder, const char *path, struct stat *about, int flags)
{
    return fails("fstatat") ? -1 : __real_fstatat(folder, path, about, flags);
}

DIR *__real_fdopendir(int folder);
DIR *__wrap_fdopendir(int folder);
DIR *__wrap_fdopendir(int folder)
{
    return fails("fdopendir") ? NULL : __real_fdopendir(folder);
}

struct dirent *__real_readdir(DIR *folder);
struct dirent *__wrap_readdir(DIR *folder);
struct dirent *__wrap_readdir(DIR *folder)
{
    return fails("readdir") ? NULL : __real_readdir(folder);
}

/* ---- files ---- */

static const char graph[] = "version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [2]);\n"
                            " w = variable<scalar>(shape = [2], label = 'deep/w');\n"
                            " t = add(x, w);\n y = relu(t);\n}\n";
static const char quant[] = "\"t\": linear_quantize(min = -8.0, max = 8.0, bits = 8);\n";
static char root[] = "/tmp/nnefcl-failing-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void put(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(path_of(name), "wb");
    ck_assert(file && fwrite(data, 1, size, file) == size);
    fclose(file);
}

static void put_archive(const void *weights, size_t size)
{
    struct blob tar = {0}, text = {0}, file = {0};
    blob_add(&text, graph, strlen(graph));
    blob_add(&file, weights, size);
    tar_add(&tar, "graph.nnef", &text);
    tar_add(&tar, "deep/w.dat", &file);
    tar_end(&tar);
    put("m.tar", tar.data, tar.size);
    blob_free(&tar);
    blob_free(&text);
    blob_free(&file);
}

static const char *const names[] = {"m/deep/w.dat", "m/deep",         "m/graph.nnef", "m/graph.quant", "m",
                                    "m.tar",        "lone/lone.nnef", "lone",         "w.dat"};

static void files_make(void)
{
    static const char lone[] =
        "version 1.0;\ngraph g(x) -> (y)\n{\n x = external<scalar>(shape = [2]);\n y = relu(x);\n}\n";
    unsigned char weights[136] = {'N', 0xef, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 2};
    weights[44] = 32;
    ck_assert(mkdtemp(root) && !mkdir(path_of("m"), 0700) && !mkdir(path_of("m/deep"), 0700) &&
              !mkdir(path_of("lone"), 0700));
    put("m/graph.nnef", graph, strlen(graph));
    put("m/graph.quant", quant, strlen(quant));
    put("m/deep/w.dat", weights, sizeof weights);
    put("lone/lone.nnef", lone, strlen(lone));
    put("w.dat", weights, sizeof weights);
    put_archive(weights, sizeof weights);
}

static void files_remove(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(path_of(names[i]));
    rmdir(root);
}

/* ---- lives ---- */

static size_t live; /* allocations that were not freed */

static void *counted(void *user, void *pointer, size_t size)
{
    (void)user;
    live += size > 0 && !pointer;
    live -= size == 0 && pointer;
    if (size > 0)
        return realloc(pointer, size);
    free(pointer);
    return NULL;
}

static const nnefcl_allocator counting = {counted, NULL};

/* The lowest number that a file would get. */
static int next_file(void)
{
    const int file = dup(STDERR_FILENO);
    close(file);
    return file;
}

static nnefcl_status model_open(const char *name, bool no_links, nnefcl_error *error)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_model *model = NULL;
    options.allocator = counting;
    options.no_links = no_links;
    const nnefcl_status status = nnefcl_model_open(path_of(name), &options, &model, error);
    ck_assert((status == NNEFCL_OK) == (model != NULL));
    nnefcl_model_free(model);
    return status;
}

static nnefcl_status tensor_read(const char *name, bool no_links, nnefcl_error *error)
{
    nnefcl_tensor tensor = {0};
    (void)no_links;
    const nnefcl_status status = nnefcl_tensor_load(path_of(name), &counting, &tensor, error);
    nnefcl_tensor_clear(&tensor, &counting);
    return status;
}

static const struct life {
    const char *name;
    nnefcl_status (*live)(const char *name, bool no_links, nnefcl_error *error);
    bool no_links;
    nnefcl_status status;
    unsigned least;  /* calls there are */
    unsigned passed; /* those about what lies beside a lone text and is none of its files: they may fail */
} lives[] = {{"m", model_open, false, NNEFCL_ERR_MODEL, 12, 0},
             {"m", model_open, true, NNEFCL_ERR_MODEL, 12, 0},
             {"m/graph.nnef", model_open, false, NNEFCL_ERR_MODEL, 3, 1},
             {"lone/lone.nnef", model_open, true, NNEFCL_ERR_MODEL, 3, 2},
             {"m.tar", model_open, false, NNEFCL_ERR_MODEL, 3, 0},
             {"w.dat", tensor_read, false, NNEFCL_ERR_DATA, 2, 0}};

static nnefcl_status life_try(const struct life *life, unsigned n, nnefcl_error *error)
{
    const int file = next_file();
    memset(error, 0, sizeof *error);
    calls = 0;
    failing = n;
    const nnefcl_status status = life->live(life->name, life->no_links, error);
    failing = 0;
    ck_assert_uint_eq(live, 0);
    ck_assert_int_eq(next_file(), file);
    return status;
}

START_TEST(each_call_fails)
{
    const struct life *life = &lives[_i];
    nnefcl_error error;
    code = EIO;
    ck_assert_msg(life_try(life, 0, &error) == NNEFCL_OK, "%s", error.message);
    const unsigned all = calls;
    unsigned passed = 0;
    if (sizeof(void *) == 4 && !all)
        return; /* calls have other names where offsets of 64 bits are asked for */
    ck_assert_uint_ge(all, life->least);
    for (unsigned n = 1; n <= all; n++) {
        const nnefcl_status status = life_try(life, n, &error);
        if (!status && passed++ < life->passed)
            continue;
        ck_assert_msg(status == life->status, "%s, call %u of %u, %s: status %d: %s", life->name, n, all, failed,
                      (int)status, error.message);
        ck_assert_msg(error.message[0], "%s, call %u, %s: no word", life->name, n, failed);
    }
    ck_assert_int_eq(life_try(life, 0, &error), NNEFCL_OK);
}
END_TEST

/* An interrupted call is made again, and what gives less than was asked for is asked again. */
START_TEST(interrupted_and_small)
{
    const struct life *life = &lives[_i];
    nnefcl_error error;
    small = true;
    ck_assert_msg(life_try(life, 0, &error) == NNEFCL_OK, "%s: %s", life->name, error.message);
    small = false;
    code = EINTR;
    life_try(life, 0, &error);
    unsigned kept = 0;
    for (unsigned n = 1, all = calls; n <= all; n++)
        kept += life_try(life, n, &error) == NNEFCL_OK;
    ck_assert(sizeof(void *) == 4 || kept > 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("failing files");
    TCase *tests = tcase_create("failing files");
    const int count = sizeof lives / sizeof *lives;
    tcase_add_unchecked_fixture(tests, files_make, files_remove);
    tcase_add_loop_test(tests, each_call_fails, 0, count);
    tcase_add_loop_test(tests, interrupted_and_small, 0, count);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
