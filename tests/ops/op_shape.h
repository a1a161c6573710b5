/* SPDX-License-Identifier: Apache-2.0 */
/* Result shapes of operations as data, without a device: the shape of every output of a graph, "[1,2] [3]". */
#ifndef OP_SHAPE_H
#define OP_SHAPE_H

#include "op_case.h"
#include "suite.h"

struct op_shape {
    const char *name, *graph, *shapes;
};

static inline void op_shape_run(const struct op_shape *c)
{
    nnefcl_error error = {0};
    nnefcl_model *model;
    char *text, shapes[256] = "";
    const nnefcl_status status = op_case_open(c->graph, 0, &text, &model, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s: does not open: %d:%d: %s", c->name, error.line, error.column,
                  error.message);
    for (size_t i = 0; i < nnefcl_model_output_count(model); i++) {
        nnefcl_tensor_info info;
        ck_assert_int_eq(nnefcl_model_output(model, i, &info), NNEFCL_OK);
        strcat(shapes, i ? " [" : "[");
        for (int a = 0; a < info.shape.rank; a++)
            sprintf(shapes + strlen(shapes), "%s%lld", a ? "," : "", (long long)info.shape.extent[a]);
        strcat(shapes, "]");
    }
    ck_assert_msg(strcmp(shapes, c->shapes) == 0, "%s: shapes %s, expected %s", c->name, shapes, c->shapes);
    nnefcl_model_free(model);
    free(text);
}

#define OP_SHAPE_SUITE(name, shapes, errors, ...)                                                                      \
    START_TEST(has_shape)                                                                                              \
    {                                                                                                                  \
        op_shape_run(&shapes[_i]);                                                                                     \
    }                                                                                                                  \
    END_TEST                                                                                                           \
    START_TEST(is_refused)                                                                                             \
    {                                                                                                                  \
        op_error_run(&errors[_i]);                                                                                     \
    }                                                                                                                  \
    END_TEST                                                                                                           \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        Suite *suite = suite_create(name);                                                                             \
        TCase *tests = tcase_create(name);                                                                             \
        tcase_set_timeout(tests, 0);                                                                                   \
        tcase_add_loop_test(tests, has_shape, 0, (int)(sizeof shapes / sizeof *shapes));                               \
        tcase_add_loop_test(tests, is_refused, 0, (int)(sizeof errors / sizeof *errors));                              \
        __VA_ARGS__;                                                                                                   \
        suite_add_tcase(suite, tests);                                                                                 \
        return suite_run(suite);                                                                                       \
    }

#endif
