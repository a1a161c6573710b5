/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning: variants of kernels (kernel.h) measured on the device for the problems of a model, kept as a table of text
 * that sessions read (nnefcl_session_options.tuning).
 *
 *     nnefcl tuning 1
 *     device pthread-haswell-AMD EPYC, driver 3.1
 *     812.5 conv_blocked conv in 1x64x56x56 out 1x64x56x56 ...
 *
 * The first line says the form; a device and the version of its driver are named before what was measured on them:
 * microseconds, a variant, a problem. # begins a remark. Tables are merged by putting one behind the other; the last
 * row of a candidate counts. A row of a variant or problem that this version does not know means nothing.
 *
 * Thread rule: any thread; while it measures, others that use the device make the figures worse. */
#ifndef NNEFCL_TUNE_H
#define NNEFCL_TUNE_H

#include "inspect.h"
#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nnefcl_tuned {
    size_t candidates; /* pairs of variant and problem that were measured */
    size_t left;       /* variants that nobody came to: `seconds` were over */
} nnefcl_tuned;

/* Measures the variants that fit the problems of the model, each in a session of its own with zeros as inputs, unless
 * estimates say that one takes many times as long as the best; then writes the whole of options->tuning, with this
 * device's rows renewed. `seconds`: no further session is begun after so long; at least the variants that are chosen
 * anyway are measured. `options` as for nnefcl_session_create; `progress` is told NNEFCL_STAGE_TUNING only.
 * `tuned` may be NULL. NNEFCL_ERR_UNSUPPORTED: the device does not tell how long its commands took; the other errors
 * are those of nnefcl_session_create and of a run. Nothing is written after an error. */
NNEFCL_API nnefcl_status nnefcl_tune(const nnefcl_model *model, const nnefcl_device *device,
                                     const nnefcl_session_options *options, double seconds, nnefcl_write_fn write,
                                     void *user, nnefcl_tuned *tuned, size_t size, nnefcl_error *error);
#define nnefcl_tune(model, device, options, seconds, write, user, tuned, error)                                        \
    nnefcl_tune(model, device, options, seconds, write, user, tuned, sizeof(nnefcl_tuned), error)

#ifdef __cplusplus
}
#endif
#endif
