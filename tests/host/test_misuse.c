/* SPDX-License-Identifier: Apache-2.0 */
/* What the library answers to calls that its headers exclude: the rows of misuse.def, and the options of sessions,
 * which several functions read. */
#include <math.h>

#include "host_case.h"
#include "nnefcl/opencl.h"

#define TEXT "version 1.0; graph g(x) -> (x) { x = external<scalar>(shape = [1]); }"

static nnefcl_model *model, *other_model;
static nnefcl_session *session, *keeping, *no_session;
static cl_context foreign;
static cl_command_queue queue, foreign_queue;
static cl_mem buffer, read_only, write_only, foreign_buffer;
static cl_event foreign_event;
static nnefcl_error error;

/* ---- arguments ---- */

static const nnefcl_model_options model_of_version_2 = {.version = 2};
static const nnefcl_session_options session_of_version_2 = {.version = 2},
                                    session_with_nonsense = {.version = 1, .tuning = "no table"};
static const nnefcl_device_options device_of_version_2 = {.version = 2};
static const nnefcl_input_shape nameless = {NULL, {1, {1}}}, of_no_input = {"nobody", {1, {1}}},
                                negative = {"x", {1, {-1}}}, deep = {"x", {.rank = 9}};
static float floats[4];
static const void *const inputs[] = {floats}, *const no_inputs[] = {NULL};
static const nnefcl_source source = {floats, sizeof floats, NNEFCL_ELEMENT_OWN},
                           small_source = {floats, 15, NNEFCL_ELEMENT_OWN},
                           strange_source = {floats, sizeof floats, (nnefcl_element)9};
static const nnefcl_sink three_sinks[3];
static const nnefcl_tensor tensor = {NNEFCL_SCALAR, {1, {4}}, floats, sizeof floats},
                           tensor_of_3_bytes = {NNEFCL_SCALAR, {1, {4}}, floats, 3},
                           tensor_without_data = {NNEFCL_SCALAR, {1, {4}}, NULL, sizeof floats},
                           tensor_of_no_type = {(nnefcl_dtype)9, {1, {4}}, floats, sizeof floats};
static const char *const some_names[] = {NULL, "x"}, *const no_text = NULL;

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

static size_t read_nothing(void *user, uint64_t offset, void *data, size_t size)
{
    (void)user, (void)offset, (void)data, (void)size;
    return 0;
}

static int never(void *user, const nnefcl_verdict *verdict)
{
    (void)user, (void)verdict;
    ck_abort_msg("nothing is verified");
    return 1;
}

static int never_run(void *user, const nnefcl_conformance_case *result)
{
    (void)user, (void)result;
    ck_abort_msg("nothing is run");
    return 1;
}

static void setup(void)
{
    const nnefcl_session_options keep = {.version = 1, .keep_tensors = 1};
    cl_int code;
    host_open();
    cl_device_id id = nnefcl_device_id(device);
    const cl_context own = nnefcl_device_context(device);
    model = host_model(NET_STATE, 1);
    other_model = host_model(NET_CHAIN, 1);
    session = host_session(model, NULL);
    keeping = host_session(model, &keep);
    foreign = clCreateContext(NULL, 1, &id, NULL, NULL, &code);
    queue = clCreateCommandQueue(own, id, 0, &code);
    foreign_queue = clCreateCommandQueue(foreign, id, 0, &code);
    buffer = clCreateBuffer(own, CL_MEM_READ_WRITE, 48, NULL, &code);
    read_only = clCreateBuffer(own, CL_MEM_READ_ONLY, 48, NULL, &code);
    write_only = clCreateBuffer(own, CL_MEM_WRITE_ONLY, 48, NULL, &code);
    foreign_buffer = clCreateBuffer(foreign, CL_MEM_READ_WRITE, 48, NULL, &code);
    foreign_event = clCreateUserEvent(foreign, &code);
    ck_assert(queue && foreign_queue && buffer && read_only && write_only && foreign_buffer && foreign_event);
}

static void teardown(void)
{
    clReleaseEvent(foreign_event);
    clReleaseMemObject(foreign_buffer);
    clReleaseMemObject(write_only);
    clReleaseMemObject(read_only);
    clReleaseMemObject(buffer);
    clReleaseCommandQueue(foreign_queue);
    clReleaseCommandQueue(queue);
    clReleaseContext(foreign);
    nnefcl_session_free(keeping);
    nnefcl_session_free(session);
    nnefcl_model_free(other_model);
    nnefcl_model_free(model);
    host_close();
}

/* ---- what is handed out: nothing is left of what was there before ---- */

static nnefcl_model *made_model;
static nnefcl_session *made_session;
static nnefcl_split *made_split;
static nnefcl_stream *made_stream;
static nnefcl_device *made_device;
static nnefcl_tensor made_tensor;
static nnefcl_tensor_info made_info;
static nnefcl_node_info made_node;
static nnefcl_needs made_needs;
static nnefcl_op_info made_op;
static nnefcl_variant_info made_variant;
static nnefcl_device_info made_facts;
static nnefcl_step_info made_step;
static nnefcl_timing made_timing;
static nnefcl_memory made_memory;
static nnefcl_host_memory made_host;
static nnefcl_tuned made_tuned;
static const char *made_names[8];
static cl_event made_event;
static cl_mem made_buffer;
static size_t made_offset;

static const struct made {
    const char *argument;
    void *bytes;
    size_t size;
} mades[] = {
#define MADE(name)                                                                                                     \
    {                                                                                                                  \
        "&" #name, &name, sizeof name                                                                                  \
    }
    MADE(made_model),  MADE(made_session), MADE(made_split), MADE(made_stream), MADE(made_device),
    MADE(made_tensor), MADE(made_info),    MADE(made_node),  MADE(made_needs),  MADE(made_op),
    MADE(made_facts),  MADE(made_variant), MADE(made_step),  MADE(made_timing), MADE(made_memory),
    MADE(made_host),   MADE(made_tuned),   MADE(made_event), MADE(made_buffer), MADE(made_offset),
};

static void mades_fill(void)
{
    for (size_t i = 0; i < sizeof mades / sizeof *mades; i++)
        memset(mades[i].bytes, 0xa5, mades[i].size);
}

static int all_are(const unsigned char *bytes, size_t from, size_t to, int value)
{
    for (size_t i = from; i < to; i++)
        if (bytes[i] != value)
            return 0;
    return 1;
}

/* ---- the rows ---- */

#define REFUSED(function, fault, arguments)                                                                            \
    static nnefcl_status refuse_##function##_##fault(void)                                                             \
    {                                                                                                                  \
        return function arguments;                                                                                     \
    }
#define ANSWERS(function, fault, condition)                                                                            \
    static int answer_##function##_##fault(void)                                                                       \
    {                                                                                                                  \
        return condition;                                                                                              \
    }
#define IN_CALL(function, fault, condition)                                                                            \
    static int ask_##function##_##fault(nnefcl_call *call)                                                             \
    {                                                                                                                  \
        return condition;                                                                                              \
    }
#define FILLS(function, type, call)                                                                                    \
    static nnefcl_status fill_##function(void *info, size_t size)                                                      \
    {                                                                                                                  \
        return call;                                                                                                   \
    }
#define FILLS_VOID(function, type, call)                                                                               \
    static nnefcl_status fill_##function(void *info, size_t size)                                                      \
    {                                                                                                                  \
        call;                                                                                                          \
        return size < sizeof(type) ? NNEFCL_ERR_ARGUMENT : NNEFCL_OK;                                                  \
    }
#include "misuse.def"

static const struct refused {
    const char *name, *arguments;
    nnefcl_status (*call)(void);
} refuseds[] = {
#define REFUSED(function, fault, arguments) {#function ", " #fault, #arguments, refuse_##function##_##fault},
#include "misuse.def"
};

START_TEST(refused)
{
    const struct refused *r = &refuseds[_i];
    mades_fill();
    error = (nnefcl_error){0};
    const nnefcl_status status = r->call();
    ck_assert_msg(status == NNEFCL_ERR_ARGUMENT, "%s: %s %s", r->name, nnefcl_status_name(status), error.message);
    if (strstr(r->arguments, "&error"))
        ck_assert_msg(error.status == NNEFCL_ERR_ARGUMENT && error.message[0], "%s says nothing", r->name);
    for (size_t i = 0; i < sizeof mades / sizeof *mades; i++)
        if (strstr(r->arguments, mades[i].argument))
            ck_assert_msg(all_are(mades[i].bytes, 0, mades[i].size, 0), "%s: %s", r->name, mades[i].argument);
    ck_assert(session && !no_session);
}
END_TEST

static const struct answer {
    const char *name;
    int (*holds)(void);
} answers[] = {
#define ANSWERS(function, fault, condition) {#function ", " #fault, answer_##function##_##fault},
#include "misuse.def"
};

START_TEST(answered)
{
    mades_fill();
    ck_assert_msg(answers[_i].holds(), "%s", answers[_i].name);
}
END_TEST

/* ---- questions of a registered operation ---- */

static const struct question {
    const char *name;
    int (*holds)(nnefcl_call *call);
} questions[] = {
#define IN_CALL(function, fault, condition) {#function ", " #fault, ask_##function##_##fault},
#include "misuse.def"
};

#define PROBE                                                                                                          \
    "fragment probe( x: tensor<scalar>, a: scalar = 0.0, n: integer = 0, l: logical = true, s: string = '' ) -> ( y: " \
    "tensor<scalar> );"

static nnefcl_status ask(nnefcl_call *call, void *user)
{
    const struct question *question = user;
    ck_assert_msg(question->holds(call), "%s", question->name);
    return NNEFCL_OK;
}

START_TEST(asked)
{
    static const char text[] = "version 1.0; extension KHR_enable_fragment_definitions; " PROBE
                               "graph g(x) -> (y) { x = external<scalar>(shape = [1]); y = probe(x); }";
    const nnefcl_operation operation = {.version = 1,
                                        .declaration = PROBE,
                                        .shape = ask,
                                        .source = "static void FN(probe)(INDEX task, SIZES size, global const float "
                                                  "*x, global float *y) { y[task] = x[task]; }",
                                        .user = (void *)&questions[_i]};
    const nnefcl_model_options options = {.version = 1, .operations = &operation, .operation_count = 1};
    error = (nnefcl_error){0};
    const nnefcl_status status = nnefcl_model_open_memory(text, sizeof text - 1, &options, &made_model, &error);
    ck_assert_msg(status == NNEFCL_ERR_ARGUMENT && strstr(error.message, "probe") && !made_model, "%s: %s %s",
                  questions[_i].name, nnefcl_status_name(status), error.message);
}
END_TEST

/* ---- filled structs: the functions behind the macros ---- */

static const struct filler {
    const char *name;
    nnefcl_status (*fill)(void *info, size_t size);
    size_t size;
} fillers[] = {
#define FILLS(function, type, call)      {#function, fill_##function, sizeof(type)},
#define FILLS_VOID(function, type, call) {#function, fill_##function, sizeof(type)},
#include "misuse.def"
};

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

/* ---- options: sessions, plans without a device and tuning read the same ---- */

static const char *const name_missing[] = {"linear", NULL}, *const nonsense[] = {"nonsense"};
static const nnefcl_device_info facts;

static const struct options_case {
    const char *name;
    nnefcl_session_options options;
    const char *message;
    int of_plans; /* the graph behind a pass does not depend on it */
} options_cases[] = {
    {"another version", {.version = 77}, "nnefcl_session_options.version is 77", 0},
    {"no version", {.version = 0}, "nnefcl_session_options.version is 0", 0},
    {"no such execution", {.version = 1, .execution = (nnefcl_execution)99}, "execution is 99", 0},
    {"no such precision", {.version = 1, .precision = (nnefcl_precision)99}, "precision is 99", 0},
    {"no such weights", {.version = 1, .weights = (nnefcl_weights)3}, "weights is 3", 0},
    {"no such profiling", {.version = 1, .profiling = (nnefcl_profiling)-1}, "profiling is -1", 0},
    {"no names of passes",
     {.version = 1, .disabled_pass_count = 1},
     "disabled_passes has 1 names, but number 0 is NULL",
     0},
    {"no such pass", {.version = 1, .disabled_passes = nonsense, .disabled_pass_count = 1}, "nonsense", 0},
    {"no names of kernels", {.version = 1, .kernel_count = 1}, "kernels has 1 names, but number 0 is NULL", 0},
    {"no such kernel", {.version = 1, .kernels = nonsense, .kernel_count = 1}, "nonsense", 1},
    {"a name that is NULL",
     {.version = 1, .disabled_passes = name_missing, .disabled_pass_count = 2},
     "disabled_passes has 2 names, but number 1 is NULL",
     0},
    {"negative timeout", {.version = 1, .timeout_ms = -1}, "timeout_ms is -1", 0},
    {"a timeout that is no number", {.version = 1, .timeout_ms = NAN}, "timeout_ms is", 0},
    {"negative launches", {.version = 1, .max_launch_ms = -1}, "max_launch_ms -1", 0},
    {"no table", {.version = 1, .tuning = "no table"}, "tuning table", 1},
    {"half a target", {.version = 1, .target = &facts, .target_size = 8}, "target_size is 8", 0},
    {"no size of the target", {.version = 1, .target = &facts}, "target_size is 0", 0},
};

START_TEST(options)
{
    const struct options_case *c = &options_cases[_i];
    nnefcl_error given[6] = {0};
    int count = 0;
    nnefcl_session_create(model, device, &c->options, &made_session, &given[count++]);
    nnefcl_session_reshape(&session, model, &c->options, &given[count++]);
    nnefcl_model_check(model, &c->options, &made_needs, &given[count++]);
    nnefcl_model_dump_plan(model, &c->options, 0, NNEFCL_DUMP_PLAN, ignore, NULL, &given[count++]);
    nnefcl_model_variants(model, &c->options, made_names, &given[count++]);
    if (!c->of_plans)
        nnefcl_model_dump_pass(model, &c->options, "linear", ignore, NULL, &given[count++]);
    for (int i = 0; i < count; i++)
        ck_assert_msg(given[i].status == NNEFCL_ERR_ARGUMENT && strstr(given[i].message, c->message), "%s, %d: %s",
                      c->name, i, given[i].message);
    ck_assert(!made_session && session);
}
END_TEST

/* None of it hurt the session. */
START_TEST(alive)
{
    float before[4], after[4];
    void *const outputs[] = {before, after};
    ck_assert_msg(nnefcl_session_run(session, inputs, outputs, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 0, NULL, NULL, &error), NNEFCL_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("misuse");
    TCase *tcase = tcase_create("misuse");
    tcase_add_unchecked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, refused, 0, sizeof refuseds / sizeof *refuseds);
    tcase_add_loop_test(tcase, answered, 0, sizeof answers / sizeof *answers);
    tcase_add_loop_test(tcase, asked, 0, sizeof questions / sizeof *questions);
    tcase_add_loop_test(tcase, sizes, 0, sizeof fillers / sizeof *fillers);
    tcase_add_loop_test(tcase, options, 0, sizeof options_cases / sizeof *options_cases);
    tcase_add_test(tcase, alive);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
