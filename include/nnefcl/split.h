/* SPDX-License-Identifier: Apache-2.0 */
/* A batch over several devices: a session on each, of a part of the batch, and runs of all of them at once. What comes
 * out is in the order of the batch, whoever computed it.
 *
 * A device may stand in the list more than once. Devices of one processor share its cores: what they gain together is
 * what they left idle alone.
 *
 * Thread rule: one thread at a time for each split. A run uses threads of its own, one for each further device, and
 * allocator and `waiting` of the options are called on them, at once. */
#ifndef NNEFCL_SPLIT_H
#define NNEFCL_SPLIT_H

#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nnefcl_split nnefcl_split;

typedef struct nnefcl_split_options {
    uint32_t version;                      /* 1 */
    const nnefcl_session_options *session; /* of every session; NULL: the defaults */
    const double *speed; /* of each device, in images of the batch for any unit of time; 0: it gets none. NULL:
                            measured, by runs of equal parts on all devices at once with zeros as inputs */
} nnefcl_split_options;
NNEFCL_INIT_DECLARE(nnefcl_split_options)
#define NNEFCL_SPLIT_OPTIONS_INIT NNEFCL_INIT(nnefcl_split_options)

/* Cuts the batch, the leading extent of the first input, so that all devices end at the same time as nearly as whole
 * images allow, and makes the sessions. Where the batch is smaller than the list, the last devices get nothing and are
 * not measured. Afterwards model and devices may be freed.
 * NNEFCL_ERR_UNSUPPORTED: images may depend on each other (an operation looks along the batch, moves it, or is not
 * known not to; variables are updated), or an input or output has no extent of the batch in front: the message names
 * the place. NNEFCL_ERR_ARGUMENT: no devices, or speeds that are none or all 0; else as nnefcl_model_reshape,
 * nnefcl_session_create and nnefcl_session_run. */
NNEFCL_API nnefcl_status nnefcl_split_create(const nnefcl_model *model, const nnefcl_device *const *devices,
                                             size_t count, const nnefcl_split_options *options, nnefcl_split **split,
                                             nnefcl_error *error);
/* One inference of the whole batch: inputs and outputs as for nnefcl_session_run of the model. When a device fails the
 * others finish; the error is that of the first that failed, and the outputs are undefined. */
NNEFCL_API nnefcl_status nnefcl_split_run(nnefcl_split *split, const void *const *inputs, void *const *outputs,
                                          nnefcl_error *error);
/* Frees the sessions too. NULL is allowed. */
NNEFCL_API void nnefcl_split_free(nnefcl_split *split);

/* What one device has. */
typedef struct nnefcl_split_part {
    int64_t first, images;         /* of the batch */
    const nnefcl_session *session; /* for its steps, memory and timing; the split's own; NULL: no images */
    double ms;                     /* of its last run, host memory to host memory; negative: none yet */
} nnefcl_split_part;
/* As many as devices were given. */
NNEFCL_API size_t nnefcl_split_part_count(const nnefcl_split *split);
NNEFCL_API nnefcl_status nnefcl_split_part_at(const nnefcl_split *split, size_t index, nnefcl_split_part *part,
                                              size_t size);
#define nnefcl_split_part_at(split, index, part) nnefcl_split_part_at(split, index, part, sizeof(nnefcl_split_part))

#ifdef __cplusplus
}
#endif
#endif
