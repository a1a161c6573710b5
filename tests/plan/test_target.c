/* SPDX-License-Identifier: Apache-2.0 */
/* Tiles from the facts of a target, and kernels of work-groups in a plan. */
#include "ir/target.h"
#include "model/frozen.h"
#include "model/model_text.h"
#include "plan/source.h"
#include "plan/source_persistent.h"

static struct ncl_target with_lanes(unsigned lanes)
{
    struct ncl_target target = ncl_target_generic_cpu;
    target.lanes = lanes;
    target.registers = ncl_target_registers(lanes);
    return target;
}

static const struct {
    unsigned lanes;
    int64_t rows, columns, tile_rows, tile_vectors;
} tiles[] = {
    {8, 0, 0, 6, 2},    {8, 64, 0, 6, 2},   {8, 96, 0, 6, 2},   {8, 0, 768, 6, 2},
    {8, 8, 0, 4, 2},    {8, 0, 5, 6, 2},    {16, 0, 0, 6, 4},   {16, 64, 0, 6, 4},
    {16, 512, 0, 6, 4}, {16, 4, 0, 4, 4},   {16, 0, 768, 6, 4}, {16, 0, 63, 14, 2},
    {16, 0, 32, 14, 2}, {16, 0, 96, 14, 2}, {16, 0, 5, 14, 2},  {16, 14, 32, 14, 2},
};

START_TEST(tile)
{
    const struct ncl_target target = with_lanes(tiles[_i].lanes);
    const struct ncl_tile got = ncl_target_tile(&target, tiles[_i].rows, tiles[_i].columns);
    ck_assert_int_eq(got.rows, tiles[_i].tile_rows);
    ck_assert_int_eq(got.vectors, tiles[_i].tile_vectors);
}
END_TEST

static const struct {
    struct ncl_tile (*tile)(const struct ncl_target *target, int64_t columns);
    unsigned lanes;
    int64_t columns, tile_rows, tile_vectors;
} columns_alone[] = {{ncl_target_low_tile, 8, 768, 4, 3},
                     {ncl_target_low_tile, 8, 96, 4, 3},
                     {ncl_target_low_tile, 8, 64, 6, 2},
                     {ncl_target_low_tile, 8, 128, 6, 2},
                     {ncl_target_low_tile, 8, 1000, 4, 3},
                     {ncl_target_low_tile, 8, 16, 6, 2},
                     {ncl_target_low_tile, 8, 24, 4, 3},
                     {ncl_target_low_tile, 16, 768, 6, 4},
                     {ncl_target_low_tile, 16, 96, 14, 2},
                     /* channels: three and 17 times three vectors, an even number, no whole one, few */
                     {ncl_target_channel_tile, 8, 72, 4, 3},
                     {ncl_target_channel_tile, 8, 408, 4, 3},
                     {ncl_target_channel_tile, 8, 912, 6, 2},
                     {ncl_target_channel_tile, 8, 116, 6, 2},
                     {ncl_target_channel_tile, 8, 24, 4, 3},
                     {ncl_target_channel_tile, 8, 40, 6, 2},
                     {ncl_target_channel_tile, 16, 144, 14, 2},
                     /* of the outputs of a group: a vector, two, three */
                     {ncl_target_narrow_tile, 8, 8, 12, 1},
                     {ncl_target_narrow_tile, 8, 16, 6, 2},
                     {ncl_target_narrow_tile, 8, 24, 4, 3},
                     {ncl_target_narrow_tile, 8, 64, 6, 2},
                     {ncl_target_narrow_tile, 16, 16, 14, 1},
                     {ncl_target_narrow_tile, 16, 48, 8, 3}};

START_TEST(tile_of_columns)
{
    const struct ncl_target target = with_lanes(columns_alone[_i].lanes);
    const struct ncl_tile got = columns_alone[_i].tile(&target, columns_alone[_i].columns);
    ck_assert_int_eq(got.rows, columns_alone[_i].tile_rows);
    ck_assert_int_eq(got.vectors, columns_alone[_i].tile_vectors);
}
END_TEST

/* Sums, a row of vectors and an element; and a tile is not wider than the result unless all are. */
START_TEST(tiles_fit)
{
    for (unsigned lanes = 8; lanes <= 16; lanes *= 2)
        for (int64_t rows = -1; rows < 70; rows++)
            for (int64_t columns = 0; columns < 300; columns++) {
                const struct ncl_target target = with_lanes(lanes);
                const struct ncl_tile got =
                    rows < 0 ? ncl_target_low_tile(&target, columns) : ncl_target_tile(&target, rows, columns);
                ck_assert_int_le(got.rows * got.vectors + got.vectors + 1, target.registers);
                ck_assert(columns == 0 || columns < 2 * lanes || ncl_tile_columns(&target, got) <= columns);
            }
}
END_TEST

/* A product on a GPU: the launch calls the body with its work-group, all work-items enter it; no persistent form. */
START_TEST(work_groups)
{
    static const char graph[] = "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [70,40]);\n    y = "
                                "matmul(x, x, transposeB = true);\n}\n";
    const struct ncl_plan_options options = {0};
    struct model_text model;
    struct ncl_arena arena;
    struct ncl_diag diag;
    struct ncl_text text;
    const struct ncl_plan *made;
    ncl_arena_init(&arena, NULL, 0);
    model_text_open(&model, graph, NULL);
    ncl_diag_init(&diag, &model.error, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_plan(model.model, &ncl_target_generic_gpu, &options, &arena, &diag, NULL, &made),
                     NNEFCL_OK);
    ck_assert_uint_eq(made->kernel_count, 1);
    ck_assert_int_eq(made->kernel[0].map, NCL_MAP_GROUP);
    ck_assert_uint_eq(ncl_plan_group(made, &made->kernel[0]), 64);
    ck_assert_uint_eq(made->run.step[0].tasks, 4);
    ncl_text_init(&text, NULL);
    static const uint32_t only[] = {0};
    const struct ncl_program_text program = {.count = 1, .kernel = only};
    ncl_source_text(&text, made, &program);
    ck_assert(!text.failed && strstr(text.data, "reqd_work_group_size(64, 1, 1)"));
    ck_assert(strstr(text.data, "((int)task, records + record, (local void *)shared"));
    ck_assert(strstr(text.data, "if (task < tasks)"));
    struct ncl_plan on_cpu = *made;
    on_cpu.target = ncl_target_generic_cpu;
    ck_assert_str_eq(ncl_persistent_unfit(&on_cpu), "it has no work-groups of several work-items");
    ncl_text_free(&text);
    model_text_close(&model);
    ncl_arena_free(&arena);
}
END_TEST

static struct ncl_target described(const char *name, nnefcl_device_info *info)
{
    struct ncl_target target = {0};
    for (size_t i = 0; !nnefcl_target(i, info); i++)
        if (strcmp(info->name, name) == 0)
            ncl_target_describe(&target, info);
    ck_assert_msg(target.name != NULL, "no target %s", name);
    return target;
}

/* What the generic targets of plans are is what the names say that they are. */
START_TEST(generic_target)
{
    const struct ncl_target *generics[] = {&ncl_target_generic_cpu, &ncl_target_generic_gpu};
    static const char *const names[] = {"cpu8", "gpu"};
    nnefcl_device_info info;
    struct ncl_target target = described(names[_i], &info), generic = *generics[_i];
#define SAME(field) ck_assert_msg(target.field == generic.field, "%s: " #field, names[_i])
    SAME(cpu), SAME(compute_units), SAME(group), SAME(chunk), SAME(max_allocation), SAME(global_memory);
    SAME(local_memory), SAME(max_work_group), SAME(max_parameter_bytes), SAME(alignment), SAME(lanes);
    SAME(registers), SAME(l1), SAME(l2), SAME(l3), SAME(barriers), SAME(relaxed_atomics), SAME(short_loops), SAME(soft_fma);
    SAME(lost_barriers), SAME(declares), SAME(barrier);
    SAME(fp16), SAME(fp64), SAME(calls), SAME(local_is_global);
#undef SAME
}
END_TEST

/* Facts may come from a file of anybody's: whatever they are, there is a plan. */
START_TEST(facts_that_cannot_be)
{
    static const char graph[] =
        "version 1.0;\ngraph g( x ) -> ( y )\n{\n    x = external(shape = [1,8,9,9]);\n    f = "
        "variable(shape = [70,8,3,3], label = 'f');\n    c = conv(x, f);\n    y = softmax(c);\n}\n";
    nnefcl_device_info facts[] = {{.type = NNEFCL_DEVICE_GPU},
                                  {.type = NNEFCL_DEVICE_CPU},
                                  {.type = NNEFCL_DEVICE_GPU,
                                   .compute_units = ~0u,
                                   .lanes = 3,
                                   .registers = 1,
                                   .alignment = 77,
                                   .barriers = 1,
                                   .local_memory = ~(uint64_t)0,
                                   .max_work_group = (size_t)-1,
                                   .l1 = 1}};
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_needs needs;
    struct model_text model;
    model_text_open(&model, graph, NULL);
    facts[_i].max_allocation = facts[_i].global_memory = 1 << 30;
    options.target = &facts[_i];
    options.target_size = sizeof facts[_i];
    ck_assert_int_eq(nnefcl_model_check(model.model, &options, &needs, &model.error), NNEFCL_OK);
    ck_assert_uint_gt(needs.steps, 0);
    model_text_close(&model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("target");
    TCase *tests = tcase_create("target");
    tcase_add_loop_test(tests, tile, 0, (int)(sizeof tiles / sizeof *tiles));
    tcase_add_loop_test(tests, tile_of_columns, 0, (int)(sizeof columns_alone / sizeof *columns_alone));
    tcase_add_test(tests, tiles_fit);
    tcase_add_test(tests, work_groups);
    tcase_add_loop_test(tests, generic_target, 0, 2);
    tcase_add_loop_test(tests, facts_that_cannot_be, 0, 3);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
