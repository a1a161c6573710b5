/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that an application registers, on the device: attributes of every type, several results, any type of
 * element, state, constants, every form of execution, verification, sources that do not compile. What is refused before
 * is in front/test_registered.c. */
#include <math.h>
#include <pthread.h>

#include "base/counting_allocator.h"
#include "host/host.h"
#include "host_case.h"

#define HEADER "extension KHR_enable_fragment_definitions;\n"

static nnefcl_status shape_of_x(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

static size_t volume(const nnefcl_shape *shape)
{
    return nnefcl_tensor_bytes(NNEFCL_LOGICAL, shape);
}

/* ---- affine: attributes of every type ---- */

#define AFFINE                                                                                                         \
    "fragment affine( x: tensor<scalar>, a: scalar, n: integer = -3, l: logical = true, s: string = 'none', as: "      \
    "scalar[] = [], ns: integer[] = [], "                                                                              \
    "ls: logical[] = [], ss: string[] = [] ) -> ( y: tensor<scalar> );"

/* Vectors of any type of element, wherever they lie. */
static const char affine_source[] =
    "constant char FN(zeros)[16] = {0};\n"
    "static float FN(tail)(SIZES size)\n"
    "{\n"
    "    ulong none[16] = {0};\n"
    "    float sum = (float)VLOAD(FN(zeros)).s0 + (float)VLOAD(none).s7;\n"
    "    for (INDEX i = 0; i < LENGTH_as; i++)\n"
    "        sum += VALUE_as(i) * (float)(i + 1);\n"
    "    for (INDEX i = 0; i < LENGTH_ns; i++)\n"
    "        sum += (float)(VALUE_ns(i) >> 32) + (float)(VALUE_ns(i) & 0xffff);\n"
    "    for (INDEX i = 0; i < LENGTH_ls; i++)\n"
    "        sum += VALUE_ls(i) ? 1000.0f : 0.0f;\n"
    "    return sum;\n"
    "}\n"
    "static void FN(affine)(INDEX task, SIZES size, global const float *x, global float *y)\n"
    "{\n"
    "    y[task] = x[task] * VALUE_a + (float)VALUE_n + (VALUE_l ? 0.5f : 0.0f) + FN(tail)(size);\n"
    "}\n";

/* The second item of ss is the name of an attribute that has to be there: strings get to the functions. */
static nnefcl_status affine_shape(nnefcl_call *call, void *user)
{
    if (strcmp(nnefcl_call_string(call, "s", 0), "none") != 0)
        return nnefcl_call_error(call, "s is '%s'", nnefcl_call_string(call, "s", 0));
    if (nnefcl_call_count(call, "ss") > 1 && strcmp(nnefcl_call_string(call, "ss", 1), "two") != 0)
        return nnefcl_call_error(call, "ss[1] is '%s'", nnefcl_call_string(call, "ss", 1));
    return shape_of_x(call, user);
}

static void affine_define(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "y");
    const double *x = nnefcl_call_elements(call, "x");
    double *y = nnefcl_call_result(call, "y"), *scale = nnefcl_call_scale(call, "y", 8), tail = 0;
    (void)user;
    for (size_t i = 0; i < nnefcl_call_count(call, "as"); i++)
        tail += nnefcl_call_scalar(call, "as", i) * (double)(i + 1);
    for (size_t i = 0; i < nnefcl_call_count(call, "ns"); i++)
        tail +=
            (double)(nnefcl_call_integer(call, "ns", i) >> 32) + (double)(nnefcl_call_integer(call, "ns", i) & 0xffff);
    for (size_t i = 0; i < nnefcl_call_count(call, "ls"); i++)
        tail += nnefcl_call_logical(call, "ls", i) ? 1000 : 0;
    for (size_t i = 0; i < volume(&shape); i++) {
        y[i] = x[i] * nnefcl_call_scalar(call, "a", 0) + (double)nnefcl_call_integer(call, "n", 0) +
               (nnefcl_call_logical(call, "l", 0) ? 0.5 : 0) + tail;
        scale[i] = fabs(x[i] * nnefcl_call_scalar(call, "a", 0)) + 4000;
    }
}

/* ---- extremes: several results, tasks of its own ---- */

#define EXTREMES                                                                                                       \
    "fragment extremes( x: tensor<scalar>, axis: integer ) -> ( low: tensor<scalar>, where: tensor<integer>, "         \
    "positive: tensor<logical> );"

static const char extremes_source[] =
    "#define LINE EXTENT_x(VALUE_axis)\n"
    "static INDEX FN(tail)(SIZES size, INDEX task)\n"
    "{\n"
    "    const INDEX stride = STRIDE_x(VALUE_axis);\n"
    "    return task / stride * stride * LINE + task % stride;\n"
    "}\n"
    "static void FN(compute)(INDEX task, SIZES size, global const float *x, global float *low, global int *where,\n"
    "                        global uchar *positive)\n"
    "{\n"
    "    const INDEX first = FN(tail)(size, task);\n"
    "    INDEX best = 0;\n"
    "    for (INDEX i = 1; i < LINE; i++)\n"
    "        if (x[first + i * STRIDE_x(VALUE_axis)] < x[first + best * STRIDE_x(VALUE_axis)])\n"
    "            best = i;\n"
    "    low[task] = x[first + best * STRIDE_x(VALUE_axis)];\n"
    "    where[task] = (int)best;\n"
    "    positive[task] = low[task] > 0;\n"
    "}\n";

static nnefcl_status extremes_shape(nnefcl_call *call, void *user)
{
    nnefcl_shape shape = nnefcl_call_shape(call, "x");
    const int64_t axis = nnefcl_call_integer(call, "axis", 0);
    (void)user;
    if (axis < 0 || axis >= shape.rank)
        return nnefcl_call_error(call, "axis %lld of rank %d", (long long)axis, shape.rank);
    shape.extent[axis] = 1;
    nnefcl_call_set_shape(call, "low", &shape);
    nnefcl_call_set_shape(call, "where", &shape);
    nnefcl_call_set_shape(call, "positive", &shape);
    return nnefcl_call_dtype(call, "where") == NNEFCL_INTEGER && nnefcl_call_dtype(call, "x") == NNEFCL_SCALAR
               ? NNEFCL_OK
               : NNEFCL_ERR_INTERNAL;
}

static int64_t extremes_tasks(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "where");
    (void)user;
    return (int64_t)volume(&shape);
}

static void extremes_define(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    const double *x = nnefcl_call_elements(call, "x");
    const size_t axis = (size_t)nnefcl_call_integer(call, "axis", 0), line = (size_t)shape.extent[axis];
    size_t stride = 1;
    (void)user;
    for (int i = (int)axis + 1; i < shape.rank; i++)
        stride *= (size_t)shape.extent[i];
    for (size_t task = 0; task < volume(&shape) / line; task++) {
        const size_t first = task / stride * stride * line + task % stride;
        size_t best = 0;
        for (size_t i = 1; i < line; i++)
            best = x[first + i * stride] < x[first + best * stride] ? i : best;
        nnefcl_call_result(call, "low")[task] = x[first + best * stride];
        nnefcl_call_result(call, "where")[task] = (double)best;
        nnefcl_call_result(call, "positive")[task] = x[first + best * stride] > 0;
    }
}

/* ---- choose: any type of element, also of attributes; its body has the name of one of the library's, and the same as
 * that of extremes ---- */

#define CHOOSE "fragment choose<?>( x: tensor<?>, other: tensor<?>, mark: ?, more: ?[] = [] ) -> ( y: tensor<?> );"

static const char choose_source[] =
    "#define LINE 1 /* the other one has it too */\n"
    "static T FN(tail)(SIZES size, T v, T otherwise)\n"
    "{\n"
    "    for (INDEX i = 0; i < LENGTH_more; i += LINE)\n"
    "        if (v == VALUE_more(i))\n"
    "            return otherwise;\n"
    "    return v == VALUE_mark ? otherwise : v;\n"
    "}\n"
    "static void FN(broadcast)(INDEX task, SIZES size, global const T *x, global const T *other, global T *y)\n"
    "{\n"
    "    y[task] = FN(tail)(size, x[task], other[RANK_other ? task : 0]);\n"
    "}\n";

static int marked(nnefcl_call *call, double v)
{
    const nnefcl_dtype dtype = nnefcl_call_dtype(call, "x");
    for (size_t i = 0; i <= nnefcl_call_count(call, "more"); i++) {
        const char *name = i ? "more" : "mark";
        const size_t k = i ? i - 1 : 0;
        const double value = dtype == NNEFCL_SCALAR    ? nnefcl_call_scalar(call, name, k)
                             : dtype == NNEFCL_INTEGER ? (double)nnefcl_call_integer(call, name, k)
                                                       : nnefcl_call_logical(call, name, k);
        if (v == value)
            return 1;
    }
    return 0;
}

static void choose_define(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x"), other = nnefcl_call_shape(call, "other");
    (void)user;
    for (size_t i = 0; i < volume(&shape); i++) {
        const double x = nnefcl_call_elements(call, "x")[i];
        nnefcl_call_result(call, "y")[i] =
            marked(call, x) ? nnefcl_call_elements(call, "other")[other.rank ? i : 0] : x;
    }
}

/* ---- opening and running ---- */

enum { OPERATIONS = 3 };

static const nnefcl_operation operations[OPERATIONS] = {
    {1, AFFINE, affine_shape, affine_source, NULL, NULL, affine_define, 2, 0.5, NULL},
    {1, EXTREMES, extremes_shape, extremes_source, "compute", extremes_tasks, extremes_define, 0, 0, NULL},
    {1, CHOOSE, shape_of_x, choose_source, "broadcast", NULL, choose_define, 0, 0, NULL},
};

/* The texts given are gone when the call returns. */
static nnefcl_model *open_with(const char *body, const nnefcl_operation *given, size_t count)
{
    char text[4096], declaration[OPERATIONS][512], source[OPERATIONS][2048], function[OPERATIONS][64];
    nnefcl_operation copy[OPERATIONS];
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    ck_assert_uint_le(count, OPERATIONS);
    for (size_t i = 0; i < count; i++) {
        copy[i] = given[i];
        copy[i].declaration = strcpy(declaration[i], given[i].declaration);
        copy[i].source = strcpy(source[i], given[i].source);
        copy[i].function = given[i].function ? strcpy(function[i], given[i].function) : NULL;
    }
    options.random_weights = 1;
    options.operations = copy;
    options.operation_count = count;
    snprintf(text, sizeof text, "version 1.0;\n%s", body);
    ck_assert_msg(nnefcl_model_open_memory(text, strlen(text), &options, &model, &error) == NNEFCL_OK, "%d: %s",
                  error.line, error.message);
    memset(declaration, 0x55, sizeof declaration);
    memset(source, 0x55, sizeof source);
    memset(function, 0x55, sizeof function);
    return model;
}

static const nnefcl_session_options forms[] = {
    {.version = 1},
    {.version = 1, .separate_buffers = 1, .profiling = 1},
    {.version = 1, .kernels = (const char *const[]){"plain"}, .kernel_count = 1, .keep_tensors = 1},
    {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT},
};
enum { FORMS = sizeof forms / sizeof *forms };

static int can_run(const nnefcl_session_options *form)
{
    return form->execution != NNEFCL_EXECUTION_PERSISTENT || device->target.cpu;
}

/* Two of each with other ranks and lengths: one kernel serves them. Enough of the library's own for them to share a
 * program. */
#define NET_ALL                                                                                                        \
    HEADER AFFINE EXTREMES CHOOSE                                                                                      \
        "graph all(x, k) -> (p, q, low, where, positive, low0, where0, positive0, c, i, b, f)\n"                       \
        "{\n"                                                                                                          \
        "    x = external<scalar>(shape = [2, 3, 4]);\n"                                                               \
        "    k = external<integer>(shape = [5]);\n"                                                                    \
        "    p = affine(x, a = 2.0, as = [0.25, 0.5], ns = [12884901890, 7], ls = [true, false, true], ss = ['one', "  \
        "'two']);\n"                                                                                                   \
        "    q = affine(p, a = -1.5, n = 9, l = false);\n"                                                             \
        "    low, where, positive = extremes(x, axis = 1);\n"                                                          \
        "    v = reshape(x, shape = [24]);\n"                                                                          \
        "    low0, where0, positive0 = extremes(v, axis = 0);\n"                                                       \
        "    c = choose(x, 42.0, mark = 6.0, more = [13.5, 0.5]);\n"                                                   \
        "    i = choose(k, k, mark = 1);\n"                                                                            \
        "    b = choose(positive, true, mark = false);\n"                                                              \
        "    e = exp(low);\n"                                                                                          \
        "    r = sum_reduce(e, axes = [2]);\n"                                                                         \
        "    m = transpose(r, axes = [1, 0, 2]);\n"                                                                    \
        "    f = softmax(m, axes = [1]);\n"                                                                            \
        "}\n"

struct all {
    float p[24], q[24], low[8], low0[1], c[24], f[2];
    int32_t where[8], where0[1], i[5];
    unsigned char positive[8], positive0[1], b[8];
};

static float x_of(int i)
{
    return (float)((i * 7 + 3) % 19) - 4.5f + (float)(i % 3) * 0.5f;
}

static void run_all(nnefcl_session *session, struct all *out)
{
    float x[24];
    const int32_t k[5] = {1, 2, 1, -70000, 1};
    memset(out, 0x7f, sizeof *out);
    for (int i = 0; i < 24; i++)
        x[i] = x_of(i);
    host_run(session, (const void *[]){x, k},
             (void *[]){out->p, out->q, out->low, out->where, out->positive, out->low0, out->where0, out->positive0,
                        out->c, out->i, out->b, out->f});
}

static void check_affine(const struct all *out)
{
    for (int i = 0; i < 24; i++) {
        const float p = x_of(i) * 2 - 3 + 0.5f + (0.25f + 2 * 0.5f) + (3 + 2 + 7) + 2000;
        ck_assert_float_eq_tol(out->p[i], p, 1e-3f);
        ck_assert_float_eq_tol(out->q[i], p * -1.5f + 9, 1e-2f);
    }
}

static void check_extremes(const struct all *out)
{
    int best = 0;
    for (int n = 0; n < 2; n++)
        for (int k = 0; k < 4; k++) {
            int line = 0;
            for (int i = 1; i < 3; i++)
                line = x_of(n * 12 + i * 4 + k) < x_of(n * 12 + line * 4 + k) ? i : line;
            ck_assert_int_eq(out->where[n * 4 + k], line);
            ck_assert_float_eq(out->low[n * 4 + k], x_of(n * 12 + line * 4 + k));
            ck_assert_int_eq(out->positive[n * 4 + k], x_of(n * 12 + line * 4 + k) > 0);
            ck_assert_int_eq(out->b[n * 4 + k], 1);
        }
    for (int i = 1; i < 24; i++)
        best = x_of(i) < x_of(best) ? i : best;
    ck_assert_int_eq(out->where0[0], best);
    ck_assert_float_eq(out->low0[0], x_of(best));
    ck_assert_int_eq(out->positive0[0], 0);
}

static void check_all(nnefcl_session *session)
{
    static const int32_t k[5] = {1, 2, 1, -70000, 1};
    struct all out;
    int changed = 0;
    run_all(session, &out);
    check_affine(&out);
    check_extremes(&out);
    for (int i = 0; i < 24; i++) {
        const float x = x_of(i);
        ck_assert_float_eq(out.c[i], x == 6 || x == 13.5f || x == 0.5f ? 42 : x);
        changed += out.c[i] == 42;
    }
    ck_assert_int_gt(changed, 2);
    ck_assert_mem_eq(out.i, k, sizeof k);
    ck_assert_float_eq_tol(out.f[0] + out.f[1], 2, 2.1f);
}

START_TEST(every_form)
{
    if (!can_run(&forms[_i]))
        return;
    nnefcl_model *model = open_with(NET_ALL, operations, OPERATIONS);
    nnefcl_session *session = host_session(model, &forms[_i]);
    nnefcl_model_free(model);
    check_all(session);
    check_all(session);
    nnefcl_session_free(session);
}
END_TEST

/* The form for GPUs, groups of many work-items, on whatever device there is. */
START_TEST(groups)
{
    const struct ncl_target kept = device->target;
    device->target.cpu = false;
    device->target.group = device->target.max_work_group < 64 ? 1 : 64;
    device->target.chunk = 8;
    nnefcl_model *model = open_with(NET_ALL, operations, OPERATIONS);
    nnefcl_session *session = host_session(model, NULL);
    nnefcl_model_free(model);
    check_all(session);
    nnefcl_session_free(session);
    device->target = kept;
}
END_TEST

/* ---- sources and plans ---- */

/* Room for all programs of a session, whatever the widths and the order of its kernels. */
static struct dump {
    char text[1 << 20];
    size_t length;
} dump;

static int append(void *user, const char *text, size_t length)
{
    struct dump *whole = user;
    ck_assert_uint_lt(whole->length + length, sizeof whole->text);
    memcpy(whole->text + whole->length, text, length);
    whole->length += length;
    whole->text[whole->length] = '\0';
    return 0;
}

START_TEST(dumps)
{
    dump.length = 0;
    nnefcl_step_info info;
    nnefcl_error error = {0};
    nnefcl_model *model = open_with(NET_ALL, operations, OPERATIONS);
    nnefcl_session *session = host_session(model, NULL);
    ck_assert_int_eq(nnefcl_model_dump_plan(model, NULL, 1, NNEFCL_DUMP_PLAN, append, &dump, &error), NNEFCL_OK);
    ck_assert_msg(strstr(dump.text, " LENGTH_as=2 START_as=45 LENGTH_ns=2 START_ns=47 LENGTH_ls=3 START_ls=49 "),
                  "%.3500s", dump.text);
    nnefcl_model_free(model);
    dump.length = 0;
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_PLAN, append, &dump, &error), NNEFCL_OK);
    ck_assert_msg(strstr(dump.text, "affine t0 >t2 tasks=24 COUNT_x=24 RANK_x=3 EXTENT_x=2,3,4,1,1,1,1,1 "
                                    "STRIDE_x=12,4,1,1,1,1,1,1 VALUE_a=1073741824 "),
                  "%.3500s", dump.text);
    dump.length = 0;
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_CL, append, &dump, &error), NNEFCL_OK);
    ck_assert_msg(strstr(dump.text, "#define EXTENT_x(i) SIZE(2 + (i))\n"), "%.3500s", dump.text);
    ck_assert_ptr_nonnull(strstr(dump.text, "#line 1 \"affine\"\n"));
    ck_assert_int_eq(nnefcl_session_step(session, 0, &info), NNEFCL_OK);
    ck_assert_str_eq(info.kernel, "affine");
    ck_assert(strstr(info.location, "p = affine"));
    nnefcl_session_free(session);
}
END_TEST

/* The same source for 64-bit indices. */
static int64_t many_tasks(nnefcl_call *call, void *user)
{
    (void)call, (void)user;
    return (int64_t)1 << 32;
}

START_TEST(long_index)
{
    dump.length = 0;
    nnefcl_error error = {0};
    nnefcl_operation operation = operations[2];
    operation.tasks = many_tasks;
    nnefcl_model *model = open_with(
        HEADER CHOOSE "graph g(x) -> (y) { x = external<scalar>(shape = [2]); y = choose(x, x, mark = 1.0); }",
        &operation, 1);
    nnefcl_session *session = host_session(model, NULL);
    ck_assert_int_eq(nnefcl_session_dump(session, NNEFCL_DUMP_CL, append, &dump, &error), NNEFCL_OK);
    ck_assert_ptr_nonnull(strstr(dump.text, "#define INDEX long\n"));
    nnefcl_session_free(session);
    nnefcl_model_free(model);
}
END_TEST

/* A line of the source that no compiler takes. */
START_TEST(bad_source)
{
    nnefcl_error error = {0};
    nnefcl_session *session = NULL;
    const nnefcl_operation operation = {1,
                                        "fragment bend( x: tensor<scalar> ) -> ( y: tensor<scalar> );",
                                        shape_of_x,
                                        "static void FN(bend)(INDEX task, SIZES size, global const float *x, global "
                                        "float *y)\n{\n    y[task] = nowhere;\n}\n",
                                        NULL,
                                        NULL,
                                        NULL,
                                        0,
                                        0,
                                        NULL};
    if (!can_run(&forms[_i]))
        return;
    nnefcl_model *model =
        open_with("graph g(x) -> (y) { x = external<scalar>(shape = [2]); y = bend(x); }", &operation, 1);
    ck_assert_int_eq(nnefcl_session_create(model, device, &forms[_i], &session, &error), NNEFCL_ERR_DEVICE);
    ck_assert_msg(strstr(error.message, "bend") && strstr(error.message, "nowhere"), "%s", error.message);
    ck_assert_int_eq(error.opencl_code, CL_BUILD_PROGRAM_FAILURE);
    ck_assert_ptr_null(session);
    nnefcl_model_free(model);
}
END_TEST

static nnefcl_status lower_barrier(const char *statement, nnefcl_error *error)
{
    char source[256];
    nnefcl_session *session = NULL;
    const nnefcl_operation operation = {.version = 1,
                                        .declaration = "fragment bend( x: tensor<scalar> ) -> ( y: tensor<scalar> );",
                                        .shape = shape_of_x,
                                        .source = source};
    const nnefcl_session_options plan = {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES};
    snprintf(source, sizeof source,
             "static void FN(bend)(INDEX task, SIZES size, global const float *x, global float *y)\n"
             "{\n    %s\n    y[task] = x[task];\n}\n",
             statement);
    nnefcl_model *model =
        open_with("graph g(x) -> (y) { x = external<scalar>(shape = [2]); y = bend(x); }", &operation, 1);
    const nnefcl_status status = nnefcl_session_create(model, device, &plan, &session, error);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    return status;
}

/* A device that has no barriers for us refuses what says one, by its name; words that look like one are none. */
START_TEST(barriers)
{
    static const char *const harmless[] = {"", "int barriers = 1, my_barrier = barriers + (int)get_group_id(0);"},
                             *const words[] = {"barrier", "work_group_barrier", "async_work_group_copy",
                                               "wait_group_events", "sub_group_barrier"};
    nnefcl_error error = {0};
    const bool kept = device->target.barriers;
    device->target.barriers = false;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        ck_assert_msg(lower_barrier(harmless[i], &error) == NNEFCL_OK, "%s", error.message);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char statement[64];
        snprintf(statement, sizeof statement, "%s(1);", words[i]);
        ck_assert_int_eq(lower_barrier(statement, &error), NNEFCL_ERR_UNSUPPORTED);
        ck_assert_msg(strstr(error.message, "bend") && strstr(error.message, words[i]), "%s", error.message);
        ck_assert_int_gt(error.line, 0);
    }
    device->target.barriers = kept;
}
END_TEST

/* Every allocation of a session fails once, and all behind it. */
START_TEST(memory_ends)
{
    nnefcl_model *model =
        open_with(HEADER AFFINE "graph g(x) -> (y) { x = external<scalar>(shape = [2]); y = affine(x, a = 1.0); }",
                  operations, 1);
    for (size_t n = 1;; n++) {
        struct counting_allocator counting = {.fail_at = n, .fail_on = true};
        nnefcl_session_options options = forms[n % 2 && device->target.cpu ? FORMS - 1 : 0];
        nnefcl_session *session;
        nnefcl_error error = {0};
        options.allocator = counting_allocator(&counting);
        const nnefcl_status status = nnefcl_session_create(model, device, &options, &session, &error);
        ck_assert_msg(status == NNEFCL_OK || status == NNEFCL_ERR_NOMEM, "%zu: %s", n, error.message);
        nnefcl_session_free(session);
        ck_assert_uint_eq(counting.live, 0);
        if (counting.calls < n)
            break;
        ck_assert_int_ne(status, NNEFCL_OK);
    }
    nnefcl_model_free(model);
}
END_TEST

/* ---- constants, state ---- */

/* What depends on constants alone is computed once. */
START_TEST(constants)
{
    float x[3] = {1, 2, 3}, y[3];
    nnefcl_step_info info;
    if (!can_run(&forms[_i]))
        return;
    nnefcl_model *model =
        open_with(HEADER AFFINE
                  "graph g(x) -> (y)\n{\n    x = external<scalar>(shape = [3]);\n"
                  "    c = constant<scalar>(shape = [3], value = [1.0, 2.0, 4.0]);\n"
                  "    d = affine(c, a = 10.0, n = 0, l = false);\n    e = affine(0.5, a = 2.0, n = 0, l = false);\n"
                  "    y = x + d + e;\n}\n",
                  operations, OPERATIONS);
    nnefcl_session *session = host_session(model, &forms[_i]);
    nnefcl_model_free(model);
    for (size_t i = 0; nnefcl_session_step(session, i, &info) == NNEFCL_OK; i++)
        ck_assert_str_ne(info.kernel, "affine");
    for (int run = 0; run < 2; run++) {
        host_run(session, (const void *[]){x}, (void *[]){y});
        for (int k = 0; k < 3; k++)
            ck_assert_float_eq(y[k], x[k] + (float)(10 << k) + 1);
    }
    nnefcl_session_free(session);
}
END_TEST

START_TEST(state)
{
    float x[2] = {1, -2}, y[2], zero[2] = {0}, expected[2] = {0};
    if (!can_run(&forms[_i]))
        return;
    nnefcl_model *model =
        open_with(HEADER AFFINE "graph g(x) -> (y)\n{\n    x = external<scalar>(shape = [2]);\n"
                                "    s = variable<scalar>(shape = [2], label = 's');\n    t = s + x;\n"
                                "    y = affine(t, a = 2.0, n = 1, l = false);\n    u = update(s, y);\n}\n",
                  operations, OPERATIONS);
    nnefcl_session *session = host_session(model, &forms[_i]);
    nnefcl_model_free(model);
    ck_assert_int_eq(nnefcl_session_state_write(session, 0, zero, NULL), NNEFCL_OK);
    for (int run = 0; run < 4; run++) {
        host_run(session, (const void *[]){x}, (void *[]){y});
        for (int k = 0; k < 2; k++)
            expected[k] = (expected[k] + x[k]) * 2 + 1;
        ck_assert_mem_eq(y, expected, sizeof y);
    }
    nnefcl_session_free(session);
}
END_TEST

/* ---- two threads, each with a session of one model ---- */

static void *run_often(void *user)
{
    struct all out;
    for (int i = 0; i < 20; i++)
        run_all(user, &out);
    return NULL;
}

START_TEST(threads)
{
    pthread_t thread[2];
    nnefcl_session *session[2];
    nnefcl_model *model = open_with(NET_ALL, operations, OPERATIONS);
    for (int i = 0; i < 2; i++)
        session[i] = host_session(model, NULL);
    nnefcl_model_free(model);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, run_often, session[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < 2; i++) {
        check_all(session[i]);
        nnefcl_session_free(session[i]);
    }
}
END_TEST

/* ---- verification ---- */

struct verdicts {
    int good, bad, undefined;
    double tolerance; /* of the last bad one */
};

static int count_verdict(void *user, const nnefcl_verdict *verdict)
{
    struct verdicts *verdicts = user;
    if (verdict->elements == 0)
        verdicts->undefined++;
    else if (verdict->bad == 0)
        verdicts->good++;
    else {
        verdicts->bad++;
        verdicts->tolerance = verdict->tolerance;
        ck_assert_str_eq(verdict->reason, "what the application allows");
    }
    return 0;
}

static nnefcl_status verify(const nnefcl_operation *given, size_t count, struct verdicts *verdicts, nnefcl_error *error)
{
    float x[24];
    const int32_t k[5] = {1, 2, 1, -70000, 1};
    const nnefcl_session_options options = {.version = 1, .keep_tensors = 1};
    for (int i = 0; i < 24; i++)
        x[i] = x_of(i);
    nnefcl_model *model = open_with(NET_ALL, given, count);
    nnefcl_session *session = host_session(model, &options);
    *verdicts = (struct verdicts){0};
    const nnefcl_status status =
        nnefcl_session_verify(session, model, (const void *[]){x, k}, NULL, count_verdict, verdicts, error);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    return status;
}

static void wrong_define(nnefcl_call *call, void *user)
{
    affine_define(call, user);
    nnefcl_call_result(call, "y")[5] += 1;
}

static void lost_define(nnefcl_call *call, void *user)
{
    affine_define(call, user);
    ck_assert_ptr_null(nnefcl_call_result(call, "z"));
}

START_TEST(verification)
{
    struct verdicts all, verdicts;
    nnefcl_error error = {0};
    nnefcl_operation given[OPERATIONS];
    memcpy(given, operations, sizeof given);
    ck_assert_msg(verify(given, OPERATIONS, &all, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_int_ge(all.good, 11);
    ck_assert_int_eq(all.bad, 0);
    given[0].define = NULL;
    ck_assert_int_eq(verify(given, OPERATIONS, &verdicts, &error), NNEFCL_OK);
    ck_assert_int_eq(verdicts.undefined, all.undefined + 2);
    ck_assert_int_eq(verdicts.good, all.good - 2);
    given[0].define = wrong_define;
    ck_assert_int_eq(verify(given, OPERATIONS, &verdicts, &error), NNEFCL_OK);
    ck_assert_int_eq(verdicts.bad, 2);
    ck_assert_double_eq(verdicts.tolerance, 2 + 0.5 * 8);
    given[0].define = lost_define;
    ck_assert_int_eq(verify(given, OPERATIONS, &verdicts, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_str_eq(error.message, "affine: its functions ask for a result 'z', and it has none of that name");
    ck_assert_int_gt(error.line, 0);
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, every_form, 0, FORMS);
    tcase_add_test(tests, groups);
    tcase_add_test(tests, dumps);
    tcase_add_test(tests, long_index);
    tcase_add_loop_test(tests, bad_source, 0, FORMS);
    tcase_add_test(tests, barriers);
    tcase_add_test(tests, memory_ends);
    tcase_add_loop_test(tests, constants, 0, FORMS);
    tcase_add_loop_test(tests, state, 0, FORMS);
    tcase_add_test(tests, threads);
    tcase_add_test(tests, verification);
}

int main(void)
{
    return host_main("operation", add);
}
