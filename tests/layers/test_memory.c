/* SPDX-License-Identifier: Apache-2.0 */
/* What nnefcl_session_memory says is what is alive, at every point in the life of a session. */
#include "host/host.h"
#include "layer_case.h"

/* Init makes b and c, and only c lasts. */
static const char init_net[] = "graph init(x) -> (y)\n"
                               "{\n"
                               "    x = external<scalar>(shape = [6]);\n"
                               "    a = constant<scalar>(shape = [6], value = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);\n"
                               "    b = softmax(a, axes = [0]);\n"
                               "    c = softmax(b, axes = [0]);\n"
                               "    y = x + c;\n"
                               "}\n";

/* The same with 2.4 MB each, and what init needs is more, or less, than what lives between the steps of a run. */
#define LARGE_ELEMENTS 600000
#define NET_LARGE(RUN)                                                                                                 \
    "graph large(x) -> (y)\n"                                                                                          \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [600, 1000]);\n"                                                                 \
    "    a = variable<scalar>(shape = [600, 1000], label = 'a');\n"                                                    \
    "    b = softmax(a, axes = [0]);\n"                                                                                \
    "    c = softmax(b, axes = [0]);\n" RUN "}\n"
static const char init_more[] = NET_LARGE("    y = softmax(softmax(x, axes = [0]) + c, axes = [0]);\n");
static const char init_less[] = NET_LARGE("    d = softmax(x, axes = [0]);\n"
                                          "    e = softmax(d, axes = [0]);\n"
                                          "    f = softmax(e, axes = [0]);\n"
                                          "    y = softmax(d + c, axes = [0]) + softmax(f + d, axes = [0]) + e;\n");

static const struct {
    const char *name, *net;
    nnefcl_session_options options;
} lives[] = {
    {"chain", NET_CHAIN, {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES}},
    {"chain, separate", NET_CHAIN, {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES, .separate_buffers = 1}},
    {"state", NET_STATE, {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES}},
    {"state, persistent", NET_STATE, {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT}},
    {"init", init_net, {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES}},
    {"constants, kept", NET_MIXED, {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES, .keep_tensors = 1}},
    {"init, persistent", init_net, {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT}},
    {"more for init", init_more, {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES}},
    {"less for init", init_less, {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES}},
    {"less for init, persistent", init_less, {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT}},
    {"large, separate", init_less, {.version = 1, .separate_buffers = 1}},
    {"constants, separate", NET_MIXED, {.version = 1, .separate_buffers = 1}},
};

static void check_alive(const char *name, const char *when, const nnefcl_session *session)
{
    nnefcl_memory said;
    const struct layer_memory alive = layer->memory();
    nnefcl_session_memory(session, &said);
    ck_assert_msg(alive.bytes == said.total && alive.buffers == said.buffers,
                  "%s, %s: %zu buffers of %llu bytes are alive, the session says %zu of %llu", name, when,
                  alive.buffers, alive.bytes, said.buffers, (unsigned long long)said.total);
}

/* While a session is made, what only init needs makes room for what lives between the steps of a run. */
static void check_peak(const char *name, const nnefcl_session *session, unsigned long long peak)
{
    const struct ncl_plan *plan = session->plan;
    const uint64_t init = plan->init_bytes > plan->arena_bytes ? plan->init_bytes - plan->arena_bytes : 0;
    nnefcl_memory said;
    nnefcl_session_memory(session, &said);
    ck_assert_msg(peak <= said.total + init, "%s: %llu bytes while it was made, %llu expected", name, peak,
                  (unsigned long long)(said.total + init));
}

/* On a CPU device large memory of init goes on as that of a run, all of it. */
static void check_goes_on(const char *name, const nnefcl_session *session, bool expected)
{
    const struct ncl_plan *plan = session->plan;
    const unsigned char *init = NULL, *run = NULL;
    uint64_t surplus = 0;
    for (size_t i = 0; i < plan->buffer_count; i++) {
        if (plan->buffer[i].storage == NCL_STORE_INIT && !init)
            init = session->slot[i].pages;
        if (plan->buffer[i].storage == NCL_STORE_ARENA && !run)
            run = session->slot[i].pages;
        surplus += session->slot[i].surplus;
    }
    ck_assert_msg((run && init == run) == expected, "%s: memory of init goes on, or does not", name);
    if (expected && plan->init_bytes > plan->arena_bytes)
        ck_assert_uint_eq(surplus, plan->init_bytes - plan->arena_bytes);
    else
        ck_assert_uint_eq(surplus, 0);
}

static void run_and_reset(nnefcl_session *session)
{
    static const float x[LARGE_ELEMENTS] = {1, 2, 3, 4, 5, 6};
    host_run(session, (const void *[]){x, x}, NULL);
    ck_assert_int_eq(nnefcl_session_state_reset(session, NULL), NNEFCL_OK);
}

START_TEST(said_is_alive)
{
    const char *name = lives[_i].name;
    host_open();
    nnefcl_model *model = host_model(lives[_i].net, 1);
    if (lives[_i].options.execution != NNEFCL_EXECUTION_PERSISTENT || device->target.cpu) {
        ck_assert_uint_eq(layer->memory().bytes, 0);
        nnefcl_session *session = host_session(model, &lives[_i].options);
        if (!lives[_i].options.separate_buffers)
            check_peak(name, session, layer->memory().peak);
        ck_assert(lives[_i].net != init_net || session->plan->init_bytes > 0);
        check_alive(name, "made", session);
        const bool large = lives[_i].net == init_more || lives[_i].net == init_less;
        check_goes_on(name, session, large && device->target.cpu && !lives[_i].options.separate_buffers);
        run_and_reset(session);
        check_alive(name, "run", session);
        nnefcl_session_free(session);
        ck_assert_uint_eq(layer->memory().bytes, 0);
    }
    nnefcl_model_free(model);
    host_close();
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_loop_test(tests, said_is_alive, 0, (int)(sizeof lives / sizeof *lives));
}

int main(void)
{
    return layer_main("memory", add);
}
