/* SPDX-License-Identifier: Apache-2.0 */
/* The elements of a model's constants and variables, for definitions in double precision (verify/exact.h). */
#include "model/frozen.h"

static nnefcl_status begin_tensor(void *user, const struct ncl_tensor *tensor, struct ncl_diag *diag)
{
    return ncl_weights_begin(user, tensor, diag);
}

static nnefcl_status next_elements(void *user, void *out, size_t count, struct ncl_diag *diag)
{
    return ncl_weights_next(user, out, count, diag);
}

nnefcl_status ncl_model_constants_open(struct ncl_model_constants *constants, const struct nnefcl_model *model,
                                       struct ncl_diag *diag)
{
    *constants = (struct ncl_model_constants){0};
    const nnefcl_status status = ncl_model_weights(model, diag, &constants->weights);
    constants->source = (struct ncl_exact_source){begin_tensor, next_elements, constants->weights};
    return status;
}

void ncl_model_constants_close(struct ncl_model_constants *constants)
{
    ncl_weights_free(constants->weights);
    constants->weights = NULL;
}
