/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/stored_weights.h"

#define LOOP_MAX 30000 /* weights of a row where loops are short: the step that stores them goes through them twice */

/* How the kernels keep and read them. */
struct ncl_stored_weights {
    const char *kept, *keep, *whole, *weights, *weight_four, *weight_at;
    double largest; /* what the largest one of a row becomes */
    int64_t bytes;
    double off; /* of each, at most, as a part of the largest */
};
static const struct ncl_stored_weights stored_as[] = {
    [NCL_KEPT_HALF] = {"half", "vstore_half_rte(v, i, p)", "(s)", "ncl_load_halves(p)", "vload_half4(0, p)",
                       "vload_half(i, p)", 1, 2, 0x1p-11},
    [NCL_KEPT_BYTE] = {"char", "(p)[i] = convert_char_rte(fmin(fmax(v, -127.0f), 127.0f))", "(s) + (odd)",
                       "NCL_CAT(convert_float, LANES)(VLOAD(p))", "convert_float4(vload4(0, p))", "(p)[i]", 127, 1,
                       0.5 / 127}};

const struct ncl_stored_weights *ncl_stored_weights_find(const struct ncl_lower *lower, const struct ncl_matmul *p,
                                                         const struct ncl_matrix *w, int64_t x_rows)
{
    const bool fits = ncl_lower_is_constant(lower, w->ref) && x_rows <= NCL_STORED_WEIGHTS_ROWS &&
                      ncl_product_batch_count(p) == 1 && !(lower->plan->target.short_loops && p->k > LOOP_MAX);
    return lower->weights != NCL_KEPT_FLOAT && fits ? &stored_as[lower->weights] : NULL;
}

ncl_ref ncl_stored_weights_make(struct ncl_lower *lower, const struct ncl_stored_weights *stored, struct ncl_matrix *w,
                                int64_t rows, int64_t k)
{
    const ncl_ref kept = ncl_lower_scratch(lower, "stored weights", NNEFCL_LOGICAL, rows * k * stored->bytes),
                  scale = ncl_lower_scratch(lower, "their factors", NNEFCL_SCALAR, rows);
    struct ncl_emit *step = ncl_step_begin(lower, "gemv_store");
    ncl_step_define(step, "KEPT", stored->kept);
    ncl_step_define(step, "KEEP(v, p, i)", stored->keep);
    ncl_step_define(step, "WHOLE(s, odd)", stored->whole);
    ncl_step_in(step, w->ref);
    ncl_step_out(step, kept);
    ncl_step_out(step, scale);
    ncl_step_size(step, "K", k);
    ncl_step_size(step, "ROW", w->row);
    ncl_step_size(step, "COLUMN", w->column);
    ncl_step_real(step, "LARGEST", stored->largest);
    ncl_step_end(step, rows);
    lower->plan->weights_off = stored->off;
    *w = (struct ncl_matrix){.ref = kept, .row = k, .column = 1};
    return scale;
}

void ncl_stored_weights_define(struct ncl_emit *step, const struct ncl_stored_weights *stored)
{
    if (!stored)
        return;
    ncl_step_define(step, "WEIGHT", stored->kept);
    ncl_step_define(step, "WEIGHTS(p)", stored->weights);
    ncl_step_define(step, "WEIGHT_FOUR(p)", stored->weight_four);
    ncl_step_define(step, "WEIGHT_AT(p, i)", stored->weight_at);
}
