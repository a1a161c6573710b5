/* SPDX-License-Identifier: Apache-2.0 */
/* layout.c: where elements lie. Each case states the address of one position, and what the whole takes. */
#include <string.h>

#include "ir/layout.h"
#include "suite.h"

#define SHAPE(...)                                                                                                     \
    {                                                                                                                  \
        .rank = (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), .extent = { __VA_ARGS__ }                   \
    }

static const struct {
    struct ncl_layout layout;
    nnefcl_shape shape;
    int64_t position[5], offset;
    uint64_t bytes;
    const char *text;
} cases[] = {
    {{0}, SHAPE(2, 3, 4, 5), {1, 2, 3, 4}, 119, 480, ""},
    {{.element = NCL_ELEMENT_HALF}, SHAPE(2, 3), {1, 2}, 5, 12, "half "},
    /* [2][2][3][4][8]: block 1 of image 1, position (2, 3), lane 1 */
    {{.axis = 1, .block = 8},
     SHAPE(2, 10, 3, 4),
     {1, 9, 2, 3},
     ((1 * 2 + 1) * 12 + 11) * 8 + 1,
     2 * 2 * 12 * 8 * 4,
     "axis1/8 "},
    /* [1][1][1 + 3 + 2][4][16] */
    {{.axis = 1, .block = 16, .before = {1}, .after = {2}},
     SHAPE(1, 5, 3, 4),
     {0, 4, 0, 1},
     (1 * 4 + 1) * 16 + 4,
     6 * 4 * 16 * 4,
     "axis1/16 halo1+2 "},
    /* a halo without blocks: [1][2][1 + 2][2 + 3 + 1] */
    {{.before = {1, 2}, .after = {0, 1}},
     SHAPE(1, 2, 2, 3),
     {0, 1, 1, 2},
     (1 * 3 + 2) * 6 + 4,
     2 * 3 * 6 * 4,
     "halo1+0,2+1 "},
    /* [D / 8][T][8]: the blocks of the last axis lie in front of the one before it */
    {{.axis = 1, .block = 8}, SHAPE(5, 20), {3, 17}, (2 * 5 + 3) * 8 + 1, 3 * 5 * 8 * 4, "axis1/8 "},
    {{.axis = 2, .block = 8},
     SHAPE(2, 5, 20),
     {1, 3, 17},
     ((1 * 3 + 2) * 5 + 3) * 8 + 1,
     2 * 3 * 5 * 8 * 4,
     "axis2/8 "},
    {{.axis = 0, .block = 8}, SHAPE(20), {17}, 17, 96, "axis0/8 "},
    /* 3 of 7 channels of each of 2 images, and of 2 x 2 sequences */
    {{.outer = 1, .pitch = 7 * 4}, SHAPE(2, 3, 4), {1, 2, 3}, 28 + 11, (28 + 12) * 4, "pitch28 "},
    {{.outer = 2, .pitch = 50}, SHAPE(2, 2, 3), {1, 1, 2}, 152, 153 * 4, "pitch50 "},
    {{.axis = 1, .block = 8, .outer = 1, .pitch = 1000},
     SHAPE(2, 9, 2, 2),
     {1, 8, 1, 1},
     1000 + 7 * 8,
     1064 * 4,
     "axis1/8 pitch1000 "},
    /* planes of volumes in blocks, [N][D][C / 8][H][W][8]: as images, and as those of a larger tensor */
    {{.axis = 1, .block = 8},
     SHAPE(2, 9, 3, 2, 4),
     {1, 8, 2, 1, 3},
     (((1 * 3 + 2) * 2 + 1) * 8 + 7) * 8,
     2 * 3 * 2 * 8 * 8 * 4,
     "axis1/8 "},
    {{.axis = 1, .block = 8, .outer = 2, .pitch = 1000},
     SHAPE(2, 9, 3, 2, 2),
     {1, 8, 2, 1, 1},
     5 * 1000 + 7 * 8,
     (5 * 1000 + 64) * 4,
     "axis1/8 pitch1000 "},
};

START_TEST(elements_lie_where_the_form_says)
{
    struct ncl_text text;
    ncl_text_init(&text, NULL);
    ncl_layout_print(&text, &cases[_i].layout);
    ck_assert_str_eq(text.data ? text.data : "", cases[_i].text);
    ncl_text_free(&text);
    ck_assert_int_eq(ncl_layout_offset(&cases[_i].layout, &cases[_i].shape, cases[_i].position), cases[_i].offset);
    ck_assert_uint_eq(ncl_layout_bytes(&cases[_i].layout, NNEFCL_SCALAR, &cases[_i].shape), cases[_i].bytes);
}
END_TEST

START_TEST(equality)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
            ck_assert_int_eq(ncl_layout_equal(&cases[i].layout, &cases[k].layout),
                             memcmp(&cases[i].layout, &cases[k].layout, sizeof cases[i].layout) == 0);
    const struct ncl_layout axis_without_block = {.axis = 1}, pitch_without_axes = {.pitch = 12};
    ck_assert(ncl_layout_is_plain(&axis_without_block) && ncl_layout_is_plain(&pitch_without_axes));
}
END_TEST

START_TEST(what_does_not_fit)
{
    const nnefcl_shape huge = SHAPE(INT64_C(1) << 31, INT64_C(1) << 31);
    const struct ncl_layout plain = {0}, far_apart = {.outer = 1, .pitch = INT64_MAX};
    ck_assert_uint_eq(ncl_layout_bytes(&plain, NNEFCL_SCALAR, &huge), UINT64_MAX);
    ck_assert_uint_eq(ncl_layout_bytes(&far_apart, NNEFCL_LOGICAL, &huge), UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("layout");
    tcase_add_loop_test(tests, elements_lie_where_the_form_says, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, equality);
    tcase_add_test(tests, what_does_not_fit);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
