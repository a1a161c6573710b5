/* argmax_pool, max_pool_with_index, sample, desample: checked and shaped, not run. */
#include "op_shape.h"

#define X(call) "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,4,8,6]);\n    y = " call ";\n}\n"
#define XI(index, call)                                                                                                                              \
    "graph g( x, i ) -> ( y )\n{\n    x = external(shape = [1,4,8,6]);\n    i = external<integer>(shape = " index ");\n    y = " call ";\n}\n"

static const struct op_shape shapes[] = {
    {"argmax_pool", X("argmax_pool(x, size = [1,1,3,3], border = 'ignore', stride = [1,1,2,2])"), "[1,4,4,3]"},
    {"max_pool_with_index",
     "graph g( x ) -> ( y, i )\n{\n    x = external(shape = [1,4,8,6]);\n    y, i = max_pool_with_index(x, size = [1,2,2,2], padding = "
     "[(0,0),(0,0),(0,0),(1,0)], border = 'ignore');\n}\n",
     "[1,3,7,6] [1,3,7,6]"},
    {"sample", XI("[1,4,4,3]", "sample(x, i, size = [1,1,2,2], stride = [1,1,2,2])"), "[1,4,4,3]"},
    {"desample", XI("[1,4,8,6]", "desample(x, i, size = [1,1,2,2], stride = [1,1,2,2])"), "[1,4,16,12]"},
    {"desample with output_shape", XI("[1,4,8,6]", "desample(x, i, size = [1,1,3,3], stride = [1,1,2,2], output_shape = [1,4,15,11])"),
     "[1,4,15,11]"},
};

static const struct op_error errors[] = {
    {"shape of index of sample", XI("[1,4,8,6]", "sample(x, i, size = [1,1,2,2], stride = [1,1,2,2])"),
     "'index' has shape [1,4,8,6], it must be that of the output, [1,4,4,3]", 6},
    {"shape of index of desample", XI("[1,4,8,11]", "desample(x, i, size = [1,1,2,2])"), "'index' has shape [1,4,8,11], it must be that of the input",
     6},
    {"border of sample", XI("[1,4,8,6]", "sample(x, i, size = [1,1,2,2], border = 'ignore')"), "border 'ignore' is none of 'constant'", 6},
    {"border of desample", XI("[1,4,8,6]", "desample(x, i, size = [1,1,2,2], border = 'replicate')"), "border 'replicate' is none of 'constant'", 6},
    {"items of size", X("argmax_pool(x, size = [2,2])"), "'size' has 2 items, the input has rank 4", 5},
};

START_TEST(is_not_run)
{
    static const char *const ops[] = {"argmax_pool", "max_pool_with_index", "sample", "desample", "desample"};
    op_unsupported_run(&shapes[_i], ops[_i]);
}
END_TEST

OP_SHAPE_SUITE("sample", shapes, errors, tcase_add_loop_test(tests, is_not_run, 0, 5))
