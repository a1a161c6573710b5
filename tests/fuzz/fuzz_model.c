/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "nnefcl/inspect.h"

void fuzz_hold(const struct verdict *verdict)
{
    if (!verdict->wrong)
        return;
    fprintf(stderr, "fuzz: %s: %s\n", verdict->wrong, verdict->detail);
    abort();
}

/* For files that leave the shape of their input open. */
static const nnefcl_given fuzz_given = {.name = "x", .tensor = {.shape = {.rank = 4, .extent = {1, 1, 5, 6}}}};

nnefcl_model_options fuzz_options(struct counting_allocator *counting, unsigned compat)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    counting->limit = FUZZ_MEMORY;
    options.allocator = counting_allocator(counting);
    options.memory_limit = (uint64_t)64 << 20;
    options.random_weights = 1;
    options.compat = compat;
    options.given = &fuzz_given;
    options.given_count = 1;
    return options;
}

static int swallow(void *user, const char *text, size_t length)
{
    (void)user;
    return text[length] != '\0';
}

static void plan_dump(struct verdict *verdict, const nnefcl_model *model, const nnefcl_session_options *options,
                      int gpu, nnefcl_dump what)
{
    nnefcl_error error = {0};
    const nnefcl_status status = nnefcl_model_dump_plan(model, options, gpu, what, swallow, NULL, &error);
    verdict_status(verdict, status, &error, status ? NULL : model);
}

/* The plan of a CPU, also with halves, and the kernels of a GPU; a model that is too large for one has none. */
static void plans_dump(struct verdict *verdict, const nnefcl_model *model)
{
    nnefcl_session_options mixed = NNEFCL_SESSION_OPTIONS_INIT;
    mixed.precision = NNEFCL_PRECISION_MIXED;
    plan_dump(verdict, model, NULL, 0, NNEFCL_DUMP_PLAN);
    plan_dump(verdict, model, NULL, 1, NNEFCL_DUMP_CL);
    plan_dump(verdict, model, &mixed, 0, NNEFCL_DUMP_PLAN);
}

/* The same model for another batch, which not every model has. */
static void model_reshape(struct verdict *verdict, const nnefcl_model *model)
{
    nnefcl_error error = {0};
    nnefcl_model *other = NULL;
    const nnefcl_status status = nnefcl_model_reshape(model, 3, NULL, 0, &other, &error);
    if (status != NNEFCL_ERR_ARGUMENT)
        verdict_status(verdict, status, &error, other);
    nnefcl_model_free(other);
}

void fuzz_model_use(nnefcl_status status, nnefcl_error *error, nnefcl_model *model,
                    const struct counting_allocator *counting)
{
    struct verdict verdict = {0};
    if (status != NNEFCL_ERR_ARGUMENT) /* an open shape that nobody gave */
        verdict_status(&verdict, status, error, model);
    if (model) {
        verdict_model(&verdict, model);
        plans_dump(&verdict, model);
        model_reshape(&verdict, model);
    }
    nnefcl_model_free(model);
    verdict_memory(&verdict, counting, error);
    fuzz_hold(&verdict);
}

void fuzz_model_memory(const void *data, size_t size)
{
    for (int dialect = 0; dialect < 2; dialect++) {
        struct counting_allocator counting = {0};
        const nnefcl_model_options options = fuzz_options(&counting, dialect ? FUZZ_DIALECT : 0);
        nnefcl_error error = {0};
        nnefcl_model *model = NULL;
        const nnefcl_status status = nnefcl_model_open_memory(data, size, &options, &model, &error);
        fuzz_model_use(status, &error, model, &counting);
        if (status == NNEFCL_OK || status == NNEFCL_ERR_NOMEM) /* what starves has its answer */
            return;
    }
}

/* ---- files side by side ---- */

/* In memory where there is a place for that. */
static int folder_make(char path[64])
{
    snprintf(path, 64, "%s/nnefcl-fuzz-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    return mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY) : -1;
}

static void file_write(int folder, const char *name, const uint8_t *data, size_t size)
{
    const int file = openat(folder, name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    close(file);
}

/* How many of the bytes at `data` are the next file's; the length in front of them is passed over. */
static size_t part_take(const uint8_t **data, size_t *size)
{
    uint32_t length = 0;
    for (int i = 0; i < 4 && *size; i++, --*size)
        length |= (uint32_t) * (*data)++ << 8 * i;
    return length < *size ? length : *size;
}

static void folder_empty(const char *path, int folder, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        unlinkat(folder, names[i], 0);
    close(folder);
    rmdir(path);
}

void fuzz_model_files(const uint8_t *data, size_t size, const char *const *names, size_t count)
{
    struct counting_allocator counting = {0};
    const nnefcl_model_options options = fuzz_options(&counting, 0);
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    char path[64], file[128];
    const int folder = folder_make(path);
    for (size_t i = 0; i < count; i++) {
        const size_t part = i + 1 < count ? part_take(&data, &size) : size;
        if (part)
            file_write(folder, names[i], data, part);
        data += part;
        size -= part;
    }
    snprintf(file, sizeof file, "%s/%s", path, names[0]);
    const nnefcl_status status = nnefcl_model_open(file, &options, &model, &error);
    fuzz_model_use(status, &error, model, &counting);
    folder_empty(path, folder, names, count);
}
