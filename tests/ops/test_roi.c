/* SPDX-License-Identifier: Apache-2.0 */
/* roi.c: regions of interest. */
#include "op_suite.h"

#define XRB(shape, count, width, call)                                                                                 \
    "graph g( x, r, b ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    r = external(shape = [" count         \
    "," width "]);\n"                                                                                                  \
    "    b = external<integer>(shape = [" count ",1]);\n    y = " call ";\n}\n"
#define M(count, call) XRB("2,2,4,5", count, "4", call)
#define MAPS                                                                                                           \
    "0 5 10 15 3 8 13 1 6 11 16 4 9 14 2 7 12 0 5 10 15 3 8 13 1 6 11 16 4 9 14 2 7 12 0 5 10 15 3 8 "                 \
    "13 1 6 11 16 4 9 14 2 7 12 0 5 10 15 3 8 13 1 6 11 16 4 9 14 2 7 12 0 5 10 15 3 8 13 1 6 11 16 4"
/* whole map, cells of uneven size, rounded, beyond the map, empty */
#define REGIONS MAPS "| 0 1 4 5 1 0 3 2 0.4 0.6 3.5 4.4 -2 3 2 9 2 2 2 4 | 0 1 1 0 1"
#define INSIDE  MAPS "| 0 1 4 5 0.25 -1 3.5 4.5 | 1 0"

static const struct op_case cases[] = {
    {"averages", M("5", "avg_roi_pool(x, r, b, output_size = [2,2])"), REGIONS,
     "7.25 8.75 6.25 7.75 9.5 6.75 8.5 5.75 4 9 12 0 2 7 10 15 7.5 8.25 6.5 7.25 9.75 6.25 8.75 9.5 0 0 8.75 0 0 0 "
     "6.75 0 8*0"},
    {"maxima", M("5", "max_roi_pool(x, r, b, output_size = [2,2])"), REGIONS,
     "13 15 12 14 16 13 15 12 4 9 12 0 2 7 10 15 14 14 13 13 16 12 15 16 0 0 15 0 0 0 13 0 8*0"},
    {"averages of 3e38", XRB("1,1,2,4", "1", "4", "avg_roi_pool(x, r, b, output_size = [1,2])"),
     "3e38 3e38 1 2 3e38 3e38 3 4 | 0 0 2 4 | 0", "3e38 2.5"},
    {"no such batch item", M("2", "avg_roi_pool(x, r, b, output_size = [1,1])"), MAPS "| 0 0 2 2 0 0 2 2 | 2 -1",
     "4*0"},
    {"no such batch item, resampled", M("2", "roi_resample(x, r, b, output_size = [1,1])"),
     MAPS "| 0 0 2 2 0 0 2 2 | 2 -1", "4*0"},
    {"coordinates that are no numbers", M("1", "max_roi_pool(x, r, b, output_size = [1,1])"),
     MAPS "| nan -inf inf 1e30 | 0", "16 16"},
    {"one dimension", XRB("1,1,8", "1", "2", "max_roi_pool(x, r, b, output_size = [3])"), "0..7 | 1 8 | 0", "3 5 7"},
    {"three dimensions", XRB("1,1,3,3,3", "1", "6", "max_roi_pool(x, r, b, output_size = [1,2,2])"),
     "0..26 | 0 1 0 3 3 2 | 0", "21 22 24 25"},
    {"negative maxima", XRB("1,1,3", "1", "2", "max_roi_pool(x, r, b, output_size = [1])"), "-5 -2 -9 | 0 3 | 0", "-2"},
    {"NaN", XRB("1,1,3", "1", "2", "max_roi_pool(x, r, b, output_size = [1])"), "5 nan 9 | 0 3 | 0", "nan"},
    {"resampled", M("2", "roi_resample(x, r, b, output_size = [2,3])"), INSIDE,
     "5.833333 8.25 10.66667 4.833333 7.25 9.666667 10.91667 6.25 8.666667 9.916667 9.5 9.083333 4.5 8.359375 9.734375 "
     "14.3125 5.953125 11.57813 "
     "9.9375 "
     "8.75 7.734375 12.3125 4.75 9.578125"},
    {"asymmetric", M("2", "roi_resample(x, r, b, output_size = [2,3], method = 'asymmetric')"), INSIDE,
     "1 7.666667 14.33333 0 6.666667 13.33333 16 5.666667 12.33333 15 4.666667 11.33333 2 6.166667 11.08333 15 "
     "6.770833 11.33333 12.75 6.291667 10.5 "
     "13 "
     "4.770833 10.04167"},
    {"aligned", M("2", "roi_resample(x, r, b, output_size = [2,3], method = 'aligned')"), INSIDE,
     "1 8.5 16 8 7 6 16 6.5 14 6 13.5 4 2 7.1875 8.875 11.5 7.125 7.75 12.75 6.25 6.875 9.5 7.25 5.75"},
    {"aligned, one output", M("1", "roi_resample(x, r, b, output_size = [1,1], method = 'aligned')"),
     MAPS "| 1 1.5 4 5 | 1", "11.5 9.5"},
    {"resampled in one dimension", XRB("1,1,8", "1", "2", "roi_resample(x, r, b, output_size = [4])"), "0..7 | 0 8 | 0",
     "0.5 2.5 4.5 6.5"},
    {"resampled in three", XRB("1,1,3,3,3", "1", "6", "roi_resample(x, r, b, output_size = [2,1,2])"),
     "0..26 | 0 1 0 2 3 2 | 0", "4.5 5.5 13.5 14.5"},
    {"extent 1", XRB("1,1,1,1", "1", "4", "roi_resample(x, r, b, output_size = [1,2])"), "7 | 0 0 1 1 | 0", "7 7"},
    {"average of the aligned", M("2", "avg_roi_align(x, r, b, output_size = [1,2], sampling_rate = [2,2])"), INSIDE,
     "7 8.5 9.25 8.625 8.870117 7.789062 9.542969 8.777344"},
    {"maximum of the aligned", M("2", "max_roi_align(x, r, b, output_size = [1,2], sampling_rate = [2,2])"), INSIDE,
     "10 11.5 11.5 12 14.3125 9.558594 12.3125 12.1875"},
};

static const struct op_error errors[] = {
    {"coordinates", XRB("2,4,8,6", "3", "5", "max_roi_pool(x, r, b, output_size = [2,2])"),
     "'rois' has shape [3,5], it must be (N,4) for 2 spatial", 7},
    {"batch_index",
     "graph g( x, r, b ) -> ( y )\n{\n    x = external(shape = [2,4,8,6]);\n    r = external(shape = [3,4]);\n"
     "    b = external<integer>(shape = [2,1]);\n    y = max_roi_pool(x, r, b, output_size = [2,2]);\n}\n",
     "'batch_index' has shape [2,1], it must be (3,1)", 7},
    {"no spatial dimension", XRB("2,4", "3", "1", "max_roi_pool(x, r, b, output_size = [])"), "the input has rank 2",
     7},
    {"items of output_size", XRB("2,4,8,6", "3", "4", "avg_roi_pool(x, r, b, output_size = [2])"),
     "'output_size' has 1 items", 7},
    {"output_size 0", XRB("2,4,8,6", "3", "4", "avg_roi_pool(x, r, b, output_size = [2,0])"),
     "item 1 of 'output_size' is 0", 7},
    {"method", XRB("2,4,8,6", "3", "4", "roi_resample(x, r, b, output_size = [2,2], method = 'cubic')"),
     "method 'cubic' is none of", 7},
    {"resize_method",
     XRB("2,4,8,6", "3", "4",
         "avg_roi_align(x, r, b, output_size = [2,2], sampling_rate = [2,2], resize_method = 'cubic')"),
     "method 'cubic' is none of", 0},
    {"items of sampling_rate",
     XRB("2,4,8,6", "3", "4", "max_roi_align(x, r, b, output_size = [2,2], sampling_rate = [2])"),
     "different lengths: 2 and 1", 0},
};

OP_SUITE("roi", cases, errors)
