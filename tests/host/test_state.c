/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a session through the API: swaps and chains, reset, read and write, saving and restoring, damaged
 * blocks, a new start after an error.
 */
#include "host/host.h"
#include "plan/source.h"
#include "host_case.h"
#include "nnefcl/opencl.h"

/* ---- nets ---- */

/* a and b change places, c takes what a was, d counts, e is a flag of another type. */
#define NET_SWAP                                                                                                       \
    "graph swap(x) -> (sum, flag)\n"                                                                                   \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [3]);\n"                                                                         \
    "    a = variable<scalar>(shape = [3], label = 'a');\n"                                                            \
    "    b = variable<scalar>(shape = [3], label = 'b');\n"                                                            \
    "    c = variable<scalar>(shape = [3], label = 'dir/c');\n"                                                        \
    "    d = variable<scalar>(shape = [], label = 'd');\n"                                                             \
    "    e = variable<logical>(shape = [3], label = 'e');\n"                                                           \
    "    w = variable<scalar>(shape = [3], label = 'w');\n"                                                            \
    "    more = d + 1.0;\n"                                                                                            \
    "    scaled = x * w;\n"                                                                                            \
    "    sum = scaled + a;\n"                                                                                          \
    "    flag = sum > b;\n"                                                                                            \
    "    new_a = update(a, b);\n"                                                                                      \
    "    new_b = update(b, a);\n"                                                                                      \
    "    new_c = update(c, a);\n"                                                                                      \
    "    new_d = update(d, more);\n"                                                                                   \
    "    new_e = update(e, flag);\n"                                                                                   \
    "}\n"

/* Three steps of delay: the output is the input of three runs ago. */
#define NET_DELAY                                                                                                      \
    "graph delay(x) -> (y)\n"                                                                                          \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [2]);\n"                                                                         \
    "    s1 = variable<scalar>(shape = [2], label = 's1');\n"                                                          \
    "    s2 = variable<scalar>(shape = [2], label = 's2');\n"                                                          \
    "    s3 = variable<scalar>(shape = [2], label = 's3');\n"                                                          \
    "    y = copy(s3);\n"                                                                                              \
    "    n3 = update(s3, s2);\n"                                                                                       \
    "    n2 = update(s2, s1);\n"                                                                                       \
    "    n1 = update(s1, x);\n"                                                                                        \
    "}\n"

#define NET_STATELESS                                                                                                  \
    "graph plain(x) -> (y)\n"                                                                                          \
    "{\n"                                                                                                              \
    "    x = external<scalar>(shape = [2]);\n"                                                                         \
    "    w = variable<scalar>(shape = [2], label = 'w');\n"                                                            \
    "    y = x + w;\n"                                                                                                 \
    "}\n"

enum { A, B, C, D, E, SWAP_STATES };

static const nnefcl_session_options forms[] = {
    {.version = 1},
    {.version = 1, .separate_buffers = 1},
    {.version = 1, .execution = NNEFCL_EXECUTION_PERSISTENT},
};

static int can_run(const nnefcl_session_options *form)
{
    return form->execution != NNEFCL_EXECUTION_PERSISTENT || device->target.cpu;
}

static void read_state(nnefcl_session *session, size_t index, void *data)
{
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_session_state_read(session, index, data, &error) == NNEFCL_OK, "%s", error.message);
}

static void write_state(nnefcl_session *session, size_t index, const void *data)
{
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_session_state_write(session, index, data, &error) == NNEFCL_OK, "%s", error.message);
}

static void reset(nnefcl_session *session)
{
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_session_state_reset(session, &error) == NNEFCL_OK, "%s", error.message);
}

static void check_state(nnefcl_session *session, size_t index, const void *expected, size_t bytes)
{
    unsigned char data[64];
    ck_assert_uint_le(bytes, sizeof data);
    read_state(session, index, data);
    ck_assert_mem_eq(data, expected, bytes);
}

/* ---- what there is ---- */

START_TEST(description)
{
    static const char *const labels[SWAP_STATES] = {"a", "b", "dir/c", "d", "e"};
    nnefcl_session *session = host_ready(NET_SWAP, NULL);
    nnefcl_tensor_info info;
    ck_assert_uint_eq(nnefcl_session_state_count(session), SWAP_STATES);
    for (size_t i = 0; i < SWAP_STATES; i++) {
        ck_assert_int_eq(nnefcl_session_state(session, i, &info), NNEFCL_OK);
        ck_assert_str_eq(info.label, labels[i]);
        ck_assert_str_eq(info.name, i == C ? "c" : labels[i]);
        ck_assert_int_eq(info.dtype, i == E ? NNEFCL_LOGICAL : NNEFCL_SCALAR);
        ck_assert_int_eq(info.shape.rank, i == D ? 0 : 1);
        ck_assert_uint_eq(info.bytes, i == E ? 3 : i == D ? 4 : 12);
    }
    ck_assert_int_eq(nnefcl_session_state(session, SWAP_STATES, &info), NNEFCL_ERR_ARGUMENT);
    ck_assert_ptr_null(info.label);
    nnefcl_session_free(session);
    session = host_ready(NET_STATELESS, NULL);
    ck_assert_uint_eq(nnefcl_session_state_count(session), 0);
    reset(session);
    nnefcl_session_free(session);
    ck_assert_uint_eq(nnefcl_session_state_count(NULL), 0);
}
END_TEST

/* ---- runs and what is between them ---- */

START_TEST(swap)
{
    const float x[3] = {1, 2, 3}, a[3] = {10, 20, 30}, b[3] = {-1, 15, 1000}, c[3] = {0}, d = 5;
    const unsigned char e[3] = {1, 1, 1}, expected[2][3] = {{1, 1, 0}, {0, 0, 1}};
    float sum[3];
    unsigned char flag[3];
    if (!can_run(&forms[_i]))
        return;
    nnefcl_session *session = host_ready(NET_SWAP, &forms[_i]);
    const void *const values[SWAP_STATES] = {a, b, c, &d, e};
    for (size_t i = 0; i < SWAP_STATES; i++)
        write_state(session, i, values[i]);
    for (size_t i = 0; i < SWAP_STATES; i++)
        check_state(session, i, values[i], i == E ? 3 : i == D ? 4 : 12);
    for (int round = 0; round < 2; round++) {
        const float count = d + (float)round + 1;
        host_run(session, (const void *[]){x}, (void *[]){sum, flag});
        ck_assert_mem_eq(flag, expected[round], 3);
        check_state(session, A, round ? a : b, sizeof a);
        check_state(session, B, round ? b : a, sizeof a);
        check_state(session, C, round ? b : a, sizeof a);
        check_state(session, D, &count, sizeof count);
        check_state(session, E, flag, sizeof flag);
    }
    nnefcl_session_free(session);
}
END_TEST

START_TEST(delay)
{
    const float initial[3][2] = {{1, 2}, {3, 4}, {5, 6}}; /* of s1, s2, s3 */
    float y[2];
    if (!can_run(&forms[_i]))
        return;
    nnefcl_session *session = host_ready(NET_DELAY, &forms[_i]);
    for (size_t i = 0; i < 3; i++)
        write_state(session, i, initial[i]);
    for (int run = 0; run < 6; run++) {
        const float x[2] = {100 + (float)run, 200 + (float)run},
                    first[2] = {100 + (float)run - 3, 200 + (float)run - 3};
        host_run(session, (const void *[]){x}, (void *[]){y});
        ck_assert_mem_eq(y, run < 3 ? initial[2 - run] : first, sizeof y);
    }
    nnefcl_session_free(session);
}
END_TEST

/* The values of the files, though the model is gone. */
START_TEST(back_to_the_start)
{
    const float x[4] = {1, 2, 3, 4}, seven[4] = {7, 7, 7, 7};
    float initial[4], first[4], after[4];
    if (!can_run(&forms[_i]))
        return;
    nnefcl_session *session = host_ready(NET_STATE, &forms[_i]);
    read_state(session, 0, initial);
    ck_assert_msg(initial[0] != initial[1], "the random values are all the same");
    host_run(session, (const void *[]){x}, (void *[]){first, after});
    ck_assert_mem_eq(first, initial, sizeof first);
    check_state(session, 0, after, sizeof after);
    reset(session);
    check_state(session, 0, initial, sizeof initial);
    write_state(session, 0, seven);
    host_run(session, (const void *[]){x}, (void *[]){first, after});
    ck_assert_mem_eq(first, seven, sizeof first);
    reset(session);
    reset(session);
    host_run(session, (const void *[]){x}, (void *[]){first, after});
    ck_assert_mem_eq(first, initial, sizeof first);
    nnefcl_session_free(session);
}
END_TEST

START_TEST(independent)
{
    const float x[4] = {1, 1, 1, 1}, ten[4] = {10, 10, 10, 10}, eleven[4] = {11, 11, 11, 11};
    float initial[4], before[4], after[4];
    nnefcl_model *model = host_model(NET_STATE, 1);
    nnefcl_session *a = host_session(model, NULL), *b = host_session(model, NULL);
    nnefcl_model_free(model);
    read_state(a, 0, initial);
    write_state(b, 0, ten);
    host_run(b, (const void *[]){x}, (void *[]){before, after});
    check_state(a, 0, initial, sizeof initial);
    check_state(b, 0, eleven, sizeof eleven);
    reset(a);
    check_state(b, 0, eleven, sizeof eleven);
    reset(b);
    check_state(b, 0, initial, sizeof initial);
    nnefcl_session_free(a);
    nnefcl_session_free(b);
}
END_TEST

START_TEST(wrong_calls)
{
    const unsigned char two[3] = {0, 2, 1};
    nnefcl_error error = {0};
    float data[4];
    nnefcl_session *session = host_ready(NET_SWAP, NULL);
    ck_assert_int_eq(nnefcl_session_state_read(session, SWAP_STATES, data, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_str_eq(error.message, "nnefcl_session_state_read: there is no variable 5, the state has 5");
    error = (nnefcl_error){0};
    ck_assert_int_eq(nnefcl_session_state_write(session, 0, NULL, &error), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_state_read(NULL, 0, data, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_state_reset(NULL, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_state_save(session, NULL, NULL, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_session_state_restore(session, NULL, 0, NULL), NNEFCL_ERR_ARGUMENT);
    error = (nnefcl_error){0};
    ck_assert_int_eq(nnefcl_session_state_write(session, E, two, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "variable 'e': element 1 is 2, a logical is 0 or 1");
    read_state(session, 0, data); /* none of it ended the session */
    nnefcl_session_free(session);
}
END_TEST

/* ---- saved states ---- */

struct block {
    unsigned char data[1024];
    size_t size, most;
};

static int append(void *user, const char *bytes, size_t length)
{
    struct block *block = user;
    if (length > block->most - block->size)
        return 1;
    memcpy(block->data + block->size, bytes, length);
    block->size += length;
    return 0;
}

static void save(nnefcl_session *session, struct block *block)
{
    nnefcl_error error = {0};
    *block = (struct block){.most = sizeof block->data};
    ck_assert_msg(nnefcl_session_state_save(session, append, block, &error) == NNEFCL_OK, "%s", error.message);
}

static void restore(nnefcl_session *session, const struct block *block)
{
    nnefcl_error error = {0};
    ck_assert_msg(nnefcl_session_state_restore(session, block->data, block->size, &error) == NNEFCL_OK, "%s",
                  error.message);
}

/* The form that the header promises, byte for byte: the block of a counter that stands at 2. */
START_TEST(form)
{
    static const unsigned char expected[] = {
        'N', 'C', 'L', 'S', 'T', 'A', 'T', 'E', 1, 0, 0,   0, 1, 0, 0, 0, 63, 0, 0, 0, 0, 0, 0, 0, /* head */
        0,   0,   0,   0,   1,   0,   0,   0,   3, 0, 0,   0, 2, 0, 0, 0, 0,  0, 0, 0, /* scalar, rank 1, 3 letters,
                                                                                          extent 2 */
        'd', '/', 'n', 0,   0,   0,   64,  0,   0, 0, 192,                             /* 2 and -2 */
    };
    static const char net[] = "graph g(x) -> (y)\n"
                              "{\n"
                              "    x = external(shape = [2]);\n"
                              "    n = variable(shape = [2], label = 'd/n');\n"
                              "    y = x + n;\n"
                              "    u = update(n, y);\n"
                              "}\n";
    const float value[2] = {2, -2};
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    struct block block;
    nnefcl_session *session = host_ready(net, NULL);
    write_state(session, 0, value);
    save(session, &block);
    nnefcl_session_free(session);
    ck_assert_uint_eq(block.size, sizeof expected + 8);
    ck_assert_uint_eq(block.data[16], sizeof expected + 8);
    for (size_t i = 0; i < sizeof expected; i++) {
        ck_assert_msg(block.data[i] == expected[i], "byte %zu is %u, not %u", i, block.data[i], expected[i]);
        sum = (sum ^ expected[i]) * UINT64_C(0x100000001b3);
    }
    for (size_t i = 0; i < 8; i++)
        ck_assert_uint_eq(block.data[sizeof expected + i], sum >> 8 * i & 255);
}
END_TEST

/* A second session goes on where the first was. */
START_TEST(second_session)
{
    const float x[3] = {1, 2, 3};
    float sum[2][3];
    unsigned char flag[2][3];
    struct block block, again;
    if (!can_run(&forms[_i]))
        return;
    nnefcl_session *a = host_ready(NET_SWAP, &forms[_i]), *b = host_ready(NET_SWAP, NULL);
    host_run(a, (const void *[]){x}, (void *[]){sum[0], flag[0]});
    save(a, &block);
    restore(b, &block);
    save(b, &again);
    ck_assert_uint_eq(again.size, block.size);
    ck_assert_mem_eq(again.data, block.data, block.size);
    host_run(a, (const void *[]){x}, (void *[]){sum[0], flag[0]});
    host_run(b, (const void *[]){x}, (void *[]){sum[1], flag[1]});
    ck_assert_mem_eq(sum[0], sum[1], sizeof sum[0]);
    restore(a, &block); /* back by one */
    save(a, &again);
    ck_assert_mem_eq(again.data, block.data, block.size);
    nnefcl_session_free(a);
    nnefcl_session_free(b);
}
END_TEST

/* No part of a block and no block with a wrong bit is taken, and the state stays what it was. */
START_TEST(damaged)
{
    struct block good, bad, now;
    unsigned refused = 0;
    nnefcl_session *session = host_ready(NET_SWAP, NULL);
    save(session, &good);
    reset(session);
    for (size_t i = 0; i < good.size; i++)
        for (int bit = 0; bit <= 8; bit++) {
            nnefcl_error error = {0};
            bad = good;
            if (bit < 8)
                bad.data[i] ^= (unsigned char)(1 << bit);
            const size_t size = bit < 8 ? good.size : i;
            ck_assert_msg(nnefcl_session_state_restore(session, bad.data, size, &error) == NNEFCL_ERR_DATA,
                          "byte %zu, bit %d", i, bit);
            ck_assert(strstr(error.message, "damaged") || strstr(error.message, "no saved state") ||
                      strstr(error.message, "version"));
            refused++;
        }
    nnefcl_error error = {0};
    ck_assert_int_eq(nnefcl_session_state_restore(session, good.data, good.size + 1, &error), NNEFCL_ERR_DATA);
    ck_assert_uint_eq(refused, good.size * 9);
    save(session, &now);
    ck_assert_mem_eq(now.data, good.data, good.size);
    nnefcl_session_free(session);
}
END_TEST

static void seal(struct block *block)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i + 8 < block->size; i++)
        sum = (sum ^ block->data[i]) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < 8; i++)
        block->data[block->size - 8 + i] = (unsigned char)(sum >> 8 * i);
}

/* Blocks with a checksum that is right around numbers that are not: byte `at` of a block of NET_STATE becomes `value`.
 */
static const struct forged {
    unsigned at, value;
    const char *message;
} forged[] = {
    {8, 2, "the saved state has version 2, this library knows 1"},
    {12, 0, "the saved state is damaged: 37 bytes behind its last variable"},
    {12, 2, "the saved state is damaged: variable 2 of 2 does not fit into it"},
    {24, 3, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {24, 1, "variable 's' was saved as integer[4], the session has scalar[4]"},
    {27, 255, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {28, 9, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {32, 200, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {35, 255, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {36, 0, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {36, 5, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {36, 3, "variable 's' was saved as scalar[3], the session has scalar[4]"},
    {43, 255, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {43, 127, "the saved state is damaged: variable 1 of 1 does not fit into it"},
    {44, 'q', "the saved state has variable 'q' scalar[4], the session of 'state' keeps none of that label"},
};

START_TEST(forgeries)
{
    const struct forged *f = &forged[_i];
    nnefcl_error error = {0};
    struct block block;
    float before[4];
    nnefcl_session *session = host_ready(NET_STATE, NULL);
    read_state(session, 0, before);
    save(session, &block);
    block.data[f->at] = (unsigned char)f->value;
    seal(&block);
    ck_assert_int_eq(nnefcl_session_state_restore(session, block.data, block.size, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, f->message);
    check_state(session, 0, before, sizeof before);
    nnefcl_session_free(session);
}
END_TEST

/* States of other models: both sides are named. */
static const struct other {
    const char *from, *to, *message;
} others[] = {
    {NET_STATE, NET_DELAY,
     "the saved state has variable 's' scalar[4], the session of 'delay' keeps none of that label"},
    {NET_STATELESS, NET_STATE, "the session keeps variable 's', the saved state has none of that label"},
    {NET_STATE, NET_STATELESS,
     "the saved state has variable 's' scalar[4], the session of 'plain' keeps none of that label"},
};

START_TEST(other_models)
{
    const struct other *other = &others[_i];
    nnefcl_error error = {0};
    struct block block;
    nnefcl_session *from = host_ready(other->from, NULL), *to = host_ready(other->to, NULL);
    save(from, &block);
    ck_assert_int_eq(nnefcl_session_state_restore(to, block.data, block.size, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, other->message);
    nnefcl_session_free(from);
    nnefcl_session_free(to);
}
END_TEST

/* A variable twice, its count right: what is missing then is never taken from memory that nobody wrote. */
START_TEST(twice)
{
    nnefcl_error error = {0};
    struct block block;
    nnefcl_session *session = host_ready(NET_DELAY, NULL);
    save(session, &block);
    ck_assert_int_eq(block.data[24 + 20 + 1 + 1 + 8 + 20 + 1], '2');
    block.data[24 + 20 + 1 + 1 + 8 + 20 + 1] = '1'; /* s2 */
    seal(&block);
    ck_assert_int_eq(nnefcl_session_state_restore(session, block.data, block.size, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "the saved state has variable 's1' twice");
    nnefcl_session_free(session);
}
END_TEST

START_TEST(bad_logical)
{
    nnefcl_error error = {0};
    struct block block;
    nnefcl_session *session = host_ready(NET_SWAP, NULL);
    save(session, &block);
    block.data[block.size - 9] = 3; /* the last element of e */
    seal(&block);
    ck_assert_int_eq(nnefcl_session_state_restore(session, block.data, block.size, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "variable 'e': element 2 is 3, a logical is 0 or 1");
    nnefcl_session_free(session);
}
END_TEST

/* The caller's function has had enough, at every size; the session goes on. */
START_TEST(stopped)
{
    struct block whole, part;
    nnefcl_session *session = host_ready(NET_SWAP, NULL);
    save(session, &whole);
    for (size_t most = 0; most < whole.size; most++) {
        nnefcl_error error = {0};
        part = (struct block){.most = most};
        ck_assert_int_eq(nnefcl_session_state_save(session, append, &part, &error), NNEFCL_ERR_DATA);
        ck_assert(strstr(error.message, "stopped"));
        ck_assert_mem_eq(part.data, whole.data, part.size);
    }
    restore(session, &whole);
    nnefcl_session_free(session);
}
END_TEST

/* ---- in the application's own OpenCL world ---- */

/* Runs that stand on the application's queue behind an event of its own: the calls come after them. */
START_TEST(behind_enqueued_runs)
{
    const float x[4] = {1, 2, 3, 4}, zero[4] = {0}, five[4] = {5, 10, 15, 20}, six[4] = {1, 2, 3, 4};
    float before[4], after[4];
    struct block block;
    cl_int code;
    if (!can_run(&forms[_i]))
        return;
    nnefcl_session *session = host_ready(NET_STATE, &forms[_i]);
    const cl_context context = nnefcl_device_context(device);
    const cl_command_queue queue = clCreateCommandQueue(context, nnefcl_device_id(device), 0, &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    const cl_mem input = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof x, (void *)x, &code);
    ck_assert_int_eq(code, CL_SUCCESS);
    ck_assert_int_eq(nnefcl_session_bind_input(session, 0, input, 0, NULL), NNEFCL_OK);
    write_state(session, 0, zero);
    for (int run = 0; run < 5; run++) /* never flushed by us */
        ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 0, NULL, NULL, NULL), NNEFCL_OK);
    check_state(session, 0, five, sizeof five);
    save(session, &block);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 0, NULL, NULL, NULL), NNEFCL_OK);
    write_state(session, 0, zero);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 0, NULL, NULL, NULL), NNEFCL_OK);
    check_state(session, 0, six, sizeof six);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 0, NULL, NULL, NULL), NNEFCL_OK);
    restore(session, &block);
    check_state(session, 0, five, sizeof five);
    ck_assert_int_eq(nnefcl_session_enqueue(session, queue, 0, NULL, NULL, NULL), NNEFCL_OK);
    reset(session);
    host_run(session, NULL, (void *[]){before, after});
    ck_assert_float_ne(before[0], five[0]);
    clReleaseMemObject(input);
    clReleaseCommandQueue(queue);
    nnefcl_session_free(session);
}
END_TEST

/* ---- after an error ---- */

/* The error that ended a session is the answer of all calls until the state is defined anew. */
START_TEST(new_start)
{
    const float x[4] = {1, 2, 3, 4};
    float initial[4], before[4], after[4];
    struct block block;
    if (!can_run(&forms[_i]))
        return;
    nnefcl_session *session = host_ready(NET_STATE, &forms[_i]);
    read_state(session, 0, initial);
    for (int way = 0; way < 2; way++) {
        nnefcl_error error = {0};
        host_run(session, (const void *[]){x}, (void *[]){before, after});
        save(session, &block);
        session->failure.status = NNEFCL_ERR_DEVICE;
        strcpy(session->failure.message, "as if the device had failed");
        ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x}, NULL, NULL), NNEFCL_ERR_DEVICE);
        ck_assert_int_eq(nnefcl_session_state_read(session, 0, before, &error), NNEFCL_ERR_DEVICE);
        ck_assert_str_eq(error.message, "as if the device had failed");
        ck_assert_int_eq(nnefcl_session_state_write(session, 0, before, NULL), NNEFCL_ERR_DEVICE);
        ck_assert_int_eq(nnefcl_session_state_save(session, append, &(struct block){.most = 1024}, NULL),
                         NNEFCL_ERR_DEVICE);
        ck_assert_int_eq(nnefcl_session_state_restore(session, "garbage", 7, NULL), NNEFCL_ERR_DATA);
        ck_assert_int_eq(nnefcl_session_run(session, (const void *[]){x}, NULL, NULL), NNEFCL_ERR_DEVICE);
        if (way == 0)
            reset(session);
        else
            restore(session, &block);
        host_run(session, (const void *[]){x}, (void *[]){before, NULL});
        ck_assert_mem_eq(before, way == 0 ? initial : after, sizeof before);
    }
    nnefcl_session_free(session);
}
END_TEST

/* Counters that a kernel left where they were when it was cut off. */
START_TEST(counters)
{
    const float x[4] = {1, 2, 3, 4};
    cl_int dirt[NCL_PERSISTENT_COUNTERS];
    float before[4], after[4], initial[4];
    if (!device->target.cpu)
        return;
    nnefcl_session *session = host_ready(NET_STATE, &forms[2]);
    read_state(session, 0, initial);
    for (int i = 0; i < NCL_PERSISTENT_COUNTERS; i++)
        dirt[i] = 1000;
    ck_assert_int_eq(
        clEnqueueWriteBuffer(session->queue, session->counters, CL_TRUE, 0, sizeof dirt, dirt, 0, NULL, NULL),
        CL_SUCCESS);
    session->failure.status = NNEFCL_ERR_DEVICE;
    reset(session);
    host_run(session, (const void *[]){x}, (void *[]){before, after});
    ck_assert_mem_eq(before, initial, sizeof before);
    for (int k = 0; k < 4; k++)
        ck_assert_float_eq(after[k], before[k] + x[k]);
    nnefcl_session_free(session);
}
END_TEST

START_TEST(adrift)
{
    nnefcl_error error = {0};
    nnefcl_session *session = host_ready(NET_STATE, NULL);
    session->failure.status = NNEFCL_ERR_NOMEM;
    session->adrift = true;
    ck_assert_int_eq(nnefcl_session_state_reset(session, &error), NNEFCL_ERR_NOMEM);
    ck_assert(strstr(error.message, "cannot go on"));
    ck_assert_int_eq(session->failure.status, NNEFCL_ERR_NOMEM);
    nnefcl_session_free(session);
}
END_TEST

static void add(TCase *tests)
{
    const int count = (int)(sizeof forms / sizeof *forms);
    tcase_add_test(tests, description);
    tcase_add_loop_test(tests, swap, 0, count);
    tcase_add_loop_test(tests, delay, 0, count);
    tcase_add_loop_test(tests, back_to_the_start, 0, count);
    tcase_add_test(tests, independent);
    tcase_add_test(tests, wrong_calls);
    tcase_add_test(tests, form);
    tcase_add_loop_test(tests, second_session, 0, count);
    tcase_add_test(tests, damaged);
    tcase_add_loop_test(tests, forgeries, 0, (int)(sizeof forged / sizeof *forged));
    tcase_add_loop_test(tests, other_models, 0, (int)(sizeof others / sizeof *others));
    tcase_add_test(tests, twice);
    tcase_add_test(tests, bad_logical);
    tcase_add_test(tests, stopped);
    tcase_add_loop_test(tests, behind_enqueued_runs, 0, count);
    tcase_add_loop_test(tests, new_start, 0, count);
    tcase_add_test(tests, counters);
    tcase_add_test(tests, adrift);
}

int main(void)
{
    return host_main("state", add);
}
