/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: what -i, -o and --compare mean for the model at hand. */
#ifndef RUNS_H
#define RUNS_H

#include "nnefcl/session.h"
#include "options.h"
#include "tensor_format.h"

/* Where results go: output `output` into a file, every output into a file of its own, or all into one .npz. */
struct run_target {
    enum run_target_kind { TARGET_FILE, TARGET_FOLDER, TARGET_ALL } to;
    size_t output;
    const char *path;
    enum tensor_format format;
};

/* What an output should be. */
struct run_wanted {
    size_t output;
    const char *path;
    nnefcl_tensor tensor;
};

/* One --compare: a file for an output, or a folder with files for several. */
struct run_comparison {
    bool folder;
    size_t output;
    const char *path;
};

/* What an input is read from: nothing, a file, or pictures that make a batch. */
struct run_files {
    const char **paths;
    size_t count;
    bool pictures;
};

struct run {
    const char *folder; /* of the inputs, or NULL: then files[i] */
    struct run_files *files;
    const void **inputs; /* the data, once loaded */
    struct run_target *targets;
    size_t target_count;
    struct run_comparison *comparisons;
    size_t comparison_count;
    struct run_wanted *wanted; /* the files of the comparisons, once loaded */
    size_t wanted_count;
};

struct runs {
    struct pool *pool;
    struct talk *talk;
    const struct options *options;
    nnefcl_tensor_info *inputs, *outputs; /* of the model */
    size_t input_count, output_count;
    struct run *items;
    size_t count;
    bool to_stdout; /* an output goes there, and so nothing else may */
};

/* Groups the arguments into runs and finds the tensors they name. Without any -i there is one run. */
enum status runs_build(struct runs *runs, const struct options *options, const nnefcl_model *model, struct pool *pool,
                       struct talk *talk);
/* Reads every file that the runs need. */
/* runs_pictures.c: the pictures of a folder, in the order of their names; of a list (@FILE), one a line. *count 0 and
 * STATUS_OK: there are none. */
enum status runs_list_folder(struct runs *runs, const char *folder, const char ***paths, size_t *count);
enum status runs_list_file(struct runs *runs, const char *file, const char ***paths, size_t *count);
enum status runs_load(struct runs *runs, const struct options *options);
/* For a model that cannot be opened: whether the files that the arguments name are there. */
bool runs_files_exist(const struct options *options, struct pool *pool, struct talk *talk);
/* Whether a picture that has to be as large as its input claims more pixels than inputs have. */
bool runs_are_doubtful(const struct options *options, struct pool *pool);
void runs_free(struct runs *runs);

#endif
