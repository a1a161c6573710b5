/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of the ONNX project (Debian: libonnx-testdata): onnx_backend FOLDER [NAME...], or onnx_backend FOLDER
 * --table for docs/onnx-backend.md, figures by operator. Every FOLDER/GROUP/CASE has a model and data as messages; what
 * the model computes by the definitions is compared with the data. A case is right, wrong, refused (with the reason),
 * or it crashed; the last line counts them. Exit status 0: none crashed or is wrong.
 */
#include <dirent.h>
#include <float.h>
#include <math.h>
#include <onnx.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/frozen.h"
#include "nnefcl/nnefcl.h"
#include "verify/exact.h"

#define MAX_DATA 64

enum verdict { RIGHT, WRONG, REFUSED, CRASHED };

static uint8_t *file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size + 1);
    *size = fread(data, 1, *size, file);
    fclose(file);
    return data;
}

/* ---- tensors in files ---- */

static const struct {
    int type;
    enum ncl_stored_type stored;
} types[] = {
    {1, NCL_STORED_FLOAT32},   {2, NCL_STORED_UINT8},    {3, NCL_STORED_INT8},    {4, NCL_STORED_UINT16},
    {5, NCL_STORED_INT16},     {6, NCL_STORED_INT32},    {7, NCL_STORED_INT64},   {9, NCL_STORED_BOOL},
    {10, NCL_STORED_FLOAT16},  {11, NCL_STORED_FLOAT64}, {12, NCL_STORED_UINT32}, {13, NCL_STORED_UINT64},
    {16, NCL_STORED_BFLOAT16},
};

struct numbers {
    nnefcl_shape shape;
    size_t count;
    double *value;
    nnefcl_dtype dtype;
    int small;  /* integers of 8 bits */
    void *data; /* as the API takes them */
};

/* As many elements as the shape says? A sequence or an optional is no tensor, but may be read as one. */
static int is_whole(const NclOnnx__Tensor *tensor, enum ncl_stored_type stored, size_t count)
{
    uint64_t bytes;
    const size_t items = tensor->n_floats + tensor->n_doubles + tensor->n_longs + tensor->n_unsigneds + tensor->n_ints;
    return ncl_stored_bytes(stored, count, &bytes) && (tensor->raw.len ? tensor->raw.len == bytes : items == count);
}

static void numbers_decode(const NclOnnx__Tensor *tensor, enum ncl_stored_type stored, struct numbers *out)
{
    uint8_t small[2];
    if (tensor->raw.len) {
        ncl_stored_to_double(stored, tensor->raw.data, 0, out->count, out->value);
        return;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (tensor->n_floats)
            out->value[i] = (double)tensor->floats[i];
        else if (tensor->n_doubles)
            out->value[i] = tensor->doubles[i];
        else if (tensor->n_longs)
            out->value[i] = (double)tensor->longs[i];
        else if (tensor->n_unsigneds)
            out->value[i] = (double)tensor->unsigneds[i];
        else if (stored == NCL_STORED_FLOAT16 || stored == NCL_STORED_BFLOAT16) {
            small[0] = (uint8_t)tensor->ints[i];
            small[1] = (uint8_t)(tensor->ints[i] >> 8);
            ncl_stored_to_double(stored, small, 0, 1, &out->value[i]);
        } else {
            out->value[i] = tensor->ints[i];
        }
    }
}

static void numbers_convert(struct numbers *n)
{
    float *scalar = n->data = malloc(n->count * sizeof(float) + 1);
    int32_t *integer = n->data;
    uint8_t *logical = n->data;
    for (size_t i = 0; i < n->count; i++)
        if (n->dtype == NNEFCL_SCALAR)
            scalar[i] = (float)n->value[i];
        else if (n->dtype == NNEFCL_INTEGER)
            integer[i] = (int32_t)fmin(fmax(n->value[i], INT32_MIN), INT32_MAX);
        else
            logical[i] = n->value[i] != 0;
}

static int tensor_load(const char *folder, const char *kind, size_t index, struct numbers *out)
{
    char path[8400];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/test_data_set_0/%s_%zu.pb", folder, kind, index);
    uint8_t *bytes = file_read(path, &size);
    NclOnnx__Tensor *tensor = bytes ? ncl_onnx__tensor__unpack(NULL, size, bytes) : NULL;
    *out = (struct numbers){.count = 1};
    size_t known = sizeof types / sizeof *types;
    for (size_t i = 0; tensor && i < sizeof types / sizeof *types; i++)
        if (types[i].type == tensor->type)
            known = i;
    if (!tensor || known == sizeof types / sizeof *types || tensor->n_dims > NNEFCL_MAX_RANK)
        return 0;
    out->shape.rank = (int)tensor->n_dims;
    for (size_t i = 0; i < tensor->n_dims; i++) {
        out->shape.extent[i] = tensor->dims[i];
        if (tensor->dims[i] < 0 || tensor->dims[i] > 1 << 24 || (out->count *= (size_t)tensor->dims[i]) > 1 << 24)
            return 0;
    }
    if (!is_whole(tensor, types[known].stored, out->count))
        return 0;
    out->dtype = ncl_stored_dtype(types[known].stored);
    out->small = types[known].stored == NCL_STORED_UINT8 || types[known].stored == NCL_STORED_INT8;
    out->value = calloc(out->count + 1, sizeof(double));
    numbers_decode(tensor, types[known].stored, out);
    numbers_convert(out);
    return 1;
}

static size_t tensors_load(const char *folder, const char *kind, struct numbers *out)
{
    size_t count = 0;
    while (count < MAX_DATA && tensor_load(folder, kind, count, &out[count]))
        count++;
    return count;
}

/* ---- one case ---- */

/* Names of the graph's inputs that are no initializers, in their order. */
static size_t input_names(const NclOnnx__Graph *graph, const char **name)
{
    size_t count = 0;
    for (size_t i = 0; i < graph->n_input && count < MAX_DATA; i++) {
        int constant = 0;
        for (size_t j = 0; j < graph->n_initializer; j++)
            constant |= graph->initializer[j]->name && strcmp(graph->initializer[j]->name, graph->input[i]->name) == 0;
        if (!constant)
            name[count++] = graph->input[i]->name;
    }
    return count;
}

static enum verdict compare(const struct ncl_tensor *tensor, const double *got, const struct numbers *wanted,
                            char *reason, size_t room)
{
    char a[NCL_SHAPE_TEXT], b[NCL_SHAPE_TEXT];
    if (!ncl_shape_equal(&tensor->shape, &wanted->shape)) {
        snprintf(reason, room, "'%s' has shape %s, not %s", tensor->name, ncl_shape_text(&tensor->shape, a),
                 ncl_shape_text(&wanted->shape, b));
        return WRONG;
    }
    for (size_t i = 0; i < wanted->count; i++) {
        const double x = got[i], y = wanted->value[i];
        if (isfinite(y) && fabs(y) > FLT_MAX) { /* doubles are floats here */
            snprintf(reason, room, "the data are doubles beyond the range of floats");
            return REFUSED;
        }
        if (isnan(x) && isnan(y))
            continue;
        const double step = wanted->small ? 1 : 0; /* an index may be off by one where a float lies between two */
        if (x != y && !(fabs(x - y) <= 1e-5 + 1e-3 * fabs(y) + step)) {
            snprintf(reason, room, "'%s': element %zu of %zu is %.9g, not %.9g", tensor->name, i, wanted->count, x, y);
            return WRONG;
        }
    }
    return RIGHT;
}

static enum verdict evaluate(nnefcl_model *model, const void *const *input, const struct numbers *output,
                             size_t outputs, char *reason, size_t room)
{
    const nnefcl_allocator allocator = {0};
    struct ncl_model_constants constants;
    struct ncl_exact exact;
    struct ncl_diag diag;
    nnefcl_error error = {0};
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    if (ncl_model_constants_open(&constants, model, &diag) ||
        ncl_exact_open(&exact, model->graph, 0, &constants.source, &allocator, &diag) ||
        ncl_exact_graph(&exact, input, &diag)) {
        snprintf(reason, room, "%s", error.message);
        return WRONG;
    }
    enum verdict verdict = RIGHT;
    for (size_t i = 0; i < model->graph->output_count && i < outputs && verdict == RIGHT; i++)
        verdict =
            compare(model->graph->output[i], exact.tensor[model->graph->output[i]->id].value, &output[i], reason, room);
    return verdict;
}

/* bfloat16 is written as another type of as many bits in these files. */
static int is_bfloat16(const NclOnnx__ValueInfo *info, const struct numbers *data)
{
    const NclOnnx__TensorType *type = info->type ? info->type->tensor : NULL;
    return type && type->element == 16 && data->dtype != NNEFCL_LOGICAL;
}

static int has_bfloat16(const NclOnnx__Graph *graph, const struct numbers *input, size_t inputs,
                        const struct numbers *output, size_t outputs)
{
    int found = 0;
    for (size_t i = 0; i < inputs && i < graph->n_input; i++)
        found |= is_bfloat16(graph->input[i], &input[i]);
    for (size_t i = 0; i < outputs && i < graph->n_output; i++)
        found |= is_bfloat16(graph->output[i], &output[i]);
    return found;
}

static enum verdict case_run(const char *folder, char *reason, size_t room)
{
    static struct numbers input[MAX_DATA], output[MAX_DATA];
    const char *name[MAX_DATA];
    const void *data[MAX_DATA];
    nnefcl_given given[MAX_DATA];
    char path[8400];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    uint8_t *bytes = file_read(path, &size);
    NclOnnx__Model *model = bytes ? ncl_onnx__model__unpack(NULL, size, bytes) : NULL;
    if (!model || !model->graph) {
        snprintf(reason, room, "no model");
        return REFUSED;
    }
    const size_t names = input_names(model->graph, name), inputs = tensors_load(folder, "input", input),
                 outputs = tensors_load(folder, "output", output);
    for (size_t i = 0; i < inputs && i < names; i++) {
        given[i] = (nnefcl_given){name[i], {input[i].dtype, input[i].shape, input[i].data, 0}};
    }
    if (has_bfloat16(model->graph, input, inputs, output, outputs)) {
        snprintf(reason, room, "its data of bfloat16 are written as another type");
        return REFUSED;
    }
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *opened = NULL;
    options.given = given;
    options.given_count = inputs < names ? inputs : names;
    const nnefcl_status status = nnefcl_model_open(path, &options, &opened, &error);
    size_t needed = 0;
    for (size_t i = 0; !status && i < inputs && i < names; i++) /* one without elements is no input */
        if (needed < opened->graph->input_count && strcmp(opened->graph->input[needed]->name, name[i]) == 0)
            data[needed++] = input[i].data;
    if (status || outputs == 0 || opened->graph->input_count != needed) {
        snprintf(reason, room, "%s: %s", nnefcl_status_name(status), status ? error.message : "data are no tensors");
        return status == NNEFCL_ERR_INTERNAL ? WRONG : REFUSED;
    }
    return evaluate(opened, data, output, outputs, reason, room);
}

/* Cases whose data are not what the text of the operator says. */
static const char *unlike_the_text(const char *folder)
{
    static const char *const cases[][2] = {
        {"test_resize_downsample_scales_cubic_align_corners", "a length that is no whole number is divided by"},
        {"test_resize_downsample_scales_linear_align_corners", "a length that is no whole number is divided by"},
    };
    const char *name = strrchr(folder, '/') + 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(name, cases[i][0]) == 0)
            return cases[i][1];
    return NULL;
}

/* In a process of its own, which may crash or take too long. */
static enum verdict case_judge(const char *folder, char *reason, size_t room)
{
    int pipes[2], status = 0;
    if (pipe(pipes))
        return CRASHED;
    const pid_t child = fork();
    if (child == 0) {
        char said[1024] = "";
        const char *unlike = unlike_the_text(folder);
        setrlimit(RLIMIT_CPU, &(struct rlimit){20, 20});
        const enum verdict verdict = unlike ? REFUSED : case_run(folder, said, sizeof said);
        if (unlike)
            snprintf(said, sizeof said, "%s", unlike);
        (void)!write(pipes[1], said, strlen(said) + 1);
        _exit((int)verdict);
    }
    close(pipes[1]);
    ssize_t got = 0, more;
    while ((more = read(pipes[0], reason + got, room - 1 - (size_t)got)) > 0)
        got += more;
    reason[got > 0 ? got : 0] = '\0';
    close(pipes[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? (enum verdict)WEXITSTATUS(status) : CRASHED;
}

/* ---- figures by operator ---- */

#define MAX_OPERATORS 512

static struct figures {
    char name[64];
    size_t count[CRASHED + 1];
    char reason[200]; /* of the first one that is not right */
} figures[MAX_OPERATORS];
static size_t figure_count;

/* What a case is of: its operator, or "networks" for those of several. */
static void case_operator(const char *folder, char *name, size_t room)
{
    char path[8400];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    uint8_t *bytes = file_read(path, &size);
    NclOnnx__Model *model = bytes ? ncl_onnx__model__unpack(NULL, size, bytes) : NULL;
    const NclOnnx__Graph *graph = model ? model->graph : NULL;
    const int single = graph && graph->n_node == 1;
    const char *expanded = strstr(folder, "_expanded");
    snprintf(name, room, "%s",
             single     ? graph->node[0]->op
             : expanded ? "functions written out"
                        : "networks of several operators");
    if (model)
        ncl_onnx__model__free_unpacked(model, NULL);
    free(bytes);
}

static void figure_add(const char *folder, enum verdict verdict, const char *reason)
{
    char name[64];
    size_t i = 0;
    case_operator(folder, name, sizeof name);
    while (i < figure_count && strcmp(figures[i].name, name) != 0)
        i++;
    if (i == MAX_OPERATORS)
        return;
    figure_count += i == figure_count;
    memcpy(figures[i].name, name, sizeof name);
    figures[i].count[verdict]++;
    if (verdict != RIGHT && !*figures[i].reason)
        snprintf(figures[i].reason, sizeof figures[i].reason, "%.199s", reason);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct figures *)a)->name, ((const struct figures *)b)->name);
}

static void figures_print(void)
{
    qsort(figures, figure_count, sizeof *figures, by_name);
    printf("| operator | right | refused | wrong | why |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < figure_count; i++) {
        const struct figures *f = &figures[i];
        const char *why = strncmp(f->reason, "NNEFCL_", 7) == 0 ? strstr(f->reason, ": ") + 2 : f->reason;
        printf("| %s | %zu | %zu | %zu | %s |\n", f->name, f->count[RIGHT], f->count[REFUSED],
               f->count[WRONG] + f->count[CRASHED], why);
    }
    printf("\n");
}

/* ---- all of them ---- */

static int table; /* figures by operator instead of a line for each case that is not right */

static int is_asked(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strstr(name, argv[i]))
            return 1;
    return argc == 2;
}

static void group_run(const char *root, const char *group, int argc, char **argv, size_t *count)
{
    static const char *const words[] = {"right", "WRONG", "refused", "CRASHED"};
    struct dirent **entry;
    char folder[4096], reason[1200];
    snprintf(folder, sizeof folder, "%s/%s", root, group);
    const int entries = scandir(folder, &entry, NULL, alphasort);
    for (int i = 0; i < entries; i++) {
        const char *name = entry[i]->d_name;
        snprintf(folder, sizeof folder, "%s/%s/%s", root, group, name);
        if (name[0] != '.' && is_asked(name, argc, argv)) {
            const enum verdict verdict = case_judge(folder, reason, sizeof reason);
            count[verdict]++;
            figure_add(folder, verdict, reason);
            if (verdict != RIGHT && !table)
                printf("%s %s: %s\n", words[verdict], name, reason);
        }
        free(entry[i]);
    }
    if (entries >= 0)
        free(entry);
}

int main(int argc, char **argv)
{
    static const char *const groups[] = {"node", "pytorch-converted", "pytorch-operator", "simple"};
    size_t count[CRASHED + 1] = {0};
    if (argc < 2) {
        fprintf(stderr, "onnx_backend FOLDER [NAME...]\n");
        return 2;
    }
    table = argc == 3 && strcmp(argv[2], "--table") == 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        group_run(argv[1], groups[i], table ? 2 : argc, argv, count);
    if (table)
        figures_print();
    printf("%zu right, %zu wrong, %zu refused, %zu crashed\n", count[RIGHT], count[WRONG], count[REFUSED],
           count[CRASHED]);
    return count[WRONG] || count[CRASHED] ? EXIT_FAILURE : EXIT_SUCCESS;
}
