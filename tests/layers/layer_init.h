/* SPDX-License-Identifier: Apache-2.0 */
/* What every layer of the tests is made of: the entries that the ICD loader asks for, which hand a copy of the driver's
 * table to the layer. A layer is its own file and layer_init.c. */
#ifndef LAYER_INIT_H
#define LAYER_INIT_H

#ifndef CL_TARGET_OPENCL_VERSION
#define CL_TARGET_OPENCL_VERSION 120
#endif
#include <CL/cl_layer.h>

#define LAYER_EXPORT __attribute__((visibility("default")))

/* What the layer stands before: the driver, or another layer. */
extern const struct _cl_icd_dispatch *target;

/* The layer's: puts its own functions in place of those of the driver. */
void layer_take(struct _cl_icd_dispatch *table);

/* How OpenCL answers a query: `bytes` of value, as far as the caller wants it. */
cl_int layer_answer(const void *value, size_t bytes, size_t size, void *out, size_t *size_ret);

/* Parameters and arguments that many calls share. */
#define WAIT       cl_uint num_events_in_wait_list, const cl_event *event_wait_list, cl_event *event
#define WAIT_ARGS  num_events_in_wait_list, event_wait_list, event
#define QUERY      size_t param_value_size, void *param_value, size_t *param_value_size_ret
#define QUERY_ARGS param_value_size, param_value, param_value_size_ret

#endif
