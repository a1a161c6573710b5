/* SPDX-License-Identifier: Apache-2.0 */
/* A batch in parts: over several devices (nnefcl_split; parts of one where the driver makes them), or one image after
 * the other on one. */
#include "host_case.h"
#include "nnefcl/opencl.h"

#define BATCH   5
#define DEVICES 2

/* Two inputs, two outputs of other sizes, a convolution, a table that indices of the batch read. */
#define NET                                                                                                            \
    "graph g(x, i) -> (y, e)\n{\n"                                                                                     \
    "    x = external<scalar>(shape = [5, 2, 4, 4]);\n"                                                                \
    "    i = external<integer>(shape = [5, 3]);\n"                                                                     \
    "    w = variable<scalar>(shape = [3, 2, 3, 3], label = 'w');\n"                                                   \
    "    t = variable<scalar>(shape = [7, 2], label = 't');\n"                                                         \
    "    c = conv(x, w);\n"                                                                                            \
    "    y = softmax(c, axes = [1]);\n"                                                                                \
    "    e = gather(t, i, axis = 0);\n"                                                                                \
    "}\n"
#define NET_OF(x_shape, body) "graph g(x) -> (y)\n{\n    x = external<scalar>(shape = " x_shape ");\n    " body "\n}\n"

static float x[BATCH * 32], y[BATCH * 48], e[BATCH * 6], whole_y[BATCH * 48], whole_e[BATCH * 6];
static int32_t indices[BATCH * 3];
static const void *const inputs[] = {x, indices};
static void *const outputs[] = {y, e}, *const whole_outputs[] = {whole_y, whole_e};

static const nnefcl_device *devices[DEVICES];
static nnefcl_device *made[DEVICES];
static cl_device_id parts[DEVICES];

/* Halves of the device, each in a context of its own; where there are none, the device twice. */
static void open_devices(void)
{
    const cl_device_partition_property halves[] = {CL_DEVICE_PARTITION_BY_COUNTS, 1, 1,
                                                   CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0};
    cl_uint count = 0;
    host_open();
    if (clCreateSubDevices(nnefcl_device_id(device), halves, DEVICES, parts, &count) != CL_SUCCESS)
        count = 0;
    for (cl_uint d = 0; d < DEVICES; d++) {
        cl_int code = CL_DEVICE_NOT_FOUND;
        const cl_context context = count == DEVICES ? clCreateContext(NULL, 1, &parts[d], NULL, NULL, &code) : NULL;
        nnefcl_error error = {0};
        if (code == CL_SUCCESS) {
            ck_assert_msg(!nnefcl_device_from_opencl(context, parts[d], NULL, &made[d], &error), "%s", error.message);
            clReleaseContext(context);
        }
        devices[d] = made[d] ? made[d] : device;
    }
}

static void close_devices(void)
{
    for (int d = 0; d < DEVICES; d++)
        nnefcl_device_free(made[d]);
    host_close();
}

static void fill(void)
{
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)(i % 13) * 0.25f - 1;
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        indices[i] = (int32_t)(i % 7);
    memset(y, 0xff, sizeof y);
    memset(e, 0xff, sizeof e);
}

static void run_whole(const nnefcl_model *model)
{
    nnefcl_session *session = host_session(model, NULL);
    host_run(session, inputs, whole_outputs);
    nnefcl_session_free(session);
}

static nnefcl_split *make_split(const nnefcl_model *model, const double *speed)
{
    nnefcl_split_options options = NNEFCL_SPLIT_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_split *split;
    options.speed = speed;
    ck_assert_msg(nnefcl_split_create(model, devices, DEVICES, &options, &split, &error) == NNEFCL_OK, "%s",
                  error.message);
    return split;
}

/* By given speeds, and as many images on each device as belong to them; NULL: measured, and what counts is the sum. */
static const struct share {
    const double *speed;
    int64_t images[DEVICES];
} shares[] = {{(const double[]){3, 2}, {3, 2}},
              {(const double[]){100, 1}, {5, 0}},
              {(const double[]){0, 7}, {0, 5}},
              {(const double[]){1, 3.9}, {1, 4}},
              {NULL, {-1, -1}}};

START_TEST(outputs_in_order)
{
    const struct share *share = &shares[_i];
    nnefcl_model *model = host_model(NET, 1);
    nnefcl_split *split = make_split(model, share->speed);
    nnefcl_split_part part;
    int64_t next = 0;
    fill();
    run_whole(model);
    nnefcl_model_free(model);
    for (int run = 0; run < 3; run++) {
        fill();
        ck_assert_int_eq(nnefcl_split_run(split, inputs, outputs, NULL), NNEFCL_OK);
        for (size_t i = 0; i < sizeof y / sizeof *y; i++)
            ck_assert_float_eq_tol(y[i], whole_y[i], 1e-6f);
        ck_assert_mem_eq(e, whole_e, sizeof e);
    }
    ck_assert_uint_eq(nnefcl_split_part_count(split), DEVICES);
    for (size_t d = 0; d < DEVICES; d++) {
        ck_assert_int_eq(nnefcl_split_part_at(split, d, &part), NNEFCL_OK);
        ck_assert_int_eq(part.first, next);
        ck_assert(share->images[d] < 0 || part.images == share->images[d]);
        ck_assert(part.images == 0 ? !part.session : part.session && part.ms > 0);
        next += part.images;
    }
    ck_assert_int_eq(next, BATCH);
    ck_assert_int_eq(nnefcl_split_part_at(split, DEVICES, &part), NNEFCL_ERR_ARGUMENT);
    nnefcl_split_free(split);
}
END_TEST

/* One output is not wanted, one input is missing. */
START_TEST(outputs_left_out)
{
    nnefcl_model *model = host_model(NET, 1);
    nnefcl_split *split = make_split(model, (const double[]){1, 1});
    nnefcl_error error = {0};
    fill();
    run_whole(model);
    ck_assert_int_eq(nnefcl_split_run(split, inputs, (void *[]){NULL, e}, NULL), NNEFCL_OK);
    ck_assert_mem_eq(e, whole_e, sizeof e);
    ck_assert_int_eq(nnefcl_split_run(split, (const void *[]){x, NULL}, outputs, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "input 1 is NULL"));
    nnefcl_split_free(split);
    nnefcl_model_free(model);
}
END_TEST

static const struct refusal {
    const char *net, *message;
} refusals[] = {
    {NET_OF("[4,6]", "y = softmax(x, axes = [0]);"), "softmax: images of the batch cannot be computed apart: it looks"},
    {NET_OF("[4,6]", "y = mean_reduce(x, axes = [0]);"), "mean_reduce: images of the batch cannot be computed apart"},
    {NET_OF("[4,6]", "y = matmul(x, x, transposeB = true);"), "matmul: images of the batch cannot be computed apart"},
    {NET_OF("[4,6]", "y = transpose(x, axes = [1, 0]);"), "transpose: images of the batch cannot be computed apart"},
    {NET_OF("[4,1,5,5]", "y = max_pool(x, size = [3,1,1,1]);"), "max_pool: images of the batch cannot be computed"},
    {NET_OF("[4,6]", "y = tile(x, repeats = [2, 1]);"), "tile: images of the batch cannot be computed apart"},
    {NET_OF("[4,6]", "y = concat([x, x], axis = 0);"), "concat: images of the batch cannot be computed apart"},
    {NET_OF("[4,6]", "c = constant<scalar>(shape = [6], value = [1.0]); y = copy(c);"), "output 'y' does not have it"},
    {NET_STATE, "variable 's' is updated by every run"},
    {NET_OF("[]", "y = copy(x);"), "no batch that could be split"},
};

/* ---- one device, images one after the other ---- */

/* Outputs that are views, parts, copies and inputs; a concatenation in place. */
#define NET_MOVES                                                                                                      \
    "graph g(x) -> (a, b, c, d)\n{\n"                                                                                  \
    "    x = external<scalar>(shape = [5, 4, 3]);\n"                                                                  \
    "    w = constant<scalar>(shape = [1, 4, 1], value = [1.0, 2.0, 3.0, 4.0]);\n"                                    \
    "    y = x * w;\n"                                                                                                \
    "    [p, q] = split(y, axis = 1, ratios = [1, 3]);\n"                                                             \
    "    j = concat([exp(q), relu(p)], axis = 1);\n"                                                                  \
    "    a = reshape(j, shape = [0, 12]);\n"                                                                          \
    "    b = copy(x);\n"                                                                                              \
    "    c = reshape(p, shape = [0, 3]);\n"                                                                           \
    "    d = sum_reduce(j, axes = [1]);\n"                                                                            \
    "}\n"

static nnefcl_session *session_of_parts(const nnefcl_model *model, int64_t at_once, nnefcl_execution execution)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.images_at_once = at_once;
    options.execution = execution;
    return host_session(model, &options);
}

START_TEST(one_after_the_other)
{
    const nnefcl_execution execution = _i ? NNEFCL_EXECUTION_PERSISTENT : NNEFCL_EXECUTION_LAUNCHES;
    nnefcl_model *model = host_model(NET, 1);
    nnefcl_session *session = session_of_parts(model, 1, execution);
    fill();
    run_whole(model);
    for (int run = 0; run < 2; run++) {
        fill();
        host_run(session, inputs, outputs);
        for (size_t i = 0; i < sizeof y / sizeof *y; i++)
            ck_assert_float_eq_tol(y[i], whole_y[i], 1e-6f);
        ck_assert_mem_eq(e, whole_e, sizeof e);
    }
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

START_TEST(moves_of_parts)
{
    static float moved[2][4][60];
    const nnefcl_execution execution = _i ? NNEFCL_EXECUTION_PERSISTENT : NNEFCL_EXECUTION_LAUNCHES;
    nnefcl_model *model = host_model(NET_MOVES, 1);
    fill();
    memset(moved, 0, sizeof moved);
    for (int i = 0; i < 2; i++) {
        nnefcl_session *session = session_of_parts(model, i ? 1 : 5, execution);
        host_run(session, inputs, (void *[]){moved[i][0], moved[i][1], moved[i][2], moved[i][3]});
        nnefcl_session_free(session);
    }
    ck_assert_mem_eq(moved[1], moved[0], sizeof moved[0]);
    nnefcl_model_free(model);
}
END_TEST

START_TEST(parts_refused)
{
    nnefcl_model *model = host_model(NET, 1), *mixing = host_model(NET_OF("[4,6]", "y = softmax(x, axes = [0]);"), 1);
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_session *session;
    nnefcl_error error = {0};
    options.images_at_once = 2;
    ck_assert_int_eq(nnefcl_session_create(model, device, &options, &session, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_msg(strstr(error.message, "images at once are to be 2, which does not divide the batch, 5") != NULL, "%s",
                  error.message);
    ck_assert_int_eq(nnefcl_session_create(mixing, device, &options, &session, &error), NNEFCL_ERR_UNSUPPORTED);
    ck_assert_msg(strstr(error.message, "softmax: images of the batch cannot be computed apart: it looks") != NULL,
                  "%s", error.message);
    options.images_at_once = -1;
    ck_assert_int_eq(nnefcl_session_create(model, device, &options, &session, &error), NNEFCL_ERR_ARGUMENT);
    nnefcl_model_free(mixing);
    nnefcl_model_free(model);
}
END_TEST

START_TEST(refused)
{
    nnefcl_model *model = host_model(refusals[_i].net, 1);
    nnefcl_split *split = (nnefcl_split *)1;
    nnefcl_error error = {0};
    ck_assert_int_eq(nnefcl_split_create(model, devices, DEVICES, NULL, &split, &error), NNEFCL_ERR_UNSUPPORTED);
    ck_assert_ptr_null(split);
    ck_assert_msg(strstr(error.message, refusals[_i].message) != NULL, "%s", error.message);
    nnefcl_model_free(model);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, outputs_in_order, 0, (int)(sizeof shares / sizeof *shares));
    tcase_add_test(tests, outputs_left_out);
    tcase_add_loop_test(tests, one_after_the_other, 0, 2);
    tcase_add_loop_test(tests, moves_of_parts, 0, 2);
    tcase_add_test(tests, parts_refused);
    tcase_add_loop_test(tests, refused, 0, (int)(sizeof refusals / sizeof *refusals));
}

int main(void)
{
    Suite *suite = suite_create("parted");
    TCase *tests = tcase_create("parted");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, open_devices, close_devices);
    add(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
