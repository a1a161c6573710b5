/* SPDX-License-Identifier: Apache-2.0 */
#include "option_table.h"

#include <stdio.h>
#include <string.h>

#include <nnefcl/inspect.h>

#include "argument_number.h"
#include "clean.h"
#include "option_pictures.h"

static const char *set_topic(struct option_parser *p, const char *value)
{
    p->options->topic = value;
    return NULL;
}

static const char *set_device(struct option_parser *p, const char *value)
{
    p->options->device = value;
    return *value && *value != ',' && value[strlen(value) - 1] != ',' && !strstr(value, ",,")
               ? NULL
               : "a device, or several with commas between them";
}

static const char *set_target(struct option_parser *p, const char *value)
{
    p->options->target = value;
    return *value ? NULL : "the name of a device or a file of its facts";
}

static const char *set_compat(struct option_parser *p, const char *value)
{
    static const char *const names[] = {"torch", "tract", "legacy"};
    for (;;) {
        size_t length = strcspn(value, ","), i = 0;
        while (i < 3 && (strlen(names[i]) != length || memcmp(names[i], value, length)))
            i++;
        if (i == 3)
            return "torch, tract or legacy, or several of them with commas";
        p->options->compat |= 1u << i;
        if (!value[length])
            return NULL;
        value += length + 1;
    }
}

static const char *set_shape(struct option_parser *p, const char *value)
{
    static const char expected[] = "of the form NAME=1x3x224x224 with at most 8 extents from 1 up";
    struct options *o = p->options;
    const char *equals = strchr(value, '=');
    if (!equals || equals == value)
        return expected;
    nnefcl_input_shape shape = {.name = pool_copy(p->pool, value, (size_t)(equals - value))};
    for (const char *text = equals + 1;;) {
        size_t length = strcspn(text, "x,");
        uint64_t extent;
        if (shape.shape.rank == NNEFCL_MAX_RANK || !number_count(pool_copy(p->pool, text, length), &extent) ||
            !extent || extent > INT64_MAX)
            return expected;
        shape.shape.extent[shape.shape.rank++] = (int64_t)extent;
        if (!text[length])
            break;
        text += length + 1;
    }
    o->shapes = pool_grow(p->pool, o->shapes, o->shape_count, sizeof *o->shapes);
    o->shapes[o->shape_count++] = shape;
    return NULL;
}

static const char *set_batch(struct option_parser *p, const char *value)
{
    uint64_t n;
    if (!number_count(value, &n) || !n || n > INT32_MAX)
        return "a whole number from 1 up";
    p->options->batch = (int64_t)n;
    return NULL;
}

static const char *set_seed(struct option_parser *p, const char *value)
{
    return number_count(value, &p->options->seed) ? NULL : "a whole number from 0 up";
}

static const char *add_data(struct option_parser *p, enum data_kind kind, const char *value)
{
    struct options *o = p->options;
    if (!*value)
        return "a file or a folder";
    o->data = pool_grow(p->pool, o->data, o->data_count, sizeof *o->data);
    o->data[o->data_count++] = (struct data_argument){kind, value};
    return NULL;
}

static const char *add_input(struct option_parser *p, const char *value)
{
    return add_data(p, DATA_INPUT, value);
}

static const char *add_output(struct option_parser *p, const char *value)
{
    return add_data(p, DATA_OUTPUT, value);
}

/* Which is meant depends on the action: of --list-ops one of nnefcl_format_op, else one of tensors. */
static const char *set_format(struct option_parser *p, const char *value)
{
    struct options *o = p->options;
    o->has_format = true;
    o->format_name = value;
    return tensor_format_named(value, &o->format) || nnefcl_format_op(value, 0) ? NULL : "dat, npy, npz or json";
}

static const char *add_compare(struct option_parser *p, const char *value)
{
    return add_data(p, DATA_COMPARE, value);
}

static const char *set_range(struct option_parser *p, const char *value)
{
    double *range = p->options->range;
    if (number_list(value, range, 2) != 2 || range[0] > range[1])
        return "of the form A,B with A not above B";
    p->options->has_range = true;
    return NULL;
}

static const char *set_topk(struct option_parser *p, const char *value)
{
    uint64_t n;
    if (!number_count(value, &n) || !n || n > 1000000)
        return "a whole number from 1 to 1000000";
    p->options->topk = (size_t)n;
    return NULL;
}

static const char *set_labels(struct option_parser *p, const char *value)
{
    p->options->labels = value;
    return NULL;
}

static const char *set_rtol(struct option_parser *p, const char *value)
{
    return number_real(value, &p->options->rtol) && p->options->rtol >= 0 ? NULL : "a number from 0 up";
}

static const char *set_atol(struct option_parser *p, const char *value)
{
    return number_real(value, &p->options->atol) && p->options->atol >= 0 ? NULL : "a number from 0 up";
}

static const char *set_save_nnef(struct option_parser *p, const char *value)
{
    p->options->save_nnef = value;
    return *value ? NULL : "a folder";
}

static const char *set_dump(struct option_parser *p, const char *value)
{
    static const struct {
        const char *name;
        nnefcl_dump dump;
    } dumps[] = {{"ast", NNEFCL_DUMP_AST},   {"graph", NNEFCL_DUMP_GRAPH}, {"flat", NNEFCL_DUMP_FLAT},
                 {"plan", NNEFCL_DUMP_PLAN}, {"cl", NNEFCL_DUMP_CL},       {"dot", NNEFCL_DUMP_DOT}};
    if (!strncmp(value, "graph:", strlen("graph:"))) {
        p->options->dump = NNEFCL_DUMP_GRAPH;
        p->options->dump_pass = value + strlen("graph:");
        return NULL;
    }
    p->options->dump_pass = NULL;
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++)
        if (!strcmp(value, dumps[i].name)) {
            p->options->dump = dumps[i].dump;
            return NULL;
        }
    return "ast, graph, graph:PASS, flat, plan, cl or dot";
}

static const char *set_profile(struct option_parser *p, const char *value)
{
    static const char *const names[] = {NULL, "table", "json", "csv", "trace", "html"};
    p->options->profile = PROFILE_TABLE;
    p->options->profile_form = value != NULL;
    if (!value)
        return NULL;
    for (size_t i = PROFILE_TABLE; i < sizeof names / sizeof *names; i++)
        if (!strcmp(value, names[i])) {
            p->options->profile = (enum profile_form)i;
            p->options->json |= i == PROFILE_JSON;
            return NULL;
        }
    return "table, json, csv, trace or html";
}

static const char *set_warmup(struct option_parser *p, const char *value)
{
    return number_count(value, &p->options->warmup) && p->options->warmup <= 1000000
               ? NULL
               : "a whole number from 0 to 1000000";
}

static const char *set_runs(struct option_parser *p, const char *value)
{
    uint64_t *runs = &p->options->runs;
    return number_count(value, runs) && *runs && *runs <= 1000000 ? NULL : "a whole number from 1 to 1000000";
}

static const char *set_duration(struct option_parser *p, const char *value)
{
    return number_real(value, &p->options->duration) && p->options->duration > 0 ? NULL : "a number of seconds above 0";
}

/* The items of a list with commas; false: an empty one. */
static bool add_names(struct option_parser *p, const char *value, const char ***names, size_t *count)
{
    for (;; value++) {
        size_t length = strcspn(value, ",");
        if (!length)
            return false;
        *names = pool_grow(p->pool, *names, *count, sizeof **names);
        (*names)[(*count)++] = pool_copy(p->pool, value, length);
        value += length;
        if (!*value)
            return true;
    }
}

static const char *add_ops(struct option_parser *p, const char *value)
{
    return add_names(p, value, &p->options->ops, &p->options->op_count)
               ? NULL
               : "the name of an operation, or several with commas";
}

static const char *set_quick(struct option_parser *p, const char *value)
{
    (void)value;
    p->options->level = NNEFCL_CONFORMANCE_QUICK;
    return NULL;
}

static const char *set_full(struct option_parser *p, const char *value)
{
    (void)value;
    p->options->level = NNEFCL_CONFORMANCE_FULL;
    return NULL;
}

static const char *add_report(struct option_parser *p, const char *value)
{
    static const char *const ends[] = {".json", ".xml", ".html"};
    struct options *o = p->options;
    const char *dot = strrchr(value, '.');
    for (size_t i = 0; dot && i < sizeof ends / sizeof *ends; i++)
        if (!strcmp(dot, ends[i])) {
            o->reports = pool_grow(p->pool, o->reports, o->report_count, sizeof *o->reports);
            o->reports[o->report_count++] = value;
            return NULL;
        }
    return "a file that ends in .json, .xml or .html";
}

static const char *add_passes(struct option_parser *p, const char *value)
{
    struct options *o = p->options;
    return add_names(p, value, &o->disabled_passes, &o->disabled_pass_count)
               ? NULL
               : "the name of a pass, or several with commas";
}

static const char *add_kernels(struct option_parser *p, const char *value)
{
    struct options *o = p->options;
    return add_names(p, value, &o->kernels, &o->kernel_count)
               ? NULL
               : "FAMILY=VARIANT, plain or blocked, or several with commas";
}

static const char *take_bytes(const char *value, uint64_t *limit)
{
    return number_bytes(value, limit) && *limit ? NULL : "a number of bytes from 1 up (K, M, G or T may follow)";
}

static const char *set_memory_limit(struct option_parser *p, const char *value)
{
    return take_bytes(value, &p->options->memory_limit);
}

static const char *set_host_memory_limit(struct option_parser *p, const char *value)
{
    return take_bytes(value, &p->options->host_memory_limit);
}

static const char *set_timeout(struct option_parser *p, const char *value)
{
    double *time = &p->options->timeout;
    return number_real(value, time) && *time > 0 && *time <= 1e8 ? NULL : "a number of seconds above 0";
}

static const char *set_max_launch(struct option_parser *p, const char *value)
{
    double *most = &p->options->max_launch_ms;
    return number_real(value, most) && *most > 0 ? NULL : "a number of milliseconds above 0";
}

static const char *set_images_at_once(struct option_parser *p, const char *value)
{
    uint64_t *images = &p->options->images_at_once;
    return number_count(value, images) && *images && *images <= INT32_MAX ? NULL : "a whole number from 1 up";
}

static const char *set_cpu_limit(struct option_parser *p, const char *value)
{
    double *time = &p->options->cpu_limit;
    return number_real(value, time) && *time > 0 && *time <= 1e8 ? NULL : "a number of seconds above 0";
}

static const char *set_cache_dir(struct option_parser *p, const char *value)
{
    p->options->cache_dir = value;
    return *value ? NULL : "a folder";
}

static const char *set_tuning(struct option_parser *p, const char *value)
{
    p->options->tuning = value;
    return *value ? NULL : "a file";
}

static const char *set_budget(struct option_parser *p, const char *value)
{
    return number_real(value, &p->options->budget) && p->options->budget > 0 ? NULL : "a number of seconds above 0";
}

/* `count`: it is none of them. */
static size_t find_word(const char *const *words, size_t count, const char *value)
{
    size_t i = 0;
    while (i < count && strcmp(value, words[i]))
        i++;
    return i;
}

static const char *set_execution(struct option_parser *p, const char *value)
{
    static const char *const names[] = {[NNEFCL_EXECUTION_AUTO] = "auto",
                                        [NNEFCL_EXECUTION_LAUNCHES] = "launches",
                                        [NNEFCL_EXECUTION_PERSISTENT] = "persistent"};
    const size_t i = find_word(names, sizeof names / sizeof *names, value);
    if (i == sizeof names / sizeof *names)
        return "auto, launches or persistent";
    p->options->execution = (nnefcl_execution)i;
    return NULL;
}

static const char *set_precision(struct option_parser *p, const char *value)
{
    static const char *const names[] = {[NNEFCL_PRECISION_FP32] = "fp32",
                                        [NNEFCL_PRECISION_EXACT] = "exact",
                                        [NNEFCL_PRECISION_MIXED] = "mixed",
                                        [NNEFCL_PRECISION_FP16] = "fp16"};
    const size_t i = find_word(names, sizeof names / sizeof *names, value);
    if (i == sizeof names / sizeof *names)
        return "exact, fp32, fp16 or mixed";
    p->options->precision = (nnefcl_precision)i;
    return NULL;
}

static const char *set_weights(struct option_parser *p, const char *value)
{
    static const char *const names[] = {
        [NNEFCL_WEIGHTS_FP32] = "fp32", [NNEFCL_WEIGHTS_FP16] = "fp16", [NNEFCL_WEIGHTS_INT8] = "int8"};
    const size_t i = find_word(names, sizeof names / sizeof *names, value);
    if (i == sizeof names / sizeof *names)
        return "fp32, fp16 or int8";
    p->options->weights = (nnefcl_weights)i;
    return NULL;
}

/* Flags: a function for each keeps the table free of offsets into struct options. */
#define FLAG(name, field)                                                                                              \
    static const char *name(struct option_parser *p, const char *value)                                                \
    {                                                                                                                  \
        (void)value;                                                                                                   \
        field = true;                                                                                                  \
        return NULL;                                                                                                   \
    }
FLAG(set_strict, p->options->strict)
FLAG(set_random_weights, p->options->random_weights)
FLAG(set_no_quant, p->options->no_quant)
FLAG(set_no_links, p->options->no_links)
FLAG(set_random, p->options->random)
FLAG(set_verify, p->options->verify)
FLAG(set_check_indices, p->options->check_indices)
FLAG(set_bench, p->options->bench)
FLAG(set_long_index, p->options->long_index)
FLAG(set_separate_buffers, p->options->separate_buffers)
FLAG(set_no_cache, p->options->no_cache)
FLAG(set_quiet, p->talk->quiet)
FLAG(set_verbose, p->talk->verbose)
FLAG(set_deterministic, p->options->deterministic)
FLAG(set_json, p->options->json)

enum {
    RUN = ACTION_RUN,
    PLAN = ACTION_RUN | ACTION_CHECK | ACTION_SUMMARY | ACTION_DUMP, /* where a plan is made */
    TUNE = ACTION_TUNE,
    MODEL = PLAN | ACTION_SAVE_NNEF | TUNE,
    CONFORMANCE = ACTION_CONFORMANCE,
    DOCTOR = ACTION_DOCTOR,
    ANY = 0x1fff,
};

const struct option_row option_table[] = {
    {'d', "device", "SPEC[,SPEC]", RUN | CONFORMANCE | DOCTOR | TUNE | ACTION_CHECK | ACTION_DUMP | ACTION_LIST_KERNELS,
     0, set_device, "an index, gpu, cpu, accelerator, P:D, or a part of a name; several: a batch is split over them",
     "device"},
    {0, "target", "nvidia|amd|intel|mali|gpu|cpu8|FILE", ACTION_CHECK | ACTION_SUMMARY | ACTION_DUMP, 0, set_target,
     "a device that is not here (cpu16 too); a FILE holds what --list-devices --json prints of one", NULL},
    {0, "list-devices", NULL, ANY, ACTION_LIST_DEVICES, NULL,
     "every device, also those that cannot be used, and why; with -v what kernels are made for", NULL},
    {0, "doctor", NULL, ANY, ACTION_DOCTOR, NULL,
     "loader, drivers, caches, devices, and a test of each family of kernels with its speed", NULL},
    {0, "strict", NULL, MODEL, 0, set_strict, "refuse what the specification forbids even if its meaning is clear",
     "model"},
    {0, "compat", "torch|tract|legacy[,...]", MODEL, 0, set_compat, "accept dialects of exporters", NULL},
    {0, "shape", "NAME=1x3x8x8", MODEL, 0, set_shape, "another shape for an input", NULL},
    {0, "batch", "N", MODEL, 0, set_batch, "another leading extent for every input", NULL},
    {0, "random-weights", NULL, MODEL, 0, set_random_weights, "pseudo-random values for variables without a file",
     NULL},
    {0, "seed", "N", MODEL, 0, set_seed, "seed of --random and --random-weights (0)", NULL},
    {0, "no-quant", NULL, MODEL, 0, set_no_quant, "ignore graph.quant but for stored indices", NULL},
    {0, "no-links", NULL, MODEL, 0, set_no_links, "refuse symbolic links in a folder (in archives they always are)",
     NULL},
    {'i', "input", "[NAME=]FILE|DIR", RUN, 0, add_input,
     ".dat .npy .npz .png .jpg .webp .gif .bmp .ppm; a DIR holds NAME.dat or .npy, or pictures; @FILE lists pictures",
     "data"},
    {0, "raw", "WxHxC", RUN, 0, option_set_raw,
     "frames of bytes on stdin (ffmpeg -f rawvideo -pix_fmt rgb24 -), until it ends", NULL},
    {0, "random", NULL, RUN, 0, set_random, "pseudo-random data for inputs that are not given", NULL},
    {0, "random-range", "A,B", RUN, 0, set_range, "their range (-1,1; integers 0,1)", NULL},
    {0, "mean", "A[,B,C]", RUN, 0, option_set_mean, "images: v = (pixel / 255 * scale - mean) / std; mean (0)", NULL},
    {0, "std", "A[,B,C]", RUN, 0, option_set_std, "(1)", NULL},
    {0, "scale", "A", RUN, 0, option_set_scale, "(1)", NULL},
    {0, "bgr", NULL, RUN, 0, option_set_bgr, "images: blue first", NULL},
    {0, "resize", NULL, RUN, 0, option_set_resize, "images: to the size of the input, averaging what is left out",
     NULL},
    {0, "crop", "center", RUN, 0, option_set_crop, "images: the middle; with --resize scaled to cover the input", NULL},
    {0, "preset", "imagenet|unit|signed", RUN, 0, option_set_preset,
     "images: imagenet resizes, crops, has mean and std; unit is 0..1, signed -1..1", NULL},
    {'o', "output", "[NAME=]FILE|DIR/", RUN, 0, add_output,
     ".dat .npy .npz .json; a DIR takes a file for every output, an .npz all of them; - is stdout", NULL},
    {0, "format", "NAME", RUN | ACTION_LIST_OPS, 0, set_format,
     "of -o - and -o DIR/: dat, npy, npz, json; of --list-ops: onnx, caffe, caffe2, tensorflow, tflite, torch7", NULL},
    {0, "topk", "N", RUN, 0, set_topk, "the N largest values of each row", NULL},
    {0, "labels", "FILE", RUN, 0, set_labels, "their names, one a line", NULL},
    {0, "compare", "[NAME=]FILE|DIR", RUN, 0, add_compare, "the error of each output; status 1 when out of tolerance",
     "check"},
    {0, "rtol", "R", RUN, 0, set_rtol, "|got - want| <= A + R |want| (1e-4)", NULL},
    {0, "atol", "A", RUN, 0, set_atol, "(1e-5)", NULL},
    {0, "verify", NULL, RUN, 0, set_verify, "every node against its definition in double precision", NULL},
    {0, "check-indices", NULL, RUN, 0, set_check_indices, "count indices that lie outside of their axis", NULL},
    {0, "check", NULL, ANY, ACTION_CHECK, NULL,
     "would the model run, what would it need; no device unless -d names one", NULL},
    {0, "list-ops", NULL, ANY, ACTION_LIST_OPS, NULL,
     "operation, chapter, how it runs; --format NAME: what is read of it", NULL},
    {0, "list-kernels", NULL, ANY, ACTION_LIST_KERNELS, NULL, "variants of kernels, and why one is not for the device",
     NULL},
    {0, "conformance", NULL, ANY, ACTION_CONFORMANCE, NULL,
     "does the device compute every operation right? -d all: every device", NULL},
    {0, "ops", "NAME[,NAME]", CONFORMANCE, 0, add_ops, "only these operations", NULL},
    {0, "quick", NULL, CONFORMANCE, 0, set_quick, "a few cases of each operation", NULL},
    {0, "full", NULL, CONFORMANCE, 0, set_full, "all cases, with 64-bit indices too", NULL},
    {0, "report", "FILE", CONFORMANCE | RUN, 0, add_report,
     ".json, .xml (JUnit) or .html; of --bench and --profile .html", NULL},
    {0, "bench", NULL, RUN, 0, set_bench, "time repeated runs", "speed"},
    {0, "profile", "[=table|json|csv|trace|html]", RUN, 0, set_profile,
     "device time by operation, kernel and step; trace is for trace viewers", NULL},
    {0, "warmup", "N", RUN, 0, set_warmup, "runs before measuring (2)", NULL},
    {0, "runs", "N", RUN, 0, set_runs, "runs to measure (20)", NULL},
    {0, "duration", "S", RUN, 0, set_duration, "measure for S seconds instead", NULL},
    {0, "execution", "auto|launches|persistent", PLAN, 0, set_execution,
     "persistent: the whole run as one kernel (CPUs; compiled once, then auto takes it)", NULL},
    {0, "kernels", "FAMILY=VARIANT", PLAN, 0, add_kernels,
     "the variant where it fits; plain: the simplest of each family; blocked: images in blocks of channels; families: "
     "{families}",
     NULL},
    {0, "precision", "exact|fp32|fp16|mixed", PLAN, 0, set_precision,
     "exact: each sum of its own products, always in one order; no Winograd, no tuning table; mixed: tensors between "
     "steps and weights in 16 bits, arithmetic in 32; fp16: products too, on GPUs with cl_khr_fp16 (fp32)",
     NULL},
    {0, "weights", "fp32|fp16|int8", PLAN | TUNE, 0, set_weights,
     "what weights of products with few rows are stored as; fewer bits are read faster (fp32)", NULL},
    {0, "images-at-once", "N", PLAN, 0, set_images_at_once,
     "of a batch; without it all, or on CPUs one after the other where that is estimated to be faster", NULL},
    {0, "tune", NULL, ANY, ACTION_TUNE, NULL, "measure the variants that fit, and keep for later runs what they take",
     NULL},
    {0, "budget", "S", TUNE, 0, set_budget, "seconds of --tune (60)", NULL},
    {0, "tuning", "FILE", RUN | TUNE, 0, set_tuning, "the table of --tune (~/.cache/nnefcl/tuning, if it is there)",
     NULL},
    {0, "deterministic", NULL, RUN, 0, set_deterministic,
     "choose kernels by estimates alone: the same bits before and after --tune", NULL},
    {0, "dump", "ast|graph|graph:PASS|flat|plan|cl|dot", ANY, ACTION_DUMP, set_dump,
     "the model at a stage: as parsed, shaped, behind a pass, flat NNEF, planned, as sources, for graphviz", "look"},
    {0, "summary", NULL, ANY, ACTION_SUMMARY, NULL, "operation, shape, parameters, MACs of each node, and memory",
     NULL},
    {0, "save-nnef", "FOLDER", ANY, ACTION_SAVE_NNEF, set_save_nnef,
     "write the model as NNEF: graph.nnef and a .dat for each variable", NULL},
    {0, "disable-pass", "NAME[,NAME]", PLAN, 0, add_passes, "leave out passes", "debugging"},
    {0, "separate-buffers", NULL, PLAN | CONFORMANCE, 0, set_separate_buffers, "a buffer of its own for each tensor",
     NULL},
    {0, "long-index", NULL, PLAN, 0, set_long_index, "64-bit indices in every kernel", NULL},
    {0, "memory-limit", "BYTES", PLAN | TUNE, 0, set_memory_limit, "device memory at most (512M and the like)",
     "limits"},
    {0, "host-memory-limit", "BYTES", MODEL, 0, set_host_memory_limit, "host memory for model, plan and each tensor",
     NULL},
    {0, "timeout", "S", ANY, 0, set_timeout, "end after S seconds, with status 124, whatever hangs", NULL},
    {0, "max-launch-ms", "MS", RUN, 0, set_max_launch,
     "split launches that a slow device would be longer at, for watchdogs", NULL},
    {0, "cpu-limit", "S", ANY, 0, set_cpu_limit, "processor time at most (--check: 5 s)", NULL},
    {0, "cache-dir", "DIR", RUN | DOCTOR | TUNE | ACTION_CHECK, 0, set_cache_dir,
     "keep compiled kernels here (~/.cache/nnefcl)", NULL},
    {0, "no-cache", NULL, RUN | DOCTOR | TUNE | ACTION_CHECK, 0, set_no_cache, "keep none", NULL},
    {'q', "quiet", NULL, ANY, 0, set_quiet, "no warnings, no notes", "talk"},
    {'v', "verbose", NULL, ANY, 0, set_verbose, "more notes", NULL},
    {0, "json", NULL, ANY & ~(ACTION_DUMP | ACTION_SAVE_NNEF), 0, set_json, "JSON to stdout, nothing else", NULL},
    {0, "version", NULL, ANY, ACTION_VERSION, NULL, "the version", NULL},
    {'h', "help", "[TOPIC]", ANY, ACTION_HELP, set_topic, "this, or what there is to say of one thing", NULL},
};
const size_t option_count = sizeof option_table / sizeof *option_table;

bool option_value_optional(const struct option_row *row)
{
    return row->value && *row->value == '[' && row->value[strlen(row->value) - 1] == ']';
}
