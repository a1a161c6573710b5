/* SPDX-License-Identifier: Apache-2.0 */
/* What a program built for another version, or with memory of another size, does: structs of other sizes, options of
 * other versions, host memory that is too small, elements that do not stand for a type. (NULL: test_null.c; OpenCL
 * objects: test_opencl.c.) */
#include <math.h>

#include "base/half.h"
#include "host_case.h"
#include "nnefcl/opencl.h"

static nnefcl_model *model;
static nnefcl_session *session;
static nnefcl_error error;

static void setup(void)
{
    host_open();
    model = host_model(NET_STATE, 1);
    session = host_session(model, NULL);
}

static void teardown(void)
{
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    host_close();
}

/* ---- filled structs: the functions behind the macros ---- */

#define FILLER(name, type, call)                                                                                       \
    static nnefcl_status fill_##name(void *info, size_t size)                                                          \
    {                                                                                                                  \
        return call;                                                                                                   \
    }
#define FILLER_VOID(name, type, call)                                                                                  \
    static nnefcl_status fill_##name(void *info, size_t size)                                                          \
    {                                                                                                                  \
        call;                                                                                                          \
        return size < sizeof(type) ? NNEFCL_ERR_ARGUMENT : NNEFCL_OK;                                                  \
    }
#define FILLERS(STATUS, VOID)                                                                                          \
    STATUS(input, nnefcl_tensor_info, (nnefcl_model_input)(model, 0, info, size))                                      \
    STATUS(output, nnefcl_tensor_info, (nnefcl_model_output)(model, 0, info, size))                                    \
    STATUS(variable, nnefcl_tensor_info, (nnefcl_model_variable)(model, 0, info, size))                                \
    STATUS(state, nnefcl_tensor_info, (nnefcl_session_state)(session, 0, info, size))                                  \
    STATUS(node, nnefcl_node_info, (nnefcl_model_node)(model, 0, info, size))                                          \
    STATUS(step, nnefcl_step_info, (nnefcl_session_step)(session, 0, info, size))                                      \
    STATUS(op, nnefcl_op_info, (nnefcl_op)(0, info, size))                                                             \
    STATUS(variant, nnefcl_variant_info, (nnefcl_variant)(0, NULL, info, size))                                        \
    STATUS(needs, nnefcl_needs, (nnefcl_model_check)(model, NULL, info, size, NULL))                                   \
    VOID(device, nnefcl_device_info, (nnefcl_device_describe)(device, info, size))                                     \
    VOID(memory, nnefcl_memory, (nnefcl_session_memory)(session, info, size))                                          \
    VOID(timing, nnefcl_timing, (nnefcl_session_timing)(session, info, size))                                          \
    VOID(model_memory, nnefcl_host_memory, (nnefcl_model_host_memory)(model, info, size))                              \
    VOID(session_memory, nnefcl_host_memory, (nnefcl_session_host_memory)(session, info, size))
FILLERS(FILLER, FILLER_VOID)

static const struct filler {
    const char *name;
    nnefcl_status (*fill)(void *info, size_t size);
    size_t size;
} fillers[] = {
#define FILLER_ROW(name, type, call) {#name, fill_##name, sizeof(type)},
    FILLERS(FILLER_ROW, FILLER_ROW)};

static int all_are(const unsigned char *bytes, size_t from, size_t to, int value)
{
    for (size_t i = from; i < to; i++)
        if (bytes[i] != value)
            return 0;
    return 1;
}

START_TEST(sizes)
{
    const struct filler *f = &fillers[_i];
    unsigned char bytes[4096];
    const size_t more = f->size + 64;
    ck_assert_uint_lt(more, sizeof bytes);
    memset(bytes, 0xa5, sizeof bytes);
    ck_assert_msg(f->fill(bytes, 4) == NNEFCL_ERR_ARGUMENT, "%s: 4 bytes are enough", f->name);
    ck_assert_msg(all_are(bytes, 0, 4, 0) && all_are(bytes, 4, more, 0xa5), "%s: wrote beyond 4 bytes", f->name);
    ck_assert_msg(f->fill(bytes, f->size) == NNEFCL_OK, "%s: refused", f->name);
    ck_assert_msg(!all_are(bytes, 0, f->size, 0) && all_are(bytes, f->size, more, 0xa5), "%s: its size", f->name);
    ck_assert_msg(f->fill(bytes, more) == NNEFCL_OK, "%s: a longer one is refused", f->name);
    ck_assert_msg(all_are(bytes, f->size, more, 0) && all_are(bytes, more, sizeof bytes, 0xa5),
                  "%s: what it does not know is not zero", f->name);
}
END_TEST

/* ---- options of another version ---- */

static int stop(void *user, const nnefcl_conformance_case *result)
{
    (void)user, (void)result;
    return 1;
}

static nnefcl_status open_with(const nnefcl_model_options *options, nnefcl_error *said)
{
    static const char text[] = "version 1.0; graph g(x) -> (x) { x = external<scalar>(shape = [1]); }";
    nnefcl_model *made;
    return nnefcl_model_open_memory(text, sizeof text - 1, options, &made, said);
}

START_TEST(versions)
{
    nnefcl_device *opened;
    nnefcl_session *made;
    nnefcl_operation operation = NNEFCL_OPERATION_INIT;
    nnefcl_model_options with_operation = NNEFCL_MODEL_OPTIONS_INIT;
    operation.version = 2;
    with_operation.operations = &operation;
    with_operation.operation_count = 1;
    const nnefcl_model_options models = {.version = 2};
    const nnefcl_device_options devices = {.version = 2};
    const nnefcl_session_options sessions = {.version = 2};
    const nnefcl_conformance_options conformance = {.version = 2};
    nnefcl_error said[6] = {0};
    const nnefcl_status status[6] = {
        open_with(&models, &said[0]),
        open_with(&with_operation, &said[1]),
        nnefcl_device_open(NULL, &devices, &opened, &said[2]),
        nnefcl_session_create(model, device, &sessions, &made, &said[3]),
        nnefcl_session_reshape(&session, model, &sessions, &said[4]),
        nnefcl_conformance_run(device, &conformance, stop, NULL, &said[5]),
    };
    for (int i = 0; i < 6; i++)
        ck_assert_msg(status[i] == NNEFCL_ERR_ARGUMENT && strstr(said[i].message, "version"), "%d: %s %s", i,
                      nnefcl_status_name(status[i]), said[i].message);
    ck_assert(!opened && !made && session);
}
END_TEST

/* ---- runs with sizes ---- */

#define NET_KINDS                                                                                                      \
    "graph kinds(x, i) -> (y, j)\n"                                                                                    \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [3]);\n"                                                                         \
    "    i = external<integer>(shape = [2]);\n"                                                                        \
    "    y = x * 2.0;\n"                                                                                               \
    "    j = copy(i);\n"                                                                                               \
    "}\n"

static const float reals[3] = {1, -0.5f, 3};
static const int32_t narrow[2] = {7, -8};
static const int64_t wide[2] = {7, -8}, too_wide[2] = {7, (int64_t)1 << 31};
static uint16_t halves[3];
static float y[3];
static int32_t j[2];

static const struct run_case {
    const char *name;
    nnefcl_source x, i;
    nnefcl_sink y;
    size_t inputs, outputs;
    nnefcl_status status;
    const char *message;
} run_cases[] = {
    {"own", {reals, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_OK, ""},
    {"no outputs", {reals, 12, 0}, {narrow, 8, 0}, {NULL, 0, 0}, 2, 0, NNEFCL_OK, ""},
    {"64 bits", {reals, 12, 0}, {wide, 16, NNEFCL_ELEMENT_INT64}, {y, 12, 0}, 2, 2, NNEFCL_OK, ""},
    {"more room", {reals, 100, 0}, {narrow, 8, 0}, {y, 100, 0}, 2, 2, NNEFCL_OK, ""},
    {"small input", {reals, 11, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "'x' has 11 bytes, 12"},
    {"small output", {reals, 12, 0}, {narrow, 8, 0}, {y, 8, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "'y' has 8 bytes, 12"},
    {"small halves", {halves, 5, NNEFCL_ELEMENT_FLOAT16}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "6"},
    {"no input", {NULL, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "'x' is NULL"},
    {"one input", {reals, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 1, 2, NNEFCL_ERR_ARGUMENT, "1 inputs"},
    {"three outputs", {reals, 12, 0}, {narrow, 8, 0}, {y, 12, 0}, 2, 3, NNEFCL_ERR_ARGUMENT, "3 outputs"},
    {"kind",
     {reals, 12, NNEFCL_ELEMENT_INT64},
     {narrow, 8, 0},
     {y, 12, 0},
     2,
     2,
     NNEFCL_ERR_ARGUMENT,
     "of type scalar"},
    {"no kind", {reals, 12, (nnefcl_element)9}, {narrow, 8, 0}, {y, 12, 0}, 2, 2, NNEFCL_ERR_ARGUMENT, "is 9"},
    {"too wide", {reals, 12, 0}, {too_wide, 16, NNEFCL_ELEMENT_INT64}, {y, 12, 0}, 2, 2, NNEFCL_ERR_DATA, "2147483648"},
};

START_TEST(run_sized)
{
    const struct run_case *c = &run_cases[_i];
    nnefcl_session *kinds = host_ready(NET_KINDS, NULL);
    const nnefcl_source inputs[2] = {c->x, c->i};
    const nnefcl_sink outputs[3] = {c->y, {j, sizeof j, 0}};
    memset(y, 0, sizeof y);
    const nnefcl_status status = nnefcl_session_run_sized(kinds, inputs, c->inputs, outputs, c->outputs, &error);
    ck_assert_msg(status == c->status && strstr(error.message, c->message), "%s: %s %s", c->name,
                  nnefcl_status_name(status), error.message);
    if (status == NNEFCL_OK && c->outputs)
        ck_assert_msg(y[1] == -1 && j[1] == -8, "%s: %g %d", c->name, (double)y[1], j[1]);
    nnefcl_session_free(kinds);
    error = (nnefcl_error){0};
}
END_TEST

START_TEST(halves_and_wide)
{
    nnefcl_session *kinds = host_ready(NET_KINDS, NULL);
    int64_t got[2];
    uint16_t doubled[3];
    for (int i = 0; i < 3; i++)
        halves[i] = ncl_half_round(reals[i]);
    const nnefcl_source inputs[2] = {{halves, sizeof halves, NNEFCL_ELEMENT_FLOAT16},
                                     {wide, sizeof wide, NNEFCL_ELEMENT_INT64}};
    const nnefcl_sink outputs[2] = {{doubled, sizeof doubled, NNEFCL_ELEMENT_FLOAT16},
                                    {got, sizeof got, NNEFCL_ELEMENT_INT64}};
    ck_assert_int_eq(nnefcl_session_run_sized(kinds, inputs, 2, outputs, 2, &error), NNEFCL_OK);
    for (int i = 0; i < 3; i++)
        ck_assert_double_eq(ncl_half_value(doubled[i]), 2 * (double)reals[i]);
    ck_assert(got[0] == 7 && got[1] == -8);
    halves[1] = ncl_half_round(60000);
    ck_assert_int_eq(nnefcl_session_run_sized(kinds, inputs, 2, outputs, 2, &error), NNEFCL_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(error.message, "of 3 values of output 'y' 1 are infinite"));
    ck_assert(doubled[1] == 0x7c00 && doubled[2] == ncl_half_round(6) && got[1] == -8);
    nnefcl_session_free(kinds);
    error = (nnefcl_error){0};
}
END_TEST

/* Every half is itself, and halfway between two neighbours is the even one. */
START_TEST(rounding)
{
    for (uint32_t bits = 0; bits < 0x7c00; bits++) {
        const double value = ncl_half_value((uint16_t)bits),
                     next = bits < 0x7bff ? ncl_half_value((uint16_t)(bits + 1)) : 65536;
        ck_assert_uint_eq(ncl_half_round((float)value), bits);
        ck_assert_uint_eq(ncl_half_round((float)-value), bits | 0x8000);
        ck_assert_uint_eq(ncl_half_round((float)((value + next) / 2)), bits + (bits & 1));
    }
    ck_assert_uint_eq(ncl_half_round(INFINITY), 0x7c00);
    ck_assert(isnan(ncl_half_value(ncl_half_round(NAN))));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misuse");
    TCase *tcase = tcase_create("misuse");
    tcase_add_unchecked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, sizes, 0, sizeof fillers / sizeof *fillers);
    tcase_add_test(tcase, versions);
    tcase_add_loop_test(tcase, run_sized, 0, sizeof run_cases / sizeof *run_cases);
    tcase_add_test(tcase, halves_and_wide);
    tcase_add_test(tcase, rounding);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
