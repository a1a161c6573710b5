/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of nnef-cl-run, parsed and checked against each other before anything is opened. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "nnefcl/conformance.h"
#include "nnefcl/inspect.h"
#include "mempool.h"
#include "talk.h"
#include "tensor_format.h"

/* What is asked for; bits, so that the table of options can say where each one means something. */
enum action {
    ACTION_RUN = 1,
    ACTION_CHECK = 2,
    ACTION_SUMMARY = 4,
    ACTION_DUMP = 8,
    ACTION_LIST_DEVICES = 16,
    ACTION_LIST_OPS = 32,
    ACTION_HELP = 64,
    ACTION_VERSION = 128,
    ACTION_CONFORMANCE = 256,
    ACTION_LIST_KERNELS = 512,
    ACTION_DOCTOR = 1024,
    ACTION_SAVE_NNEF = 2048,
    ACTION_TUNE = 4096
};

/* One -i, -o or --compare; their order makes the runs. */
struct data_argument {
    enum data_kind { DATA_INPUT, DATA_OUTPUT, DATA_COMPARE } kind;
    const char *text;
};

/* How an image becomes a tensor: v = (pixel / 255 * scale - mean[c]) / std[c]. */
struct image_options {
    double mean[3], std[3], scale;
    double room; /* what --resize with --crop leaves over: the picture covers the input so many times */
    bool bgr, resize, crop;
};

#define CHECK_CPU 5.0

struct options {
    enum action action;
    const char *topic; /* of --help; NULL: everything */
    const char *model, *device;
    const char *target; /* a name or a file; NULL: none */
    bool strict, random_weights, no_quant, no_links;
    unsigned compat;
    nnefcl_input_shape *shapes;
    size_t shape_count;
    int64_t batch;
    uint64_t seed;
    struct data_argument *data;
    size_t data_count;
    enum tensor_format format; /* of -o on stdout and in folders */
    bool has_format;
    const char *format_name; /* as it was written */
    bool random, has_range;
    double range[2];
    struct image_options image;
    bool image_given; /* any of the image options */
    struct frame_size {
        size_t width, height;
        unsigned channels;
    } raw; /* of the frames on stdin; width 0: none */
    size_t topk;
    const char *labels;
    double rtol, atol;
    nnefcl_dump dump;
    const char *save_nnef; /* the folder */
    const char *dump_pass; /* of --dump graph:PASS, else NULL */
    bool verify, check_indices;
    bool bench;
    enum profile_form { PROFILE_NONE, PROFILE_TABLE, PROFILE_JSON, PROFILE_CSV, PROFILE_TRACE, PROFILE_HTML } profile;
    bool profile_form;     /* it was named */
    uint64_t warmup, runs; /* runs 0: as many as `duration` allows */
    double duration;       /* seconds, 0: no limit */
    nnefcl_conformance_level level;
    const char **ops, **reports;
    size_t op_count, report_count;
    bool separate_buffers, long_index;
    const char **disabled_passes;
    size_t disabled_pass_count;
    const char *tuning;   /* the file of the table, NULL: beside the compiled kernels */
    bool deterministic;   /* no table */
    double budget;        /* seconds of --tune, 0: the usual ones */
    const char **kernels; /* forced variants */
    size_t kernel_count;
    uint64_t memory_limit, host_memory_limit;
    double max_launch_ms;      /* 0: no limit */
    uint64_t images_at_once;   /* of a batch, 0: by estimates */
    double timeout, cpu_limit; /* seconds; 0: none, of processor time with --check CHECK_CPU */
    nnefcl_execution execution;
    nnefcl_precision precision;
    nnefcl_weights weights;
    const char *cache_dir; /* NULL: none */
    bool no_cache;
    bool json;
};

/* Fills `options` from the arguments and the environment; also sets quiet and verbose of `talk`. Everything lives in
 * `pool`. */
enum status options_parse(struct options *options, int argc, char **argv, struct pool *pool, struct talk *talk);

#endif
