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

static void run_and_reset(nnefcl_session *session)
{
    const float x[6] = {1, 2, 3, 4, 5, 6};
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
