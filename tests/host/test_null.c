/* SPDX-License-Identifier: Apache-2.0 */
/* Every function of the public headers called with NULL where its description does not allow it: no crash, and
 * NNEFCL_ERR_ARGUMENT from all that return a status. tests/rules sees to it that no function is missing here; those of
 * operation.h, which are called back with what the library made, stand in tests/host/test_operation.c. */
#include "host/host_case.h"
#include "nnefcl/opencl.h"

static nnefcl_model *model;
static nnefcl_session *session;
static nnefcl_error error;

static void setup(void)
{
    host_open();
    model = host_model(NET_STATE, 1);
    nnefcl_status status = nnefcl_session_create(model, device, NULL, &session, &error);
    ck_assert_msg(status == NNEFCL_OK, "%s", error.message);
}

static void teardown(void)
{
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    host_close();
}

static void check_refused(const char *call, nnefcl_status status)
{
    ck_assert_msg(status == NNEFCL_ERR_ARGUMENT, "%s: %s", call, nnefcl_status_name(status));
    if (strstr(call, "&error"))
        ck_assert_msg(error.status == NNEFCL_ERR_ARGUMENT && error.message[0], "%s says nothing", call);
    error = (nnefcl_error){0};
}
#define REFUSED(call) check_refused(#call, call)

static int ignore(void *user, const char *text, size_t length)
{
    (void)user, (void)text, (void)length;
    return 0;
}

static size_t take_nothing(void *user, const void *data, size_t size)
{
    (void)user, (void)data, (void)size;
    return 0;
}

static int never(void *user, const nnefcl_verdict *verdict)
{
    (void)user, (void)verdict;
    ck_abort_msg("nothing is verified");
    return 1;
}

START_TEST(models)
{
    nnefcl_model *made;
    nnefcl_node_info node;
    nnefcl_needs needs;
    nnefcl_tensor_info info;
    nnefcl_op_info op;
    const nnefcl_reader reader = {0};
    REFUSED(nnefcl_model_open(NULL, NULL, &made, &error));
    REFUSED(nnefcl_model_open(".", NULL, NULL, &error));
    REFUSED(nnefcl_model_open_memory(NULL, 1, NULL, &made, &error));
    REFUSED(nnefcl_model_open_memory("", 0, NULL, NULL, &error));
    REFUSED(nnefcl_model_open_reader(NULL, NULL, &made, &error));
    REFUSED(nnefcl_model_open_reader(&reader, NULL, &made, &error));
    REFUSED(nnefcl_model_reshape(NULL, 1, NULL, 0, &made, &error));
    REFUSED(nnefcl_model_reshape(model, 1, NULL, 0, NULL, &error));
    REFUSED(nnefcl_model_reshape(model, 1, NULL, 1, &made, &error));
    REFUSED(nnefcl_model_input(NULL, 0, &info));
    REFUSED(nnefcl_model_input(model, 0, NULL));
    REFUSED(nnefcl_model_output(NULL, 0, &info));
    REFUSED(nnefcl_model_output(model, 0, NULL));
    REFUSED(nnefcl_model_variable(NULL, 0, &info));
    REFUSED(nnefcl_model_variable(model, 0, NULL));
    REFUSED(nnefcl_model_node(NULL, 0, &node));
    REFUSED(nnefcl_model_node(model, 0, NULL));
    REFUSED(nnefcl_model_check(NULL, NULL, &needs, &error));
    REFUSED(nnefcl_model_check(model, NULL, NULL, &error));
    REFUSED(nnefcl_model_dump(NULL, NNEFCL_DUMP_GRAPH, ignore, NULL, &error));
    REFUSED(nnefcl_model_dump(model, NNEFCL_DUMP_GRAPH, NULL, NULL, &error));
    REFUSED(nnefcl_model_dump_plan(NULL, NULL, 0, NNEFCL_DUMP_PLAN, ignore, NULL, &error));
    REFUSED(nnefcl_model_dump_plan(model, NULL, 0, NNEFCL_DUMP_PLAN, NULL, NULL, &error));
    REFUSED(nnefcl_model_dump_pass(NULL, NULL, "linear", ignore, NULL, &error));
    REFUSED(nnefcl_model_dump_pass(model, NULL, NULL, ignore, NULL, &error));
    REFUSED(nnefcl_model_dump_pass(model, NULL, "linear", NULL, NULL, &error));
    REFUSED(nnefcl_model_save(NULL, "/tmp", &error));
    REFUSED(nnefcl_model_save(model, NULL, &error));
    const char *variant[8];
    REFUSED(nnefcl_model_variants(NULL, NULL, variant, &error));
    REFUSED(nnefcl_model_variants(model, NULL, NULL, &error));
    nnefcl_variant_info info_of_variant;
    REFUSED(nnefcl_variant(0, NULL, NULL));
    REFUSED(nnefcl_variant(nnefcl_variant_count(), NULL, &info_of_variant));
    nnefcl_device_info target;
    REFUSED(nnefcl_target(0, NULL));
    REFUSED(nnefcl_target(1000, &target));
    ck_assert_str_eq(target.name, "");
    REFUSED(nnefcl_op(0, NULL));
    REFUSED(nnefcl_op(nnefcl_op_count(), &op));
    ck_assert_ptr_null(nnefcl_format_op("caffe3", 0));
    ck_assert_ptr_null(nnefcl_format_op(NULL, 6));
    ck_assert_str_eq(nnefcl_format_op(NULL, 0), "onnx");
    const char *const names[] = {NULL, "x"};
    ck_assert_uint_eq(nnefcl_nearest(NULL, names, 2), SIZE_MAX);
    ck_assert_uint_eq(nnefcl_nearest("xy", NULL, 2), SIZE_MAX);
    ck_assert_uint_eq(nnefcl_nearest("xy", names, 2), 1);
    ck_assert_ptr_null(nnefcl_model_name(NULL));
    ck_assert_uint_eq(nnefcl_model_input_count(NULL) + nnefcl_model_output_count(NULL), 0);
    ck_assert_uint_eq(nnefcl_model_variable_count(NULL) + nnefcl_model_node_count(NULL), 0);
    ck_assert(nnefcl_model_find_input(NULL, "x") == SIZE_MAX && nnefcl_model_find_input(model, NULL) == SIZE_MAX);
    ck_assert(nnefcl_model_find_output(NULL, "x") == SIZE_MAX && nnefcl_model_find_output(model, NULL) == SIZE_MAX);
    ck_assert(nnefcl_model_find_variable(NULL, "x") == SIZE_MAX && nnefcl_model_find_variable(model, NULL) == SIZE_MAX);
    nnefcl_host_memory memory = {.used = 1};
    nnefcl_model_host_memory(model, NULL);
    nnefcl_model_host_memory(NULL, &memory);
    ck_assert_uint_eq(memory.used, 0);
    nnefcl_model_free(NULL);
}
END_TEST

/* Inputs, outputs and variables by name; what they take of the host's memory. */
START_TEST(by_name)
{
    nnefcl_host_memory memory;
    ck_assert_uint_eq(nnefcl_model_find_input(model, "x"), 0);
    ck_assert_uint_eq(nnefcl_model_find_output(model, "after"), 1);
    ck_assert_uint_eq(nnefcl_model_find_variable(model, "s"), 0);
    ck_assert(nnefcl_model_find_input(model, "s") == SIZE_MAX);
    nnefcl_model_host_memory(model, &memory);
    ck_assert(memory.used > 1000 && memory.peak >= memory.used && memory.limit >= memory.peak);
    nnefcl_session_host_memory(session, &memory);
    ck_assert(memory.used > 1000 && memory.peak >= memory.used && memory.limit == 0);
    nnefcl_session_host_memory(NULL, &memory);
    ck_assert_uint_eq(memory.used, 0);
    nnefcl_session_host_memory(session, NULL);
}
END_TEST

START_TEST(tensors)
{
    nnefcl_tensor tensor = {0};
    REFUSED(nnefcl_tensor_parse(NULL, 1, "x", NULL, &tensor, &error));
    REFUSED(nnefcl_tensor_parse("", 0, NULL, NULL, &tensor, &error));
    REFUSED(nnefcl_tensor_parse("", 0, "x", NULL, NULL, &error));
    REFUSED(nnefcl_tensor_load(NULL, NULL, &tensor, &error));
    REFUSED(nnefcl_tensor_load("x.dat", NULL, NULL, &error));
    REFUSED(nnefcl_tensor_save(NULL, &tensor, &error));
    REFUSED(nnefcl_tensor_save("x.dat", NULL, &error));
    REFUSED(nnefcl_tensor_write(&tensor, NULL, NULL, &error));
    REFUSED(nnefcl_tensor_write(NULL, take_nothing, NULL, &error));
    ck_assert_uint_eq(nnefcl_tensor_bytes(NNEFCL_SCALAR, NULL), SIZE_MAX);
    nnefcl_tensor_clear(NULL, NULL);
}
END_TEST

START_TEST(devices)
{
    nnefcl_device *made;
    nnefcl_device_info info;
    REFUSED(nnefcl_device_list(NULL, NULL, &error));
    REFUSED(nnefcl_device_open(NULL, NULL, NULL, &error));
    REFUSED(nnefcl_device_from_opencl(NULL, nnefcl_device_id(device), NULL, &made, &error));
    REFUSED(nnefcl_device_from_opencl(nnefcl_device_context(device), NULL, NULL, &made, &error));
    REFUSED(nnefcl_device_from_opencl(nnefcl_device_context(device), nnefcl_device_id(device), NULL, NULL, &error));
    REFUSED(nnefcl_device_state(NULL, &error));
    REFUSED(nnefcl_conformance_run(NULL, NULL, NULL, NULL, &error));
    REFUSED(nnefcl_conformance_run(device, NULL, NULL, NULL, &error));
    nnefcl_device_describe(NULL, &info);
    ck_assert_int_eq(info.usable, 0);
    nnefcl_device_describe(device, NULL);
    ck_assert_ptr_null(nnefcl_device_context(NULL));
    ck_assert_ptr_null(nnefcl_device_id(NULL));
    nnefcl_device_free(NULL);
}
END_TEST

START_TEST(sessions)
{
    nnefcl_session *made;
    nnefcl_step_info step;
    nnefcl_timing timing;
    nnefcl_memory memory;
    cl_mem buffer;
    size_t offset;
    const float x[4] = {0};
    const void *const inputs[] = {x}, *const no_inputs[] = {NULL};
    const nnefcl_source source = {x, sizeof x, NNEFCL_ELEMENT_OWN};
    nnefcl_session *none = NULL;
    REFUSED(nnefcl_session_reshape(NULL, model, NULL, &error));
    REFUSED(nnefcl_session_reshape(&none, model, NULL, &error));
    REFUSED(nnefcl_session_reshape(&session, NULL, NULL, &error));
    REFUSED(nnefcl_session_create(NULL, device, NULL, &made, &error));
    REFUSED(nnefcl_session_create(model, NULL, NULL, &made, &error));
    REFUSED(nnefcl_session_create(model, device, NULL, NULL, &error));
    REFUSED(nnefcl_session_run(NULL, inputs, NULL, &error));
    REFUSED(nnefcl_session_run_sized(NULL, NULL, 0, NULL, 0, &error));
    REFUSED(nnefcl_session_run_sized(session, NULL, 1, NULL, 0, &error));
    REFUSED(nnefcl_session_run_sized(session, &source, 1, NULL, 1, &error));
    REFUSED(nnefcl_session_set_timeout(NULL, 1));
    REFUSED(nnefcl_session_step(NULL, 0, &step));
    REFUSED(nnefcl_session_step(session, 0, NULL));
    REFUSED(nnefcl_tune(NULL, device, NULL, 0, ignore, NULL, NULL, &error));
    REFUSED(nnefcl_tune(model, NULL, NULL, 0, ignore, NULL, NULL, &error));
    REFUSED(nnefcl_tune(model, device, NULL, 0, NULL, NULL, NULL, &error));
    REFUSED(nnefcl_session_dump(NULL, NNEFCL_DUMP_PLAN, ignore, NULL, &error));
    REFUSED(nnefcl_session_dump(session, NNEFCL_DUMP_PLAN, NULL, NULL, &error));
    REFUSED(nnefcl_session_verify(NULL, model, inputs, NULL, never, NULL, &error));
    REFUSED(nnefcl_session_verify(session, NULL, inputs, NULL, never, NULL, &error));
    REFUSED(nnefcl_session_verify(session, model, inputs, NULL, NULL, NULL, &error));
    REFUSED(nnefcl_session_bind_input(NULL, 0, NULL, 0, &error));
    REFUSED(nnefcl_session_bind_output(NULL, 0, NULL, 0, &error));
    REFUSED(nnefcl_session_enqueue(NULL, NULL, 0, NULL, NULL, &error));
    REFUSED(nnefcl_session_enqueue(session, NULL, 0, NULL, NULL, &error));
    REFUSED(nnefcl_session_input_memory(NULL, 0, &buffer, &offset));
    REFUSED(nnefcl_session_output_memory(NULL, 0, &buffer, &offset));
    ck_assert_int_ne(nnefcl_session_run(session, NULL, NULL, &error), NNEFCL_OK);
    ck_assert_int_ne(nnefcl_session_run(session, no_inputs, NULL, &error), NNEFCL_OK);
    ck_assert_uint_eq(nnefcl_session_step_count(NULL), 0);
    nnefcl_session_timing(NULL, &timing);
    nnefcl_session_timing(session, NULL);
    nnefcl_session_memory(NULL, &memory);
    ck_assert_uint_eq(memory.total, 0);
    nnefcl_session_memory(session, NULL);
    nnefcl_session_free(NULL);
}
END_TEST

START_TEST(states)
{
    nnefcl_tensor_info info;
    float value[4];
    REFUSED(nnefcl_session_state(NULL, 0, &info));
    REFUSED(nnefcl_session_state(session, 0, NULL));
    REFUSED(nnefcl_session_state_read(NULL, 0, value, &error));
    REFUSED(nnefcl_session_state_read(session, 0, NULL, &error));
    REFUSED(nnefcl_session_state_write(NULL, 0, value, &error));
    REFUSED(nnefcl_session_state_write(session, 0, NULL, &error));
    REFUSED(nnefcl_session_state_reset(NULL, &error));
    REFUSED(nnefcl_session_state_save(NULL, ignore, NULL, &error));
    REFUSED(nnefcl_session_state_save(session, NULL, NULL, &error));
    REFUSED(nnefcl_session_state_restore(NULL, "", 0, &error));
    REFUSED(nnefcl_session_state_restore(session, NULL, 0, &error));
    ck_assert_uint_eq(nnefcl_session_state_count(NULL), 0);
}
END_TEST

/* After a failure everything that was handed out is NULL or zero, whatever was there before. */
START_TEST(after_failure)
{
    static const char nonsense[] = "no model";
    static const nnefcl_input_shape nameless = {0};
    nnefcl_model *made = (nnefcl_model *)1;
    nnefcl_device *opened = (nnefcl_device *)1;
    nnefcl_session *ready = (nnefcl_session *)1;
    nnefcl_tensor tensor = {.bytes = 1, .data = &tensor};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_session_options refused = NNEFCL_SESSION_OPTIONS_INIT;
    const char *variant[8] = {"x"};
    REFUSED(nnefcl_model_open(NULL, NULL, &made, &error));
    ck_assert_ptr_null(made);
    made = (nnefcl_model *)1;
    ck_assert_int_eq(nnefcl_model_open("nowhere", NULL, &made, NULL), NNEFCL_ERR_MODEL);
    ck_assert_ptr_null(made);
    made = (nnefcl_model *)1;
    ck_assert_int_eq(nnefcl_model_open_memory(nonsense, sizeof nonsense, NULL, &made, NULL), NNEFCL_ERR_MODEL);
    ck_assert_ptr_null(made);
    options.shape_count = 1;
    REFUSED(nnefcl_model_open_memory(nonsense, sizeof nonsense, &options, &made, &error));
    options.shapes = &nameless;
    REFUSED(nnefcl_model_open_memory(nonsense, sizeof nonsense, &options, &made, &error));
    ck_assert_int_eq(nnefcl_device_open("no such device", NULL, &opened, NULL), NNEFCL_ERR_DEVICE);
    ck_assert_ptr_null(opened);
    opened = (nnefcl_device *)1;
    REFUSED(nnefcl_device_from_opencl(NULL, NULL, NULL, &opened, &error));
    ck_assert_ptr_null(opened);
    refused.version = 77;
    REFUSED(nnefcl_session_create(model, device, &refused, &ready, &error));
    ck_assert_ptr_null(ready);
    REFUSED(nnefcl_model_variants(model, &refused, variant, &error));
    ck_assert_ptr_null(variant[0]);
    ck_assert_int_eq(nnefcl_tensor_load("nowhere", NULL, &tensor, NULL), NNEFCL_ERR_DATA);
    ck_assert(!tensor.data && !tensor.bytes);
}
END_TEST

/* ---- options: sessions and plans without a device read the same ---- */

static const char *const no_names[] = {"linear", NULL};

static const struct options_case {
    const char *name;
    nnefcl_session_options options;
    const char *message;
} options_cases[] = {
    {"another version", {.version = 77}, "nnefcl_session_options.version is 77"},
    {"no version", {.version = 0}, "nnefcl_session_options.version is 0"},
    {"no such execution", {.version = 1, .execution = (nnefcl_execution)99}, "execution is 99"},
    {"no names of kernels", {.version = 1, .kernel_count = 1}, "kernels has 1 names, but number 0 is NULL"},
    {"no names of passes",
     {.version = 1, .disabled_pass_count = 1},
     "disabled_passes has 1 names, but number 0 is NULL"},
    {"no names of kernels", {.version = 1, .kernel_count = 1}, "kernels has 1 names, but number 0 is NULL"},
    {"a name that is NULL",
     {.version = 1, .disabled_passes = no_names, .disabled_pass_count = 2},
     "disabled_passes has 2 names, but number 1 is NULL"},
};

START_TEST(options)
{
    const struct options_case *c = &options_cases[_i];
    nnefcl_session *made;
    nnefcl_needs needs;
    nnefcl_error given[4] = {0};
    nnefcl_session_create(model, device, &c->options, &made, &given[0]);
    nnefcl_model_check(model, &c->options, &needs, &given[1]);
    nnefcl_model_dump_plan(model, &c->options, 0, NNEFCL_DUMP_PLAN, ignore, NULL, &given[2]);
    nnefcl_model_dump_pass(model, &c->options, "linear", ignore, NULL, &given[3]);
    for (int i = 0; i < 4; i++)
        ck_assert_msg(given[i].status == NNEFCL_ERR_ARGUMENT && strstr(given[i].message, c->message), "%s, %d: %s",
                      c->name, i, given[i].message);
}
END_TEST

static int keep(void *user, const char *text, size_t length)
{
    snprintf(user, 65536, "%.*s", (int)length, text);
    return 0;
}

START_TEST(same_plan)
{
    static char text[65536];
    const nnefcl_session_options long_index = {.version = 1, .long_index = 1};
    ck_assert_int_eq(nnefcl_model_dump_plan(model, NULL, 0, NNEFCL_DUMP_PLAN, keep, text, &error), NNEFCL_OK);
    ck_assert_ptr_null(strstr(text, "INDEX=long"));
    ck_assert_int_eq(nnefcl_model_dump_plan(model, &long_index, 0, NNEFCL_DUMP_PLAN, keep, text, &error), NNEFCL_OK);
    ck_assert_ptr_nonnull(strstr(text, "INDEX=long"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("null");
    TCase *tcase = tcase_create("null");
    tcase_add_unchecked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, models);
    tcase_add_test(tcase, by_name);
    tcase_add_test(tcase, tensors);
    tcase_add_test(tcase, devices);
    tcase_add_test(tcase, sessions);
    tcase_add_test(tcase, states);
    tcase_add_test(tcase, after_failure);
    tcase_add_loop_test(tcase, options, 0, sizeof options_cases / sizeof *options_cases);
    tcase_add_test(tcase, same_plan);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
