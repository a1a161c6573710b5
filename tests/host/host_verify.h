/* SPDX-License-Identifier: Apache-2.0 */
/* Every node of a model of one input, judged on a device. */
#ifndef HOST_VERIFY_H
#define HOST_VERIFY_H

#include "host_random.h"
#include "nnefcl/verify.h"

static inline int host_verify_take(void *user, const nnefcl_verdict *v)
{
    ck_assert_msg(v->bad == 0, "%s: %s = %s: %llu of %llu values; got %.9g, want %.9g, %g ULP of %g",
                  (const char *)user, v->result.name, v->op, (unsigned long long)v->bad,
                  (unsigned long long)v->elements, v->got, v->want, v->ulp, v->tolerance);
    return 0;
}

/* In a session of these options and keep_tensors, with a random input. */
static inline void host_verify(const char *name, const nnefcl_model *model, const nnefcl_device *on,
                               nnefcl_session_options options)
{
    nnefcl_error error = {0};
    nnefcl_tensor_info info;
    nnefcl_session *session;
    options.keep_tensors = 1;
    const nnefcl_status created = nnefcl_session_create(model, on, &options, &session, &error);
    ck_assert_msg(created == NNEFCL_OK, "%s: %s", name, error.message);
    nnefcl_model_input(model, 0, &info);
    void *input = random_input(&info);
    const nnefcl_status status = nnefcl_session_verify(session, model, (const void *[]){input}, NULL, host_verify_take,
                                                       (void *)name, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", name, error.message);
    nnefcl_session_free(session);
    free(input);
}

#endif
