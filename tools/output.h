/* SPDX-License-Identifier: Apache-2.0 */
/* Results: written to files, described on stdout, their largest values. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <jansson.h>

#include "mempool.h"
#include "runs.h"

/* Writes one target of a run; results[i] is output i. */
enum status output_write(const struct runs *runs, const struct run_target *target, const nnefcl_tensor *results);
/* Type, shape, and the values, or of many the smallest, mean and largest. */
void output_print(const char *name, const nnefcl_tensor *tensor);
json_t *output_json(const char *name, const nnefcl_tensor *tensor);

/* Names of classes, one a line: as many as an output has. */
struct labels {
    const char **names;
    size_t count;
};
enum status labels_load(const char *path, struct labels *labels, const struct runs *runs);
/* The k largest values of each row (each item along the first axis; a tensor of rank 0 or 1 is one row), of logits with
 * the probabilities that softmax makes of them. */
void topk_print(const char *name, const nnefcl_tensor *tensor, size_t k, const struct labels *labels,
                struct pool *pool);
json_t *topk_json(const nnefcl_tensor *tensor, size_t k, const struct labels *labels, struct pool *pool);

#endif
