/* SPDX-License-Identifier: Apache-2.0 */
/* mutate SEEDS FIRST COUNT [FILE]: opens COUNT mutated models and tensor files, numbers FIRST and up; the same number
 * always gives the same input.
 *
 * Whatever the bytes are, the library must come back with a status that the error and the result agree with, with all
 * memory returned, without asking for more than 512 MiB when it was told to stay below 64 MiB, and in time. With FILE
 * the last input is written there. Crashes and undefined behaviour are for the sanitizers to see. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/counting_allocator.h"
#include "mutate/mutation.h"
#include "mutate/tar.h"
#include "mutate/verdict.h"
#include "nnefcl/model.h"
#include "nnefcl/tensor.h"

#define TENSOR_MAX   7
#define MEMORY_LIMIT ((uint64_t)64 << 20)
#define REFUSE       ((size_t)512 << 20)
#define SECONDS      5.0

static const char *const seed_names[] = {"layers.nnef", "shapes.nnef", "control.nnef", "stored.nnef", "stored.quant"};
enum { SEED_STORED = 3, SEED_QUANT = 4, SEED_COUNT = sizeof seed_names / sizeof *seed_names };

/* The files of stored.nnef. */
static const struct {
    const char *name;
    unsigned rank, extent[2], bits, code;
} tensors[TENSOR_MAX] = {
    {"float.dat", 2, {2, 3}, 32, 0},       {"half.dat", 2, {2, 3}, 16, 0}, {"quantized/u8.dat", 2, {2, 3}, 8, 2},
    {"quantized/s4.dat", 1, {3, 0}, 4, 3}, {"int.dat", 2, {2, 3}, 64, 4},  {"bool.dat", 2, {2, 3}, 1, 5},
    {"epsilon.dat", 0, {0, 0}, 64, 0},
};

struct input {
    struct blob graph, quant, tensor[TENSOR_MAX]; /* empty: no such file */
    struct blob file;                             /* what the library gets */
};

/* ---- inputs ---- */

static void put_word(struct blob *blob, size_t at, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        blob->data[at + (size_t)i] = (unsigned char)(word >> 8 * i);
}

static void make_tensor(struct blob *blob, size_t which)
{
    unsigned char bytes[128 + 64] = {'N', 0xef, 1, 0};
    size_t items = 1;
    for (unsigned i = 0; i < tensors[which].rank; i++)
        items *= tensors[which].extent[i];
    size_t size = (items * tensors[which].bits + 7) / 8;
    for (size_t i = 0; i < size; i++)
        bytes[128 + i] = (unsigned char)(i % 8 == 7                                              ? 0x3f
                                         : tensors[which].bits == 64 && tensors[which].code == 4 ? 0
                                                                                                 : 0x35);
    if (tensors[which].code == 4)
        memset(bytes + 128, 0, size);
    blob_add(blob, bytes, 128 + size);
    put_word(blob, 4, (uint32_t)size);
    put_word(blob, 8, tensors[which].rank);
    for (unsigned i = 0; i < tensors[which].rank; i++)
        put_word(blob, 12 + 4 * i, tensors[which].extent[i]);
    put_word(blob, 44, tensors[which].bits);
    put_word(blob, 48, tensors[which].code);
}

static void make_archive(struct input *input)
{
    tar_add(&input->file, "graph.nnef", &input->graph);
    tar_add(&input->file, "graph.quant", &input->quant);
    for (size_t i = 0; i < TENSOR_MAX; i++)
        tar_add(&input->file, tensors[i].name, &input->tensor[i]);
    tar_end(&input->file);
}

/* Model number `number`: a seed, mutated in one or two of its files, as a text or an archive. */
static void make_model(struct input *input, const struct blob *seeds, struct dice *dice)
{
    size_t seed = dice_below(dice, SEED_QUANT), other = dice_below(dice, SEED_QUANT);
    blob_add(&input->graph, seeds[seed].data, seeds[seed].size);
    if (seed != SEED_STORED) {
        mutate_text(&input->graph, &seeds[other], dice);
        if (dice_below(dice, 4)) {
            blob_add(&input->file, input->graph.data, input->graph.size);
            return;
        }
        make_archive(input);
        mutate_bytes(&input->file, dice);
        return;
    }
    blob_add(&input->quant, seeds[SEED_QUANT].data, seeds[SEED_QUANT].size);
    for (size_t i = 0; i < TENSOR_MAX; i++)
        make_tensor(&input->tensor[i], i);
    size_t what = dice_below(dice, 8);
    if (what < 2)
        mutate_text(&input->graph, &seeds[other], dice);
    else if (what < 4)
        mutate_text(&input->quant, &seeds[SEED_QUANT], dice);
    else if (what < 7)
        mutate_tensor(&input->tensor[dice_below(dice, TENSOR_MAX)], dice);
    make_archive(input);
    if (what == 7)
        mutate_bytes(&input->file, dice);
}

static void free_input(struct input *input)
{
    blob_free(&input->graph);
    blob_free(&input->quant);
    for (size_t i = 0; i < TENSOR_MAX; i++)
        blob_free(&input->tensor[i]);
    blob_free(&input->file);
}

/* ---- what must hold ---- */

static nnefcl_status run_model(struct verdict *verdict, struct input *input, struct dice *dice)
{
    static const unsigned compats[] = {0, 0, 0, NNEFCL_COMPAT_TRACT | NNEFCL_COMPAT_LEGACY | NNEFCL_COMPAT_TORCH};
    struct counting_allocator counting = {.limit = REFUSE};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.allocator = counting_allocator(&counting);
    options.memory_limit = MEMORY_LIMIT;
    options.compat = compats[dice_below(dice, 4)];
    options.strict = !options.compat && dice_below(dice, 8) == 0;
    options.random_weights = input->tensor[0].size == 0;
    nnefcl_status status = nnefcl_model_open_memory(input->file.data, input->file.size, &options, &model, &error);
    verdict_status(verdict, status, &error, model);
    snprintf(verdict->detail, sizeof verdict->detail, "%s:%d:%d %s", error.file, error.line, error.column,
             error.message);
    if (model)
        verdict_model(verdict, model);
    nnefcl_model_free(model);
    verdict_memory(verdict, &counting, &error);
    verdict_printing(verdict, input->graph.data, input->graph.size);
    return status;
}

static nnefcl_status run_tensor(struct verdict *verdict, struct input *input)
{
    struct counting_allocator counting = {.limit = REFUSE};
    nnefcl_allocator allocator = counting_allocator(&counting);
    nnefcl_error error = {0};
    nnefcl_tensor tensor = {0};
    nnefcl_status status =
        nnefcl_tensor_parse(input->file.data, input->file.size, "mutated.dat", &allocator, &tensor, &error);
    verdict_status(verdict, status, &error, tensor.data);
    if (status == NNEFCL_OK && tensor.bytes != nnefcl_tensor_bytes(tensor.dtype, &tensor.shape))
        verdict_blame(verdict, "a tensor whose size is not that of its shape", &error);
    nnefcl_tensor_clear(&tensor, &allocator);
    verdict_memory(verdict, &counting, &error);
    return status;
}

/* ---- the run ---- */

static bool read_seed(const char *folder, const char *name, struct blob *blob)
{
    char path[1024], bytes[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    for (size_t size; (size = fread(bytes, 1, sizeof bytes, file)) > 0;)
        blob_add(blob, bytes, size);
    fclose(file);
    return true;
}

static bool run_one(const struct blob *seeds, uint64_t number, size_t *counts, const char *path)
{
    struct dice dice = {.state = number * 0x2545f4914f6cdd1du};
    struct input input = {0};
    struct verdict verdict = {0};
    clock_t begin = clock();
    nnefcl_status status;
    if (dice_below(&dice, 4) == 0) {
        make_tensor(&input.file, dice_below(&dice, TENSOR_MAX));
        mutate_tensor(&input.file, &dice);
        status = run_tensor(&verdict, &input);
    } else {
        make_model(&input, seeds, &dice);
        status = run_model(&verdict, &input, &dice);
    }
    counts[status]++;
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    if (seconds > SECONDS)
        verdict_blame(&verdict, "more time than any input needs", &(nnefcl_error){0});
    if (verdict.wrong)
        printf("%llu: %s (%s, %.1f s): %s\n", (unsigned long long)number, verdict.wrong, nnefcl_status_name(status),
               seconds, verdict.detail);
    FILE *file = path ? fopen(path, "wb") : NULL;
    if (file) {
        fwrite(input.file.data, 1, input.file.size, file);
        fclose(file);
    }
    free_input(&input);
    return !verdict.wrong;
}

/* Mutations of something that was refused anyway would test little. */
static bool seeds_are_valid(const struct blob *seeds)
{
    bool good = true;
    for (size_t seed = 0; seed < SEED_QUANT; seed++) {
        struct dice dice = {.state = 1};
        struct input input = {0};
        struct verdict verdict = {0};
        blob_add(&input.graph, seeds[seed].data, seeds[seed].size);
        if (seed == SEED_STORED) {
            blob_add(&input.quant, seeds[SEED_QUANT].data, seeds[SEED_QUANT].size);
            for (size_t i = 0; i < TENSOR_MAX; i++)
                make_tensor(&input.tensor[i], i);
            make_archive(&input);
        } else
            blob_add(&input.file, input.graph.data, input.graph.size);
        nnefcl_status status = run_model(&verdict, &input, &dice);
        if (status != NNEFCL_OK || verdict.wrong) {
            printf("%s: %s: %s: %s\n", seed_names[seed], nnefcl_status_name(status),
                   verdict.wrong ? verdict.wrong : "a seed must be valid", verdict.detail);
            good = false;
        }
        free_input(&input);
    }
    return good;
}

int main(int argc, char **argv)
{
    struct blob seeds[SEED_COUNT] = {{0}};
    size_t counts[NNEFCL_ERR_INTERNAL + 1] = {0}, bad = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: mutate SEEDS FIRST COUNT [FILE]\n");
        return 2;
    }
    for (size_t i = 0; i < SEED_COUNT; i++)
        if (!read_seed(argv[1], seed_names[i], &seeds[i])) {
            fprintf(stderr, "%s/%s cannot be read\n", argv[1], seed_names[i]);
            return 2;
        }
    bad = !seeds_are_valid(seeds);
    uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
    for (uint64_t number = first; number < first + count; number++)
        bad += !run_one(seeds, number, counts, argc > 4 ? argv[4] : NULL);
    for (int i = NNEFCL_OK; i <= NNEFCL_ERR_INTERNAL; i++)
        printf("%8zu %s\n", counts[i], nnefcl_status_name((nnefcl_status)i));
    for (size_t i = 0; i < SEED_COUNT; i++)
        blob_free(&seeds[i]);
    return bad != 0;
}
