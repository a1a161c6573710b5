/* SPDX-License-Identifier: Apache-2.0 */
/* concat.c: concat and stack. */
#include "op_suite.h"

#define XZ(type, a, b, call)                                                                                           \
    "graph g( x, z ) -> ( y )\n{\n    x = external<" type ">(shape = [" a "]);\n    z = external<" type                \
    ">(shape = [" b "]);\n    y = " call ";\n}"                                                                        \
    "\n"

/* Halves of what is made of x, and what two pools make of them: the first one reads, the second one writes. */
#define HALVES(results, steps)                                                                                         \
    "graph g( x ) -> ( " results " )\n{\n    x = external(shape = [2,4,5]);\n    w = neg(x);\n"                        \
    "    [a, b] = split(w, axis = 1, ratios = [1,1]);\n" steps "}\n"
#define POOLS(result, of)                                                                                              \
    "    " result "0 = max_pool(" of ", size = [1,1,3], border = 'ignore');\n"                                         \
    "    " result " = max_pool(" result "0, size = [1,1,3], border = 'ignore');\n"
#define JOIN(result, of) "    " result " = concat([" of "], axis = 1);\n"
#define HANDED                                                                                                         \
    "-2 -4 -6 -8 -10 -12 -14 -16 -18 -20 -22 -22 -22 -24 -26 -32 -32 -32 -34 -36 -42 -44 -46 -48 -50 -52 -54 -56 -58 " \
    "-60 -62 -62 -62 -64 -66 -72 -72 -72 -74 -76"

static const struct op_case cases[] = {
    {"last axis", XZ("scalar", "2,3", "2,4", "concat([x, z], axis = 1)"), "1..6 | 101..108",
     "1..3 101..104 4..6 105..108"},
    {"first axis", XZ("scalar", "2,3", "3,3", "concat([x, z], axis = 0)"), "1..6 | 50..58", "1..6 50..58"},
    {"middle axis", XZ("scalar", "2,1,3", "2,2,3", "concat([x, z], axis = 1)"), "1..6 | 20..31",
     "1..3 20..25 4..6 26..31"},
    {"one operand", XZ("scalar", "2,3", "1", "concat([x], axis = 1) * z"), "1..6 | 2", "2 4 6 8 10 12"},
    {"one operand twice", XZ("scalar", "2,3", "2,3", "concat([x, z, x], axis = 1)"), "1..6 | 11..16",
     "1..3 11..13 1..6 14..16 4..6"},
    {"long rows", XZ("scalar", "2,5000", "2,9000", "concat([x, z], axis = 1)"), "5000*1 5000*2 | 9000*3 9000*4",
     "5000*1 9000*3 5000*2 9000*4"},
    {"odd rows", XZ("scalar", "3,9", "3,17", "concat([x, z], axis = 1)"), "1..27 | 50..100",
     "1..9 50..66 10..18 67..83 19..27 84..100"},
    {"what was joined before",
     "graph g( x, z ) -> ( y, w )\n{\n    x = external(shape = [2, 2]);\n    z = external(shape = [2, 1]);\n"
     "    y = concat([x, z], axis = 1);\n    w = concat([x, z, y, x], axis = 1);\n}\n",
     "1..4 | 11 12", "1 2 11 3 4 12 | 1 2 11 1 2 11 1 2 3 4 12 3 4 12 3 4"},
    {"known operands",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2]);\n    c = constant(shape = [2], value = [1.0, 2.0]);\n  "
     " y = concat([c, x, c], axis = "
     "0);\n}\n",
     "3 4", "1..4 1 2"},
    {"all known",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [4]);\n    c = constant(shape = [2], value = [1.0, 2.0]);\n  "
     " y = concat([c, c], axis = 0) "
     "+ x;\n}\n",
     "10 20 30 40", "11 22 31 42"},
    {"integers", XZ("integer", "1,2", "1,1", "concat([x, z], axis = 1)"), "-5 2147483647 | -2147483648",
     "-5 2147483647 -2147483648"},
    {"logicals", XZ("logical", "2,1", "2,1", "concat([x, z], axis = 1)"), "1 0 | 0 1", "1 0 0 1"},
    {"stack first", XZ("scalar", "2,3", "2,3", "stack([x, z], axis = 0)"), "1..6 | 11..16", "1..6 11..16"},
    {"stack middle", XZ("scalar", "2,3", "2,3", "stack([x, z], axis = 1)"), "1..6 | 11..16", "1..3 11..13 4..6 14..16"},
    {"stack last", XZ("scalar", "2,3", "2,3", "stack([x, z], axis = 2)"), "1..6 | 11..16",
     "1 11 2 12 3 13 4 14 5 15 6 16"},
    {"stack of one", XZ("scalar", "2,3", "2,1,3", "stack([x], axis = 1) + z"), "1..6 | 10 20 30 40 50 60",
     "11 22 33 44 55 66"},
    {"operands lie in the result", XZ("scalar", "1,2", "1,3", "concat([-x, z * 2.0], axis = 1)"), "1 2 | 3 4 5",
     "-1 -2 6 8 10"},
    {"in the result of the result",
     XZ("scalar", "2", "2", "concat([x, concat([-x, -z], axis = 0), z * 3.0], axis = 0)"), "1 2 | 3 4",
     "1 2 -1 -2 -3 -4 9 12"},
    {"stack of what lies there", XZ("scalar", "2", "2", "stack([-x, x, -z], axis = 0)"), "1 2 | 3 4",
     "-1 -2 1 2 -3 -4"},
    {"all of an earlier result with more, and parts of it",
     "graph g( x, z ) -> ( y, p, a )\n{\n    x = external(shape = [1,2]);\n    z = external(shape = [1,2]);\n"
     "    a = neg(x);\n    b = a * z;\n    p = concat([a, b], axis = 1);\n    c = p * 2.0;\n"
     "    q = concat([a, b, c, a], axis = 1);\n    r = concat([b, a], axis = 1);\n    s = q + 1.0;\n"
     "    y = concat([s, r, q], axis = 1);\n}\n",
     "1 2 | 3 4", "0 -1 -2 -7 -1 -3 -5 -15 0 -1 -3 -8 -1 -2 -1 -2 -3 -8 -2 -4 -6 -16 -1 -2 | -1 -2 -3 -8 | -1 -2"},
    {"images of what was joined before, sections of them",
     "graph g( x ) -> ( y, z )\n{\n    x = external(shape = [3,2,3]);\n    p = neg(x);\n    o = concat([p], axis = "
     "1);\n"
     "    s = slice(o, axes = [1], begin = [1], end = [2]);\n    r = s * 2.0;\n    q = concat([p, r], axis = 1);\n"
     "    t = q + 1.0;\n    k = concat([p, r, t], axis = 1);\n    m = k * 0.5;\n    y = k + m;\n"
     "    z = slice(k, axes = [1], begin = [2], end = [4]);\n}\n",
     "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
     "-1.5 -3 -4.5 -6 -7.5 -9 -12 -15 -18 0 -1.5 -3 -4.5 -6 -7.5 -10.5 -13.5 -16.5 -10.5 -12 -13.5 -15 -16.5 "
     "-18 -30 -33 -36 -9 -10.5 -12 -13.5 -15 -16.5 -28.5 -31.5 -34.5 -19.5 -21 -22.5 -24 -25.5 -27 -48 -51 -54 "
     "-18 -19.5 -21 -22.5 -24 -25.5 -46.5 -49.5 -52.5 | "
     "-8 -10 -12 0 -1 -2 -20 -22 -24 -6 -7 -8 -32 -34 -36 -12 -13 -14"},
    {"a half that is handed on, which is handed on again in turn",
     HALVES("y", POOLS("c", "b") JOIN("q", "a, c") "    [d, e] = split(q, axis = 1, ratios = [1,1]);\n" POOLS("f", "d")
                     JOIN("r", "f, e") "    y = r * 2.0;\n"),
     "1..40",
     "-2 -2 -2 -4 -6 -12 -12 -12 -14 -16 -22 -22 -22 -24 -26 -32 -32 -32 -34 -36 -42 -42 -42 -44 -46 -52 -52 -52 -54 "
     "-56 -62 -62 -62 -64 -66 -72 -72 -72 -74 -76"},
    {"the other half is read behind",
     HALVES("y, z", POOLS("c", "b") JOIN("q", "a, c") "    y = q * 2.0;\n    z = b + c;\n"), "1..40",
     HANDED " | -22 -23 -24 -26 -28 -32 -33 -34 -36 -38 -62 -63 -64 -66 -68 -72 -73 -74 -76 -78"},
    {"in another shape",
     HALVES("y, z", "    v = reshape(w, shape = [2,20]);\n" POOLS("c", "b")
                        JOIN("q", "a, c") "    y = q * 2.0;\n    z = v + 1.0;\n"),
     "1..40",
     HANDED " | 0 -1 -2 -3 -4 -5 -6 -7 -8 -9 -10 -11 -12 -13 -14 -15 -16 -17 -18 -19 -20 -21 -22 -23 -24 -25 -26 -27 "
            "-28 -29 -30 -31 -32 -33 -34 -35 -36 -37 -38 -39"},
    {"the new half is there before the other one is read",
     HALVES("y", POOLS("c", "b") "    d = neg(b);\n" JOIN("p", "d, d") JOIN("q", "a, c") "    y = q * 2.0 + p;\n"),
     "1..40",
     "9 8 7 6 5 4 3 2 1 0 -11 -10 -9 -10 -11 -16 -15 -14 -15 -16 -11 -12 -13 -14 -15 -16 -17 -18 -19 -20 -31 -30 -29 "
     "-30 -31 -36 -35 -34 -35 -36"},
    {"thirds that change places",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2,6,3]);\n    w = neg(x);\n"
     "    [a, b, c] = split(w, axis = 1, ratios = [1,1,1]);\n" JOIN("q", "a, c, b") "    y = q * 2.0;\n}\n",
     "1..36",
     "-2 -4 -6 -8 -10 -12 -26 -28 -30 -32 -34 -36 -14 -16 -18 -20 -22 -24 -38 -40 -42 -44 -46 -48 -62 -64 -66 -68 "
     "-70 -72 -50 -52 -54 -56 -58 -60"},
    {"what was joined before has been written over",
     "graph g( x, z ) -> ( y, u )\n{\n    x = external(shape = [1,2,5]);\n    z = external(shape = [1,2,5]);\n" JOIN(
         "e", "x, z") "    [a, b] = split(e, axis = 1, ratios = [1,1]);\n" POOLS("c", "b") JOIN("q", "a, c")
         JOIN("r", "x, z, q") "    y = q * 2.0;\n    u = r * 2.0;\n}\n",
     "1..10 | 11..20",
     "2 4 6 8 10 12 14 16 18 20 26 28 30 30 30 36 38 40 40 40 | 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38 "
     "40 2 4 6 8 10 12 14 16 18 20 26 28 30 30 30 36 38 40 40 40"},
    {"stack of logicals", XZ("logical", "3", "3", "stack([x, z], axis = 1)"), "1 0 1 | 0 0 1", "1 0 0 0 1 1"},
};

static const struct op_error errors[] = {
    {"axis", XZ("scalar", "3,4", "3,4", "concat([x, z], axis = 2)"), "axis = 2 is outside of rank 2", 6},
    {"negative axis", XZ("scalar", "3,4", "3,4", "concat([x, z], axis = -1)"), "axis = -1", 6},
    {"extent", XZ("scalar", "2,3", "2,4", "concat([x, z], axis = 0)"), "operand 1 of shape [2,4] differs", 6},
    {"rank", XZ("scalar", "2,3", "2,3,1", "concat([x, z], axis = 0)"), "operand 1 of shape [2,3,1]", 6},
    {"stack axis", XZ("scalar", "3,4", "3,4", "stack([x, z], axis = 3)"), "axis = 3 is outside of rank 3", 6},
    {"stack shape", XZ("scalar", "2,3", "3,2", "stack([x, z], axis = 0)"), "operand 1 has shape [3,2], the first [2,3]",
     6},
    {"stack rank", XZ("scalar", "1,1,1,1,1,1,1,1", "1,1,1,1,1,1,1,1", "stack([x, z], axis = 0)"), "rank 9", 6},
};

OP_SUITE("concat", cases, errors)
