/* SPDX-License-Identifier: Apache-2.0 */
/* Torch7: how its files begin, and its modules by class, without the package in front of it (nn, cudnn, cunn). */
#include <string.h>

#include "import/torch7/torch7.h"

#define BUILD(name, builder)                                                                                           \
    {                                                                                                                  \
        "", name, ncl_torch7_build_##builder, NULL, NULL                                                               \
    }
#define BUILD_AS(name, builder, as)                                                                                    \
    {                                                                                                                  \
        "", name, ncl_torch7_build_##builder, NULL, as                                                                 \
    }

static const struct ncl_import_operator operators[] = {
    BUILD("Output", pass),
    BUILD_AS("ReLU", unary, "relu"),
    BUILD_AS("Sigmoid", unary, "sigmoid"),
    BUILD_AS("Tanh", unary, "tanh"),
    BUILD_AS("Abs", unary, "abs"),
    BUILD_AS("Sqrt", unary, "sqrt"),
    BUILD_AS("Square", unary, "sqr"),
    BUILD_AS("Exp", unary, "exp"),
    BUILD_AS("Log", unary, "log"),
    BUILD("SoftSign", soft_sign),
    BUILD("LogSigmoid", log_sigmoid),
    BUILD("TanhShrink", tanh_shrink),
    BUILD("HardShrink", shrink),
    BUILD("SoftShrink", shrink),
    BUILD("RReLU", rrelu),
    BUILD("LeakyReLU", leaky),
    BUILD("PReLU", prelu),
    BUILD("ELU", elu),
    BUILD("ReLU6", hard_tanh),
    BUILD("HardTanh", hard_tanh),
    BUILD("Clamp", hard_tanh),
    BUILD("Threshold", threshold),
    BUILD("SoftPlus", softplus),
    BUILD("Power", power),
    BUILD("MulConstant", constant),
    BUILD("AddConstant", constant),
    BUILD("Mul", scale),
    BUILD("CMul", scale),
    BUILD("CAdd", scale),
    BUILD("Add", add),
    BUILD_AS("CAddTable", binary, "add"),
    BUILD_AS("CAveTable", binary, "add"),
    BUILD_AS("CSubTable", binary, "sub"),
    BUILD_AS("CMulTable", binary, "mul"),
    BUILD_AS("CDivTable", binary, "div"),
    BUILD_AS("CMaxTable", binary, "max"),
    BUILD_AS("CMinTable", binary, "min"),
    BUILD("MM", mm),
    BUILD("SoftMin", soft_min),
    BUILD("SoftMax", softmax),
    BUILD("SpatialSoftMax", softmax),
    BUILD("LogSoftMax", log_softmax),
    BUILD("SpatialLogSoftMax", log_softmax),
    BUILD("SpatialConvolution", conv),
    BUILD("SpatialConvolutionMM", conv),
    BUILD("SpatialDilatedConvolution", conv),
    BUILD("SpatialDepthWiseConvolution", depthwise),
    BUILD("SpatialFullConvolution", deconv),
    BUILD("TemporalConvolution", temporal),
    BUILD("TemporalMaxPooling", temporal_pool),
    BUILD("VolumetricConvolution", conv),
    BUILD("VolumetricDilatedConvolution", conv),
    BUILD("VolumetricFullConvolution", deconv),
    BUILD("VolumetricMaxPooling", pool),
    BUILD("VolumetricDilatedMaxPooling", pool),
    BUILD("VolumetricAveragePooling", pool),
    BUILD("VolumetricBatchNormalization", batch_norm),
    BUILD("InstanceNormalization", instance_norm),
    BUILD("SpatialDilatedMaxPooling", pool),
    BUILD("SpatialMaxUnpooling", unpool),
    BUILD("SpatialSubSampling", sub_sampling),
    BUILD("BottleIn", bottle_in),
    BUILD("BottleOut", bottle_out),
    BUILD("ShaveImage", shave),
    BUILD("PixelShuffle", shuffle),
    BUILD("GatedLinearUnit", gated),
    BUILD("Bilinear", bilinear_form),
    BUILD("Euclidean", nearness),
    BUILD("Cosine", nearness),
    BUILD_AS("DotProduct", pairs, "dot"),
    BUILD_AS("CosineDistance", pairs, "cosine"),
    BUILD_AS("PairwiseDistance", pairs, "distance"),
    BUILD("SpatialAdaptiveMaxPooling", adaptive),
    BUILD("SpatialAdaptiveAveragePooling", adaptive),
    BUILD("SpatialMaxPooling", pool),
    BUILD("SpatialAveragePooling", pool),
    BUILD("SpatialBatchNormalization", batch_norm),
    BUILD("BatchNormalization", batch_norm),
    BUILD("Linear", linear),
    BUILD("SpatialCrossMapLRN", lrn),
    BUILD("SpatialUpSamplingNearest", nearest),
    BUILD("SpatialUpSamplingBilinear", bilinear),
    BUILD("Padding", pad_axis),
    BUILD("SpatialZeroPadding", pad),
    BUILD("SpatialReflectionPadding", pad),
    BUILD("SpatialReplicationPadding", pad),
    BUILD("View", view),
    BUILD("Reshape", reshape),
    BUILD("Squeeze", squeeze),
    BUILD("Unsqueeze", unsqueeze),
    BUILD("Transpose", transpose),
    BUILD("Narrow", narrow),
    BUILD("Select", select),
    BUILD("CReLU", two_signs),
    BUILD("Replicate", replicate),
    BUILD("LookupTable", lookup),
    BUILD("JoinTable", join),
    BUILD("Concat", join),
    BUILD("DepthConcat", join),
    BUILD_AS("Mean", reduce, "mean_reduce"),
    BUILD_AS("Sum", reduce, "sum_reduce"),
    BUILD_AS("Max", reduce, "max_reduce"),
    BUILD_AS("Min", reduce, "min_reduce"),
    BUILD("Normalize", normalize),
};

/* An object (4) or a table (3) with number 1; of an object, its version and class, of a table, its length. */
static bool torch7_detect(const uint8_t *head, size_t size, uint64_t file_size)
{
    static const struct {
        const char *bytes;
        size_t count;
    } begins[] = {{"\4\0\0\0\1\0\0\0\3\0\0\0V 1", 15},
                  {"\3\0\0\0\1\0\0\0", 8}, /* an object, a table; */
                  {"\0\0\0\4\0\0\0\1\0\0\0\3V 1", 15},
                  {"\0\0\0\3\0\0\0\1", 8}, /* of the other byte order, */
                  {"4\n1\n3\nV 1\n", 10},  /* and as text */
                  {"3\n1\n", 4}};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (file_size > 15 && size > 15 && memcmp(head, begins[i].bytes, begins[i].count) == 0)
            return true;
    return false;
}

const struct ncl_import_format ncl_import_torch7 = {"Torch7", torch7_detect, ncl_torch7_read, operators,
                                                    sizeof operators / sizeof *operators};
