/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that the pass `recognize` makes, as exporters write them: the steps they become give the numbers of what
 * is written. Which spellings become which operation: tests/pass/test_recognize.c. */
#include "op_suite.h"

#define HEADER             "extension KHR_enable_operator_expressions;\n"
#define UNARY(body)        HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [12]);\n    " body "\n}\n"
#define LARGE(shape, body) HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = " shape ");\n    " body "\n}\n"
#define NORM(body)                                                                                                     \
    HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [3,4]);\n"                                              \
           "    s = constant(shape = [1,4], value = [2.0,1.0,0.5,-1.0]);\n"                                            \
           "    o = constant(shape = [1,4], value = [0.0,1.0,-1.0,0.5]);\n    " body "\n}\n"
#define POINTS "-8 -3.5 -3 -2 -1 -0.5 0 0.25 1 2 3 6"
#define SMALL  "-0.5 -0.001 -1e-07 0 1e-07 3e-05 0.001 0.25 1 3 20 80"
#define LINES  "1 2 3 4 -1 0 5 2 0.5 0.25 -0.75 100"

static const struct op_case cases[] = {
    {"gelu by erf", UNARY("y = 0.5 * x * (1.0 + erf(x * 0.7071067811865475));"), POINTS,
     "0 -0.000814201777 -0.00404969409 -0.0455002639 -0.158655254 -0.154268769 0 0.149676581 0.841344746 1.95449974 "
     "2.99595031 6",
     .compat = NNEFCL_COMPAT_TORCH},
    {"gelu by tanh", UNARY("y = x * (0.5 * (1.0 + tanh(0.7978845608028654 * (x + 0.044715 * x ^ 3.0))));"), POINTS,
     "0 -0.000616197655 -0.00363739208 -0.0454023059 -0.158808009 -0.15428599 0 0.149675351 0.841191991 1.95459769 "
     "2.99636261 6"},
    {"gelu by sigmoid", UNARY("y = x * sigmoid(1.702 * x);"), POINTS,
     "-9.76642887e-06 -0.00903344613 -0.0180713097 -0.0643413769 -0.154204234 -0.149611563 0 0.15119965 0.845795766 "
     "1.93565862 2.98192869 5.99977965"},
    {"mish", UNARY("y = x * tanh(log(1.0 + exp(x)));"), POINTS,
     "-0.00268325088 -0.104095754 -0.145647461 -0.252501483 -0.303401461 -0.220743775 0 0.16957241 0.865098388 "
     "1.94395896 2.986535 5.99992663"},
    {"log1p, also where 1 + x is 1", UNARY("y = log(1.0 + x);"), SMALL,
     "-0.693147181 -0.00100050038 -1.00000006e-07 0 9.99999962e-08 2.99995493e-05 0.000999500381 0.223143551 "
     "0.693147181 1.38629436 3.04452244 4.39444915"},
    {"expm1, also where exp(x) is 1", UNARY("y = exp(x) - 1.0;"), SMALL,
     "-0.39346934 -0.000999500214 -9.99999962e-08 0 1.00000006e-07 3.00004492e-05 0.00100050021 0.284025417 1.71828183 "
     "19.0855369 485165194 5.54062238e+34"},
    {"erf of NNEF-Tools",
     UNARY("t = 1.0 / (1.0 + 0.3275911 * abs(x)); y = sign(x) * (1.0 - (((((1.061405429 * t + -1.453152027) * t) + "
           "1.421413741) * t + -0.284496736) * t + 0.254829592) * t * exp(-x * x));"),
     POINTS,
     "-1 -0.999999256 -0.999977895 -0.99532214 -0.84270069 -0.520500016 0 0.276326261 0.84270069 0.99532214 "
     "0.999977895 1"},
    {"hard sigmoid", UNARY("y = clamp(x + 3.0, 0.0, 6.0) / 6.0;"), POINTS,
     "0 0 0 0.166666667 0.333333333 0.416666667 0.5 0.541666667 0.666666667 0.833333333 1 1"},
    {"hard swish", UNARY("y = x * clamp(x + 3.0, 0.0, 6.0) / 6.0;"), POINTS,
     "0 0 0 -0.333333333 -0.333333333 -0.208333333 0 0.135416667 0.666666667 1.66666667 3 6"},
    {"layer norm",
     NORM("d = x - mean_reduce(x, axes = [1]); "
          "y = d / sqrt(mean_reduce(sqr(d), axes = [1]) + 0.5) * s + o;"),
     LINES,
     "-2.26778684 0.622035527 -0.811017763 -0.633893419 -2.08514414 0.374456758 -0.270199551 0.291485586 -1.1313897 "
     "0.428532754 -1.29727842 -1.23171893"},
    {"layer norm along columns", NORM("m, v = moments(x, axes = [0]); y = (x - m) * rsqrt(v + 0.5);"), LINES,
     "0.753778361 1.09985336 0.234640533 -0.685046406 -1.05528971 -0.659912018 1.03912236 -0.728772772 0.301511345 "
     "-0.439941345 -1.27376289 1.41381918"},
    {"rms norm", NORM("y = x * rsqrt(mean_reduce(sqr(x), axes = [1]) + 0.5) * s;"), LINES,
     "0.707106781 0.707106781 0.530330086 -1.41421356 -0.707106781 0 0.883883476 -0.707106781 0.0199971256 "
     "0.0049992814 -0.00749892211 -1.99971256"},
    {"layer norm of rows that fill no vector",
     HEADER
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [2,3,7]);\n    s = constant(shape = [1,3,7], value = [2.0]);\n"
     "    m, v = moments(x, axes = [1,2]);\n    y = (x - m) / sqrt(v + 0.5) * s - 1.0;\n}\n",
     "0..20 21*3",
     "-4.280599 -3.952539 -3.624479 -3.29642 -2.96836 -2.6403 -2.31224 -1.98418 -1.65612 -1.32806 -1 -0.6719401 "
     "-0.3438801 -0.01582021 0.3122397 0.6402997 0.9683596 1.29642 1.624479 1.952539 2.280599 21*-1"},
    {"layer norm of a long row",
     HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [2,1200]);\n"
            "    m, v = moments(x, axes = [1]);\n    y = (x - m) / sqrt(v + 1.0);\n}\n",
     "600*1 600*3 1200*5", "600*-0.70710678 600*0.70710678 1200*0"},
    {"layer norm of few and very long rows",
     HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [2,4102]);\n"
            "    m, v = moments(x, axes = [1]);\n    y = (x - m) / sqrt(v + 1.0);\n}\n",
     "2051*1 2051*3 4102*5", "2051*-0.70710678 2051*0.70710678 4102*0"},
    {"layer norm of rows that go together, one of them of 1e25",
     HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [9,10]);\n"
            "    m, v = moments(x, axes = [1]);\n    y = (x - m) / sqrt(v + 1.0);\n}\n",
     "5*1 5*3 10*5 5*1e25 5*3e25 5*3 5*1 10*7 10*9 10*0 5*-1 5*1 5*3 5*5",
     "5*-0.70710678 5*0.70710678 10*0 5*-1 5*1 5*0.70710678 5*-0.70710678 30*0 5*-0.70710678 5*0.70710678 "
     "5*-0.70710678 5*0.70710678"},
    /* over the channels of images */
    {"layer norm over channels",
     HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,3,2,3]);\n"
            "    s = constant(shape = [1,3], value = [2.0,1.0,-0.5]);\n"
            "    o = constant(shape = [1,3], value = [0.0,1.0,-1.0]);\n"
            "    m, v = moments(x, axes = [1]);\n    y = (x - m) / sqrt(v + 0.5) * s + o;\n}\n",
     "1 2 3 4 -1 0 5 2 0.5 0.25 -0.75 100 3 -4 1 2 7 7",
     "-2.24780595 1.37198868 2.32379001 2.27177807 -1.45486016 -1.56481839 2.12390297 1.68599434 0.225403331 "
     "-0.0865025563 0.338699929 2.41126145 -1 -0.314005659 -0.806350833 -0.97530676 -1.69436507 -0.685573875"},
    {"layer norm over channels that are brought last",
     HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,11,2,5]);\n    s = constant(shape = [1,1,1,11],\n"
            "        value = [1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0,10.0,11.0]);\n"
            "    o = constant(shape = [1,1,1,11], value = [-1.0]);\n    t = transpose(x, axes = [0,2,3,1]);\n"
            "    m, v = moments(t, axes = [3]);\n    n = (t - m) / sqrt(v + 0.5) * s + o;\n"
            "    y = transpose(n, axes = [0,3,1,2]);\n}\n",
     "0..109",
     "10*-2.58074369 10*-3.52918991 10*-3.84533865 10*-3.52918991 10*-2.58074369 10*-1 10*1.21304117 10*4.05837982 "
     "10*7.53601595 10*11.6459495 10*16.3881806"},
    {"layer norm over channels, of 1e25, of 1 and of 3e38",
     LARGE("[1,4,1,3]", "m, v = moments(x, axes = [1]); y = (x - m) / sqrt(v + 1e-5);"),
     "3e25 3 3e38 -4e25 -4 -3e38 1e25 1 1e38 2e25 2 2e38",
     "0.928476691 0.928476051 0.98787834 -1.67125804 -1.67125689 -1.6464639 0.185695338 0.18569521 0.10976426 "
     "0.557086015 0.557085631 0.5488213"},
    {"rms norm over channels", LARGE("[1,9,1,5]", "y = x * rsqrt(mean_reduce(sqr(x), axes = [1]) + 0.5);"), "0..44",
     "0 0.0405497979 0.078376148 0.113701094 0.146729312 0.209949408 0.243298787 0.274316518 0.303202917 0.330140951 "
     "0.419898817 0.446047776 0.470256888 0.492704739 0.513552591 0.629848225 0.648796766 0.666197258 0.682206562 "
     "0.696964231 0.839797633 0.851545755 0.862137628 0.871708385 0.88037587 1.04974704 1.05429474 1.058078 "
     "1.06121021 1.06378751 1.25969645 1.25704373 1.25401837 1.25071203 1.24719915 1.46964586 1.45979272 1.44995874 "
     "1.44021385 1.43061079 1.67959527 1.66254171 1.64589911 1.62971568 1.61402243"},
    {"l2 normalization over channels of sequences",
     LARGE("[2,9,2]", "y = x / max(sqrt(sum_reduce(sqr(x), axes = [1])), 3.0);"), "0..17 18*0",
     "0 0.0321246283 0.0700140042 0.0963738849 0.140028008 0.160623142 0.210042013 0.224872398 0.280056017 "
     "0.289121655 0.350070021 0.353370911 0.420084025 0.417620168 0.490098029 0.481869425 0.560112034 0.546118681 "
     "18*0"},
    {"l2 normalization over channels, of NaN, infinity, nothing and little",
     LARGE("[1,3,4]", "y = x / max(sqrt(sum_reduce(sqr(x), axes = [1])), 1e-12);"),
     "nan inf 0 1e-13 1e-12 1 0 -2e-30 2e-12 -3 0 0", "nan nan 0 0.1 1 0 0 -2e-18 2 0 0 0", 1e-5, 1e-24},
    /* over all of images */
    {"layer norm over images, scale and offset of channels",
     HEADER "graph g( x ) -> ( y )\n{\n    x = external(shape = [1,11,2,2]);\n    s = constant(shape = [1,11,1,1],\n"
            "        value = [1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0,10.0,-11.0]);\n"
            "    o = constant(shape = [1,11,1,1], value = [0.5]);\n    r = reshape(x, shape = [1,1,-1]);\n"
            "    m, v = moments(r, axes = [2]);\n    n = reshape((r - m) / sqrt(v + 0.75), shape = [1,11,2,2]);\n"
            "    y = n * s + o;\n}\n",
     "0..43",
     "-1.18919953 -1.11063211 -1.03206469 -0.953497272 -2.2498597 -2.09272486 -1.93559002 -1.77845518 -2.68198052 "
     "-2.44627825 -2.21057599 -1.97487373 -2.48556197 -2.17129228 -1.8570226 -1.54275292 -1.66060405 -1.26776695 "
     "-0.874929852 -0.482092752 -0.207106781 0.26429774 0.73570226 1.20710678 1.87492985 2.42490179 2.97487373 "
     "3.52484568 4.58550585 5.21404521 5.84258457 6.47112393 7.9246212 8.63172798 9.33883476 10.0459415 "
     "11.8922759 12.6779501 13.4636243 14.2492985 -15.48847 -16.3527116 -17.2169532 -18.0811949"},
    {"layer norm over two images, of one value and of NaN",
     LARGE("[3,2,3,2]", "m, v = moments(x, axes = [1,2,3]); y = (x - m) / sqrt(v + 1.0);"), "6*1 6*3 12*5 nan 11*1",
     "6*-0.707106781 6*0.707106781 12*0 12*nan"},
    {"layer norm over each channel",
     LARGE("[1,9,1,4]", "m, v = moments(x, axes = [2,3]); y = (x - m) / sqrt(v + 1.0);"), "0..35",
     "-1 -0.333333333 0.333333333 1 -1 -0.333333333 0.333333333 1 -1 -0.333333333 0.333333333 1 -1 -0.333333333 "
     "0.333333333 1 "
     "-1 -0.333333333 0.333333333 1 -1 -0.333333333 0.333333333 1 -1 -0.333333333 0.333333333 1 -1 -0.333333333 "
     "0.333333333 1 "
     "-1 -0.333333333 0.333333333 1"},
    {"layer norm over images of 1e25, of 3e38 and of 1",
     LARGE("[3,1,4,1]", "m, v = moments(x, axes = [1,2,3]); y = (x - m) / sqrt(v + 1e-5);"),
     "3e25 -4e25 1e25 2e25 3e38 -3e38 1e38 2e38 3 -4 1 2",
     "0.928476691 -1.67125804 0.185695338 0.557086015 0.98787834 -1.6464639 0.10976426 0.5488213 0.928476051 "
     "-1.67125689 0.18569521 0.557085631"},
    {"layer norm over rows of 1e25, 3e38 and 1",
     LARGE("[1,3,4]", "m, v = moments(x, axes = [2]); y = (x - m) / sqrt(v + 1e-5);"),
     "3e25 -4e25 1e25 2e25 3e38 -3e38 1e38 2e38 3 -4 1 2",
     "0.928476691 -1.67125804 0.185695338 0.557086015 0.98787834 -1.6464639 0.10976426 0.5488213 0.928476051 "
     "-1.67125689 0.18569521 0.557085631"},
    {"rms norm over images", LARGE("[2,2,2,3]", "y = x * rsqrt(mean_reduce(sqr(x), axes = [1,2,3]) + 12.0);"),
     "12*2 12*-6", "12*0.5 12*-0.866025404"},
    {"l2 normalization", NORM("y = x / max(sqrt(sum_reduce(sqr(x), axes = [1])), 6.0);"), LINES,
     "0.166666667 0.333333333 0.5 0.666666667 -0.166666667 0 0.833333333 0.333333333 0.00499978126 0.00249989063 "
     "-0.0074996719 0.999956253"},
    {"l2 normalization, the length repeated",
     NORM("n = max(sum_reduce(abs(x) ^ 2.0, axes = [1]) ^ 0.5, 6.0); y = x / tile(n, repeats = [1,4]);"), LINES,
     "0.166666667 0.333333333 0.5 0.666666667 -0.166666667 0 0.833333333 0.333333333 0.00499978126 0.00249989063 "
     "-0.0074996719 0.999956253"},
    {"l2 normalization along columns", NORM("y = x / max(sqrt(sum_reduce(sqr(x), axes = [0])), 3.0);"), LINES,
     "0.333333333 0.666666667 0.510291907 0.0399600599 -0.333333333 0 0.850486511 0.01998003 0.166666667 "
     "0.0833333333 -0.127572977 0.999001498"},
    {"l2 normalization by a sum", NORM("y = x / (sqrt(sum_reduce(sqr(x), axes = [1])) + 0.5);"), LINES,
     "0.1673017 0.3346034 0.5019051 0.6692068 -0.1673017 0 0.8365085 0.3346034 0.00497490781 0.00248745391 "
     "-0.00746236172 0.994981563"},
    {"l2 normalization of TensorFlow", NORM("y = x * rsqrt(max(sum_reduce(sqr(x), axes = [1]), 40.0));"), LINES,
     "0.158113883 0.316227766 0.474341649 0.632455532 -0.158113883 0 0.790569415 0.316227766 0.00499978126 "
     "0.00249989063 -0.0074996719 0.999956253"},
    {"l2 normalization of TensorFlow, a bound below 0",
     NORM("y = x / sqrt(max(sum_reduce(sqr(x), axes = [0,1]), -1.0));"), "3 4 10*0", "0.6 0.8 10*0"},
    {"l2 normalization of NaN, infinity, nothing and little",
     LARGE("[4,3]", "y = x / max(sqrt(sum_reduce(sqr(x), axes = [1])), 1e-12);"),
     "nan 1e-12 2e-12 inf 1 -3 0 0 0 1e-13 -2e-30 0", "nan 1 2 nan 0 0 0 0 0 0.1 -2e-18 0", 1e-5, 1e-24},
    {"l2 normalization of NaN, infinity, nothing and little along columns",
     LARGE("[3,4]", "y = x / max(sqrt(sum_reduce(sqr(x), axes = [0])), 1e-12);"),
     "nan inf 0 1e-13 1e-12 1 0 -2e-30 2e-12 -3 0 0", "nan nan 0 0.1 1 0 0 -2e-18 2 0 0 0", 1e-5, 1e-24},
    /* squares beyond a float, results within */
    {"layer norm of 1e25 and 3e38", LARGE("[2,4]", "m, v = moments(x, axes = [1]); y = (x - m) / sqrt(v + 1e-5);"),
     "3e25 -4e25 1e25 2e25 3e38 -3e38 1e38 2e38",
     "0.928476691 -1.67125804 0.185695338 0.557086015 0.98787834 -1.6464639 0.10976426 0.5488213"},
    {"layer norm of 1e25 along columns",
     LARGE("[4,2]", "m, v = moments(x, axes = [0]); y = (x - m) * rsqrt(v + 1e-5);"),
     "3e25 3e38 -4e25 -3e38 1e25 1e38 2e25 2e38",
     "0.928476691 0.98787834 -1.67125804 -1.6464639 0.185695338 0.10976426 0.557086015 0.5488213"},
    {"rms norm of 1e25 and 3e38", LARGE("[2,4]", "y = x * rsqrt(mean_reduce(sqr(x), axes = [1]) + 1e-6);"),
     "3e25 -4e25 1e25 2e25 3e38 -3e38 1e38 2e38",
     "1.09544512 -1.46059349 0.365148372 0.730296743 1.25108648 -1.25108648 0.417028828 0.834057656"},
    {"rms norm of 1e25 along columns", LARGE("[4,2]", "y = x * rsqrt(mean_reduce(sqr(x), axes = [0]) + 1e-6);"),
     "3e25 3e38 -4e25 -3e38 1e25 1e38 2e25 2e38",
     "1.09544512 1.25108648 -1.46059349 -1.25108648 0.365148372 0.417028828 0.730296743 0.834057656"},
    {"attention",
     HEADER "graph g( q, k, v, m ) -> ( y )\n{\n    q = external(shape = [1,2,2]);\n"
            "    k = external(shape = [1,3,2]);\n    v = external(shape = [1,3,2]);\n"
            "    m = external(shape = [1,2,3]);\n"
            "    y = matmul(softmax(matmul(q, k, transposeB = true) / 2.0 + m, axes = [2]), v);\n}\n",
     "1 -0.5 2 0.25 | 0.5 1 -1 2 3 0 | 1 10 2 -20 -3 30 | 0 0.5 -1 1 0 0.25",
     "-0.839597841 14.5398961 -2.27649347 26.0056729"},
    {"attention and what hangs on it",
     HEADER "graph g( q, k, v, m ) -> ( y )\n{\n    q = external(shape = [1,2,2]);\n"
            "    k = external(shape = [1,2,3]);\n    v = external(shape = [1,3,2]);\n"
            "    m = external(shape = [1,2,3]);\n"
            "    a = matmul(softmax(matmul(q, k) * 0.5 + m, axes = [2]), v);\n    y = a * 2.0 + 1.0;\n}\n",
     "1 -0.5 2 0.25 | 0.5 -1 3 1 2 0 | 1 10 2 -20 -3 30 | 0 0.5 -1 1 0 0.25",
     "-0.679195682 30.0797922 -3.55298694 53.0113457"},
};

static const struct op_error errors[] = {
    {"no document can call them",
     "graph g( x ) -> ( y )\n{\n    x = external(shape = [12]);\n    y = gelu_tanh(x);\n}\n",
     "unknown operation 'gelu_tanh'"},
};

OP_SUITE("recognized", cases, errors)
