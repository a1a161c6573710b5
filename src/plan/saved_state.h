/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a saved state: nnefcl/state.h has their form. */
#ifndef NCL_SAVED_STATE_H
#define NCL_SAVED_STATE_H

#include "ir/plan.h"
#include "nnefcl/inspect.h"

/* The block as it is written: begin, then for each variable its header and its elements, then end. After the first
 * non-zero return of `write` it is not called again. */
struct ncl_saved_writer {
    nnefcl_write_fn write;
    void *user;
    uint64_t sum, written;
    bool stopped;
};
void ncl_saved_begin(struct ncl_saved_writer *writer, const struct ncl_plan *plan);
void ncl_saved_variable(struct ncl_saved_writer *writer, const struct ncl_plan *plan, size_t index);
void ncl_saved_bytes(struct ncl_saved_writer *writer, const void *data, size_t size);
void ncl_saved_end(struct ncl_saved_writer *writer);

/* Checks a whole block against the state of a plan. data[i], for each variable of the state, becomes the place of its
 * elements in the block. */
nnefcl_status ncl_saved_check(const struct ncl_plan *plan, const void *block, size_t size, const void **data,
                              struct ncl_diag *diag);
/* Are all of them 0 or 1? NNEFCL_ERR_DATA. */
nnefcl_status ncl_saved_check_logical(const char *label, const void *data, size_t count, struct ncl_diag *diag);

#endif
