/* SPDX-License-Identifier: Apache-2.0 */
/* lrn.c, and the normalizations that run by their bodies. */
#include "op_suite.h"

#define X(shape, call) "graph g( x ) -> ( y )\n{\n    x = external(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"local_response_normalization 1,3,1 of 1,5,3",
     X("1,5,3", "local_response_normalization(x, size = [1,3,1], alpha = 1.0, beta = 0.5, bias = 1.0)"),
     "0.5 -0.5 1 1.75 2.25 1.25 -2 -0.75 0.25 -2 -0.5 -1.75 0.25 -1.5 -1",
     "0.344691 -0.3003757 0.7343881 0.9438798 1.308154 0.9128709 -0.9237604 -0.4360514 0.1561738 -1.041511 -0.3517262 "
     "-1.13555 0.1629376 -1.107823 "
     "-0.6517505"},
    {"local_response_normalization 1,5,1,1 of 1,4,2,2",
     X("1,4,2,2", "local_response_normalization(x, size = [1,5,1,1], alpha = 0.5, beta = 0.75, bias = 2.0)"),
     "-1 2.25 -0.25 0.25 2 -2.25 -1 -0.25 2 1 0.75 -0.5 1.75 -1.5 -0.5 -0.75",
     "-0.4499886 0.9601752 -0.1401919 0.1465942 0.834703 -0.911206 -0.5559541 -0.1436304 0.834703 0.4049804 0.4169656 "
     "-0.2872608 0.7479296 "
     "-0.6872387 -0.2785742 -0.4318584"},
    {"local_response_normalization 1,1,3 of 2,3,4",
     X("2,3,4", "local_response_normalization(x, size = [1,1,3], alpha = 2.0, beta = 1.0, bias = 1.0)"),
     "-2.25 -2 1.25 2 -1.25 -2 -1.75 -2 1.5 -2.25 1 1.5 -1.25 -1.25 -1 1.25 2 1.25 -1 1 1 -0.25 -1.75 -1",
     "-0.3195266 -0.2474227 0.1694915 0.4247788 -0.2654867 -0.2962963 -0.2089552 -0.350365 0.2553191 -0.343949 "
     "0.1528662 0.4736842 -0.4054054 "
     "-0.3333333 -0.2666667 0.4615385 0.4247788 0.2325581 -0.2962963 0.4285714 0.5853659 -0.06666667 -0.4666667 "
     "-0.2696629"},
    {"local_response_normalization 1,2,1 of 1,3,9",
     X("1,3,9", "local_response_normalization(x, size = [1,2,1], alpha = 0.1, beta = 0.6, bias = 1.0)"),
     "1.5 0 -1.75 2 0 -0.75 -2.25 0.25 0.25 -1.75 1.75 0 -2 -1.5 -1 1.25 1.25 1.5 0.5 2 -1 0.5 0.5 -0.75 -0.25 1 1.75",
     "1.302292 0 -1.606616 1.634381 0 -0.716902 -1.895076 0.2385527 0.2341149 -1.596257 1.459605 0 -1.781644 -1.397654 "
     "-0.9558693 1.192764 1.162775 "
     "1.302292 0.4962871 1.792756 -0.9711502 0.4962871 0.4962871 -0.7376217 -0.2495324 0.9711502 1.606616"},
    {"local_response_normalization 1,1,3,3 of 1,2,3,3",
     X("1,2,3,3", "local_response_normalization(x, size = [1,1,3,3], alpha = 1.0, beta = 0.75, bias = 1.0)"),
     "2 -1 1 1.25 2 0.75 -1.5 1.25 -1.5 -0.5 0 1 -1.5 1 -1.75 -0.5 -1.75 -2.25",
     "1.117233 -0.5273323 0.6631662 0.6109817 0.8728406 0.4219994 -0.8782186 0.6577065 -0.9158609 -0.3908133 0 "
     "0.7155418 -0.9829303 0.4656313 "
     "-0.889485 -0.3315831 -0.8468968 -1.183872"},
    {"local_response_normalization 1,9,1 of 1,2,3",
     X("1,2,3", "local_response_normalization(x, size = [1,9,1], alpha = 1.0, beta = 0.5, bias = 1.0)"),
     "-0.75 2.25 0.25 1 -1.25 -1.5", "-0.6923077 1.70763 0.2229882 0.9230769 -0.9486833 -1.337929"},
    {"local_response_normalization 1,1 of 2,3",
     X("2,3", "local_response_normalization(x, size = [1,1], alpha = 1.0, beta = 0.5, bias = 1.0)"),
     "2 1 0 -1 1.75 -0.25", "0.8944272 0.7071068 0 -0.7071068 0.8682431 -0.2425356"},
    {"local_response_normalization by default", X("1,5,3", "local_response_normalization(x, size = [1,3,1])"),
     "-2 1.75 -0.5 -0.25 -0.5 -1 0.5 -1 0 -2 1.5 -1.25 0.5 -1 -1.5",
     "-1.303501 1.206418 -0.420084 -0.1601282 -0.3202563 -0.8401681 0.3202563 -0.6793662 0 -1.264911 0.9649013 "
     "-0.8295019 0.3216338 -0.6928203 "
     "-0.9954023"},
    {"l1_normalization", X("2,4", "l1_normalization(x, axes = [1])"), "7 9 7 -9 -9 0 0 -5",
     "0.21875 0.28125 0.21875 -0.28125 -0.6428571 0 0 -0.3571429"},
    {"l2_normalization", X("2,4", "l2_normalization(x, axes = [1], bias = 0.5, epsilon = 100.0)"), "7 9 7 -9 -9 0 0 -5",
     "0.07 0.09 0.07 -0.09 -0.09 0 0 -0.05"},
    {"local_mean_normalization", X("1,1,5", "local_mean_normalization(x, size = [1,1,3])"), "-1 0.5 2.5 2.5 -4",
     "-0.8333333 -0.1666667 0.6666667 2.166667 -3.5"},
    {"local_variance_normalization", X("1,1,5", "local_variance_normalization(x, size = [1,1,3], bias = 1.0)"),
     "-1 0.5 2.5 2.5 -4", "-0.607719 0.1937129 0.8165791 0.6124138 -1.0743"},
    {"local_contrast_normalization", X("1,1,5", "local_contrast_normalization(x, size = [1,1,3], bias = 1.0)"),
     "-1 0.5 2.5 2.5 -4", "-0.559039 -0.1026519 0.2883089 0.635843 -1.036551"},
    /* sums and squares beyond a float, results within */
    {"local_response_normalization of 1e30",
     X("1,1,4", "local_response_normalization(x, size = [1,1,3], alpha = 1.0, beta = 0.5, bias = 1.0)"),
     "3e30 -4e30 1e30 0", "1.03923048 -1.35873244 0.420084025 0"},
    {"local_response_normalization of 1e30 with pow",
     X("1,1,4", "local_response_normalization(x, size = [1,1,3], alpha = 1.0, beta = 0.6, bias = 1.0)"),
     "3e30 -4e30 1e30 0", "8.40678619e-07 -1.09483516e-06 3.53185935e-07 0"},
    {"local_response_normalization of 1e-30",
     X("1,1,4", "local_response_normalization(x, size = [1,1,3], alpha = 1.0, beta = 0.5, bias = 0.0)"),
     "3e-30 -4e-30 1e-30 5e-31", "1.03923048 -1.35873244 0.417029 0.774597"},
    {"local_response_normalization with a large alpha",
     X("1,1,4", "local_response_normalization(x, size = [1,1,3], alpha = 1e10, beta = 0.5, bias = 1.0)"),
     "3e18 -4e18 1e18 0", "1.03923048e-5 -1.35873244e-5 4.20084025e-6 0", 1e-5, 1e-12},
    {"local_mean_normalization of 3e38", X("1,1,4", "local_mean_normalization(x, size = [1,1,3])"),
     "3e38 3e38 -3e38 -3e38", "1e38 2e38 -2e38 -1e38"},
    {"local_contrast_normalization of 3e38", X("1,1,4", "local_contrast_normalization(x, size = [1,1,3])"),
     "3e38 3e38 -3e38 -3e38", "0.7745967 1.1547005 -1.1547005 -0.7745967"},
    {"l1_normalization of 3e38", X("1,4", "l1_normalization(x, axes = [1])"), "3e38 3e38 -1e38 2e38",
     "0.3333333 0.3333333 -0.1111111 0.2222222"},
    {"l2_normalization of 1e30", X("1,4", "l2_normalization(x, axes = [1])"), "3e30 -4e30 1e30 0",
     "0.5883484 -0.7844645 0.1961161 0"},
    {"l2_normalization of 1e-30", X("1,4", "l2_normalization(x, axes = [1])"), "3e-30 -4e-30 1e-30 0",
     "0.5883484 -0.7844645 0.1961161 0"},
    {"local_response_normalization of 3e38",
     X("1,1,4", "local_response_normalization(x, size = [1,1,3], alpha = 1.0, beta = 0.5, bias = 1.0)"),
     "3e38 -3e38 1e38 2e38", "1.22474487 -1.19207912 0.46291005 1.54919334"},
    {"local_response_normalization of 3e38 with beta 0.75",
     X("1,1,4", "local_response_normalization(x, size = [1,1,3], alpha = 1.0, beta = 0.75, bias = 1.0)"),
     "3e38 -3e38 1e38 2e38", "7.8254229e-20 -7.51444647e-20 3.14952394e-20 1.36346324e-19"},
    {"local_contrast_normalization with differences beyond a float",
     X("1,1,4", "local_contrast_normalization(x, size = [1,1,3])"), "3.3e38 -3.3e38 -3.3e38 2e38",
     "1.44115338 -0.877636813 -0.821269598 1.40160179"},
    {"l2_normalization with a length beyond a float", X("1,4", "l2_normalization(x, axes = [1])"),
     "3e38 -3e38 1e38 2e38", "0.625543242 -0.625543242 0.208514414 0.417028828"},
    {"l2_normalization of both", X("2,2", "l2_normalization(x, axes = [1])"), "3e30 4e30 3e-30 4e-30",
     "0.6 0.8 0.6 0.8"},
    {"l2_normalization of both along columns", X("2,2", "l2_normalization(x, axes = [0])"), "3e30 3e-30 4e30 4e-30",
     "0.6 0.6 0.8 0.8"},
    {"l2_normalization along columns", X("3,2", "l2_normalization(x, axes = [0], bias = -1.0, epsilon = 2.0)"),
     "2 1 -3 0 6 -1", "0.333333333 0.5 -0.5 0 1 -0.5"},
    {"l2_normalization over everything", X("2,2,2", "l2_normalization(x, axes = [2,0,1])"), "1 1 1 3 0 0 -2 0",
     "0.25 0.25 0.25 0.75 0 0 -0.5 0"},
    {"l2_normalization over one element", X("2,1", "l2_normalization(x, axes = [1], bias = 1.0)"), "-1 3", "-0.5 0.75"},
    {"l2_normalization with a bias and an epsilon in the range of what is small",
     X("2,2", "l2_normalization(x, axes = [1], bias = 1e-30, epsilon = 1e-29)"), "3e-30 4e-30 3e-29 4e-29",
     "0.3 0.4 0.588235294 0.784313725"},
    {"l2_normalization with a large epsilon, of little", X("1,2", "l2_normalization(x, axes = [1], epsilon = 1e19)"),
     "3e-10 -4e-10", "3e-29 -4e-29", 1e-5, 1e-34},
    {"l2_normalization with a large bias, of little", X("1,2", "l2_normalization(x, axes = [1], bias = 1e20)"),
     "3e-10 -4e-10", "3e-30 -4e-30", 1e-5, 1e-35},
    {"local_variance_normalization of 1e30", X("1,1,4", "local_variance_normalization(x, size = [1,1,3])"),
     "3e30 -4e30 1e30 2e30", "1.03923047 -1.35873246 0.377964473 1.54919334"},
    {"local_contrast_normalization of 1e30", X("1,1,4", "local_contrast_normalization(x, size = [1,1,3])"),
     "3e30 -4e30 1e30 2e30", "1.10883188 -1.28900683 0.532938719 1.03923047"},
    {"rms_pool of 1e30 beside 1",
     X("1,1,4", "rms_pool(x, size = [1,1,2], stride = [1,1,2], padding = [(0,0),(0,0),(0,0)])"), "3e30 -4e30 3 4",
     "3.53553391e30 3.53553391"},
};

static const struct op_error errors[] = {
    {"size with one item", X("1,4,8,6", "local_response_normalization(x, size = [3])"),
     "'size' has 1 items, the input has rank 4", 5},
    {"size 0", X("1,4", "local_response_normalization(x, size = [1,0])"), "item 1 of 'size' is 0", 5},
    {"axis of l1_normalization", X("1,4", "l1_normalization(x, axes = [2])"), "item 0 of 'axes' is 2", 5},
};

OP_SUITE("lrn", cases, errors)
