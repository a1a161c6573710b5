/* Operations on regions of interest: checked and shaped, not run. */
#include "op_shape.h"

#define XRB(rois, index, call)                                                                                                                       \
    "graph g( x, r, b ) -> ( y )\n{\n    x = external(shape = [2,4,8,6]);\n    r = external(shape = " rois ");\n"                                    \
    "    b = external<integer>(shape = " index ");\n    y = " call ";\n}\n"

static const struct op_shape shapes[] = {
    {"avg_roi_pool", XRB("[5,4]", "[5,1]", "avg_roi_pool(x, r, b, output_size = [3,2])"), "[5,4,3,2]"},
    {"max_roi_pool", XRB("[5,4]", "[5]", "max_roi_pool(x, r, b, output_size = [1,1])"), "[5,4,1,1]"},
    {"roi_resample", XRB("[1,4]", "[1,1]", "roi_resample(x, r, b, output_size = [7,9], method = 'aligned')"), "[1,4,7,9]"},
    {"avg_roi_align", XRB("[5,4]", "[5,1]", "avg_roi_align(x, r, b, output_size = [3,2], sampling_rate = [2,2])"), "[5,4,3,2]"},
    {"max_roi_align", XRB("[5,4]", "[5,1]", "max_roi_align(x, r, b, output_size = [3,2], sampling_rate = [1,4], resize_method = 'asymmetric')"),
     "[5,4,3,2]"},
};

static const struct op_error errors[] = {
    {"coordinates", XRB("[3,5]", "[3,1]", "max_roi_pool(x, r, b, output_size = [2,2])"), "'rois' has shape [3,5], it must be (N,4) for 2 spatial", 7},
    {"batch_index", XRB("[3,4]", "[2,1]", "max_roi_pool(x, r, b, output_size = [2,2])"), "'batch_index' has shape [2,1], it must be (3,1)", 7},
    {"items of output_size", XRB("[3,4]", "[3,1]", "avg_roi_pool(x, r, b, output_size = [2])"), "'output_size' has 1 items", 7},
    {"output_size 0", XRB("[3,4]", "[3,1]", "avg_roi_pool(x, r, b, output_size = [2,0])"), "item 1 of 'output_size' is 0", 7},
    {"method", XRB("[3,4]", "[3,1]", "roi_resample(x, r, b, output_size = [2,2], method = 'cubic')"), "method 'cubic' is none of", 7},
    {"resize_method", XRB("[3,4]", "[3,1]", "avg_roi_align(x, r, b, output_size = [2,2], sampling_rate = [2,2], resize_method = 'cubic')"),
     "resize_method 'cubic' is none of", 7},
    {"items of sampling_rate", XRB("[3,4]", "[3,1]", "max_roi_align(x, r, b, output_size = [2,2], sampling_rate = [2])"),
     "'sampling_rate' has 1 items", 7},
};

START_TEST(is_not_run)
{
    op_unsupported_run(&shapes[_i], shapes[_i].name);
}
END_TEST

OP_SHAPE_SUITE("roi", shapes, errors, tcase_add_loop_test(tests, is_not_run, 0, 5))
