/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX models, small ones: what they compute by the definitions, what is refused and how it is said, and damaged
 * files. */
#include <math.h>
#include <unistd.h>

#include "import/onnx_text.h"
#include "model/frozen.h"
#include "nnefcl/nnefcl.h"
#include "suite.h"
#include "verify/exact.h"

static struct onnx_text text;

struct said {
    char text[4096];
};

static void listen(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    struct said *said = user;
    const size_t used = strlen(said->text);
    if (severity == NNEFCL_ERROR)
        snprintf(said->text + used, sizeof said->text - used, "%s: %s\n", diagnostic->file, diagnostic->message);
}

static nnefcl_status open_bytes(const uint8_t *bytes, size_t size, nnefcl_model **model, struct said *said)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    *said = (struct said){{0}};
    *model = NULL;
    options.diagnostic = listen;
    options.diagnostic_user = said;
    options.memory_limit = 256 << 20;
    return nnefcl_model_open_memory(bytes, size, &options, model, &error);
}

/* ---- values ---- */

struct value_case {
    const char *name;
    int opset;
    const char *text, *expected; /* of y: "2,3: 1 2 3 4 5 6" */
};

#define X6 "in x 2,3: 1 2 3 4 5 6\n"
#define DEFORM                                                                                                         \
    "in x 1,2,2,2: 1 2 3 4 5 6 7 8\nconst w f 1,2,1,2: 1 2 -1 0.5\nconst b f 1: 0.5\n"                                 \
    "in d 1,8,2,1: 0 0.5 -0.25 1 0.5 0 0 -0.5 0 0 1 0 -0.5 0 0 -1.5\nin m 1,4,2,1: 1 0.5 2 1 1 1 0.25 1\n"
#define IF_SUM "const l f : 20\nReduceSum x -> s keepdims=0\n"
/* two new rows, two heads of queries, one of keys, one row of former runs */
#define GROUPED                                                                                                        \
    "in q 1,2,4: 1 0 0 1 0.5 -1 2 1\nin k 1,2,2: 1 2 -1 1\nin v 1,2,2: 1 2 3 4\nconst a f 1,1,1,2: 2 -1\n"             \
    "const b f 1,1,1,2: -3 5\nconst n i 1: 2\nconst t i 1: 3\n"                                                        \
    "com.microsoft.GroupQueryAttention q k v a b n t "
#define CUBIC  "in x 1,1,2,3: 1 2 4 8 16 32\nconst g f 1,1,2,2: -0.5 0.25 0.9 -0.8\nGridSample x g -> y mode='bicubic' "
#define VOLUME "in x 1,1,2,2,2: 1 2 3 4 5 6 7 8\nconst g f 1,1,1,3,3: 0 0 0 -1 1 -1 1 -0.5 2\nGridSample x g -> y "
#define X4     "in x 1,1,2,2: 1 2 3 4\n"

/* two trees: x0 <= 2 ? (x1 <= 1.5 ? 3 : 4) : 2, and x2 <= 5.5 ? 1 : 2, each by the numbers of its nodes */
#define TREES                                                                                                          \
    " nodes_treeids=[0,0,0,0,0,1,1,1] nodes_nodeids=[0,1,2,3,4,0,1,2] nodes_featureids=[0,1,0,0,0,2,0,0]"              \
    " nodes_values=[2.0,1.5,0,0,0,5.5,0,0] nodes_truenodeids=[1,3,0,0,0,1,0,0] nodes_falsenodeids=[2,4,0,0,0,2,0,0]"   \
    " nodes_modes=['BRANCH_LEQ','BRANCH_LEQ','LEAF','LEAF','LEAF','BRANCH_LEQ','LEAF','LEAF']"
#define REGRESSOR                                                                                                      \
    X6 "ai.onnx.ml.TreeEnsembleRegressor x -> y n_targets=1 base_values=[0.5] target_treeids=[0,0,0,1,1]"              \
       " target_nodeids=[2,3,4,1,2] target_ids=[0,0,0,0,0] target_weights=[1.0,2,3,10,20]" TREES
#define CLASSIFIER                                                                                                     \
    X6 "ai.onnx.ml.TreeEnsembleClassifier x -> l y classlabels_int64s=[5,7] class_treeids=[0,0,0,1,1]"                 \
       " class_nodeids=[2,3,4,1,2] class_ids=[0,0,0,0,0]" TREES
#define VECTORS                                                                                                        \
    "in x 1,3: 0.1 0.2 0.3\nai.onnx.ml.SVMRegressor x -> y n_supports=2 coefficients=[1.0,-2.0] rho=[0.5] "            \
    "support_vectors=[1.0,2,3,0,1,0] kernel_params=[0.25,1,2] "

#define PAIRS "ai.onnx.ml.SVMClassifier x -> l y support_vectors=[1.0,0,0,0,1,0,0,0,1] "
#define THREE                                                                                                          \
    "coefficients=[0.5,-0.25,0.25,-0.5,0.5,0.125] rho=[0.4,-0.1,0.3] vectors_per_class=[1,1,1] "                       \
    "classlabels_ints=[4,6,9]"

static const struct value_case values[] = {
    /* broadcasting from the right */
    {"Add of a row", 13, X6 "const w f 3: 10 20 30\nAdd x w -> y", "2,3: 11 22 33 14 25 36"},
    {"Add of a column", 13, X6 "const w f 2,1: 10 20\nAdd w x -> y", "2,3: 11 12 13 24 25 26"},
    {"Sub of one number", 13, X6 "const w f 1: 1\nSub x w -> y", "2,3: 0 1 2 3 4 5"},
    {"PRelu of channels", 9, "in x 1,2,2: -1 1 -2 2\nconst w f 2,1: 0.5 0.25\nPRelu x w -> y", "1,2,2: -0.5 1 -0.5 2"},
    /* integers */
    {"Div of integers", 13, "in x i 4: 7 -7 6 -1\nconst w i 1: 2\nDiv x w -> y", "4: 3 -3 3 0"},
    {"Mod with the sign of the divisor", 13, "in x i 4: 5 -5 7 -7\nconst w i 1: 3\nMod x w -> y", "4: 2 1 1 2"},
    {"Mod with the sign of the dividend", 13, "in x 4: 5 -5 7 -7\nconst w f 1: 3\nMod x w -> y fmod=1", "4: 2 -2 1 -1"},
    {"Round to even", 11, "in x 5: 0.5 1.5 2.5 -0.5 -1.5\nRound x -> y", "5: 0 2 2 0 -2"},
    /* attributes that became operands */
    {"Clip-6", 6 + 1, X6 "Clip x -> y min=2.0 max=5.0", "2,3: 2 2 3 4 5 5"},
    {"Clip-11 without a bound", 11, X6 "const m f : 4\nClip x - m -> y", "2,3: 1 2 3 4 4 4"},
    {"Slice-1", 9, X6 "Slice x -> y starts=[1] ends=[9] axes=[1]", "2,2: 2 3 5 6"},
    {"Slice-10 backwards", 13,
     X6 "const s i 1: -1\nconst e i 1: -99\nconst a i 1: 1\nconst p i 1: -2\nSlice x s e a p -> y", "2,2: 3 1 6 4"},
    {"Slice by two from the first", 13,
     "in x 1,5: 1 2 3 4 5\nconst s i 1: 0\nconst e i 1: 5\nconst a i 1: 1\nconst p i 1: 2\nSlice x s e a p -> y",
     "1,3: 1 3 5"},
    {"Slice by two from the second", 13,
     "in x 1,6: 1 2 3 4 5 6\nconst s i 1: 1\nconst e i 1: 6\nconst a i 1: 1\nconst p i 1: 2\nSlice x s e a p -> y",
     "1,3: 2 4 6"},
    {"Clip of paddings", 13,
     "in x 1: 1\nconst s i 3: -1 2 9\nconst m i : 0\nconst n i : 4\nClip s m n -> t\nCast t -> u to=1\n"
     "ReduceSum u -> v keepdims=0\nCast v -> w to=7\nUnsqueeze w a -> r\nconst a i 1: 0\nExpand x r -> y",
     "6: 1 1 1 1 1 1"},
    {"BatchNormalization of a batch", 15,
     "in x 2,1: 1 3\nconst s f 1: 2\nconst b f 1: 5\nconst m f 1: 0\nconst v f 1: 1\n"
     "BatchNormalization x s b m v -> y - - training_mode=1",
     "2,1: 3.00001 6.99999"},
    {"BatchNormalization, the mean that is left", 15,
     "in x 2,1: 1 3\nconst s f 1: 2\nconst b f 1: 5\nconst m f 1: 1\nconst v f 1: 1\n"
     "BatchNormalization x s b m v -> z y - training_mode=1 momentum=0.5",
     "1: 1.5"},
    /* what the first operator sets had */
    {"Affine", 1, X6 "Affine x -> y alpha=2.0 beta=0.5", "2,3: 2.5 4.5 6.5 8.5 10.5 12.5"},
    {"ScaledTanh", 1, "in x 2: 0 1\nScaledTanh x -> y alpha=2.0 beta=0.5", "2: 0 0.92423431"},
    {"ParametricSoftplus", 1, "in x 2: 0 1\nParametricSoftplus x -> y alpha=2.0 beta=0.5", "2: 1.38629436 1.94815397"},
    {"ImageScaler", 1, "in x 1,2,1,2: 1 2 3 4\nImageScaler x -> y scale=2.0 bias=[10.0,20]", "1,2,1,2: 12 14 26 28"},
    {"Crop", 1, "in x 1,1,3,3: 1 2 3 4 5 6 7 8 9\nCrop x -> y border=[1,0,0,1]", "1,1,2,2: 2 3 5 6"},
    {"Crop to a size", 1, "in x 1,1,3,3: 1 2 3 4 5 6 7 8 9\nCrop x -> y border=[0,1,9,9] scale=[1,2]", "1,1,1,2: 4 5"},
    {"ScatterND to a block of its operand", 16,
     "in x 3,3: 1 2 3 4 5 6 7 8 9\nconst i i 2,1,2: 1 2 2 2\nin u 2,1: 10 20\nScatterND x i u -> y",
     "3,3: 1 2 3 4 5 10 7 8 20"},
    {"ScatterND to rows that follow each other, added", 16,
     "in x 3,2: 1 2 3 4 5 6\nconst i i 2,1: 0 1\nin u 2,2: 10 20 30 40\nScatterND x i u -> y reduction='add'",
     "3,2: 11 22 33 44 5 6"},
    {"ScatterND to a block in another order", 16,
     "in x 3: 1 2 3\nconst i i 3,1: -1 1 0\nin u 3: 10 20 30\nScatterND x i u -> y", "3: 30 20 10"},
    {"ScatterND with more numbers of places than 2^20", 16,
     "in w 1,1,1,1: 1\nconst s i 4: 1 1 270 1000\nExpand w s -> x\nconst o i : 0\nconst t i : 1\nconst e i : 270\n"
     "const f i : 1000\nRange o e t -> a\nRange o f t -> b\nconst l i 1: 1\nUnsqueeze a l -> c\nExpand o s -> z\n"
     "Expand c s -> g\nExpand b s -> h\nconst d i 1: 4\nUnsqueeze z d -> p\nUnsqueeze g d -> j\nUnsqueeze h d -> k\n"
     "Concat p p j k -> i axis=-1\nNeg x -> u\nScatterND x i u -> v\nReduceMax v -> y keepdims=0",
     ": -1"},
    {"DeformConv of two groups", 19, DEFORM "DeformConv x w d b m -> y offset_group=2 kernel_shape=[1,2]",
     "1,1,2,1: 7.625 3.25"},
    /* functions of the model */
    {"a function of the model, by the call's attribute", 16,
     "in x 2: -2 3\nfn f.Leak a -> c k=0.5\n| LeakyRelu a -> b alpha=$k\n| Neg b -> c\nf.Leak x -> y k=0.25",
     "2: 0.5 -3"},
    {"a function by its own attribute, without an operand", 16,
     "in x 2: -2 3\nfn f.Leak a l -> c k=0.5\n| LeakyRelu a -> b alpha=$k\n| Clip b l -> c\nf.Leak x -> y", "2: -1 3"},
    {"a function that calls another one, and a name that the graph has too", 16,
     "in x 2: -2 3\nfn f.In a -> b s=2.0\n| Elu a -> x alpha=$s\n| Neg x -> b\nfn f.Out a -> b m=1.0\n"
     "| f.In a -> b s=$m\nNeg x -> z\nf.Out x -> v m=0.0\nf.In z -> w\nAdd v w -> y",
     "2: -2 -1.09957414"},
    /* places that depend on data */
    {"ScatterElements to computed places, the last one wins", 18,
     "in x 4: 1 2 3 4\nin p 3: 2 -4 2\nCast p -> i to=7\nin u 3: 10 20 30\nScatterElements x i u -> y", "4: 20 2 30 4"},
    {"ScatterElements to computed places of the first lines", 18,
     "in x 3,3: 1 2 3 4 5 6 7 8 9\nin p 2,2: 2 0 1 1\nCast p -> i to=7\nin u 2,2: 10 20 30 40\n"
     "ScatterElements x i u -> y axis=1",
     "3,3: 20 2 10 4 40 6 7 8 9"},
    {"ScatterElements to computed places along the first axis, added", 18,
     "in x 2,2: 1 2 3 4\nin p 3,2: 1 0 1 1 0 1\nCast p -> i to=7\nin u 3,2: 10 20 30 40 50 60\n"
     "ScatterElements x i u -> y reduction='add'",
     "2,2: 51 22 43 104"},
    {"ScatterElements to computed places, the greatest", 18,
     "in x 3: 1 2 3\nin p 3: 0 0 1\nCast p -> i to=7\nin u 3: 10 20 -30\nScatterElements x i u -> y reduction='max'",
     "3: 20 2 3"},
    {"ScatterND to computed rows", 16,
     "in x 3,2: 1 2 3 4 5 6\nin p 2,1: 2 0\nCast p -> i to=7\nin u 2,2: 10 20 30 40\nScatterND x i u -> y",
     "3,2: 30 40 3 4 10 20"},
    {"ScatterND to computed elements, the least", 18,
     "in x 2,2: 1 2 3 4\nin p 3,2: 0 1 1 0 -2 1\nCast p -> i to=7\nin u 3: -1 9 -5\n"
     "ScatterND x i u -> y reduction='min'",
     "2,2: 1 -5 3 4"},
    {"If by the data, the one", 16, X6 IF_SUM "Less s l -> c\nIf c -> y then_branch=@Neg:x else_branch=@Abs:x",
     "2,3: 1 2 3 4 5 6"},
    {"If by the data, the other", 16, X6 IF_SUM "Greater s l -> c\nIf c -> y then_branch=@Neg:x else_branch=@Abs:x",
     "2,3: -1 -2 -3 -4 -5 -6"},
    {"Split-18 with a smaller last part", 18, "in x 5: 1 2 3 4 5\nSplit x -> a y num_outputs=2", "2: 4 5"},
    {"ReduceSum-13 over no axes", 13, X6 "ReduceSum x -> y keepdims=0", ": 21"},
    {"ReduceMean-18", 18, X6 "const a i 1: -1\nReduceMean x a -> y", "2,1: 2 5"},
    {"Squeeze-13", 13, "in x 1,2,1: 1 2\nconst a i 1: -1\nSqueeze x a -> y", "1,2: 1 2"},
    {"Dropout", 7, X6 "Dropout x -> y ratio=0.5", "2,3: 1 2 3 4 5 6"},
    /* shapes that are computed */
    {"Reshape by the shape of another", 13,
     X6 "const i i 1: 0\nconst m i 1: -1\nShape x -> s\nGather s i -> n\nConcat n m -> t axis=0\nTranspose x -> z\n"
        "Reshape z t -> y",
     "2,3: 1 4 2 5 3 6"},
    {"ConstantOfShape and Range", 13,
     "in x 3: 1 2 3\nconst a f : 0\nconst b f : 3\nconst c f : 1\nRange a b c -> r\nAdd x r -> y", "3: 1 3 5"},
    /* meanings that changed or are like no other's */
    {"Softmax-11 over all from the axis on", 11, "in x 1,2,2: 0 0 0 0\nSoftmax x -> y", "1,2,2: .25 .25 .25 .25"},
    {"Softmax-13 over one", 13, "in x 1,2,2: 0 0 0 0\nSoftmax x -> y", "1,2,2: .5 .5 .5 .5"},
    {"LogSoftmax of large numbers", 13, "in x 1,2: 1000 0\nLogSoftmax x -> y", "1,2: 0 -1000"},
    {"Gelu by erf", 20, "in x 2: 1 -1\nGelu x -> y", "2: 0.841344746 -0.158655254"},
    {"MaxPool with ceil", 10,
     "in x 1,1,3,3: 1 2 3 4 5 6 7 8 9\nMaxPool x -> y kernel_shape=[2,2] strides=[2,2] ceil_mode=1",
     "1,1,2,2: 5 6 8 9"},
    {"AveragePool that does not count the padding", 11, X4 "AveragePool x -> y kernel_shape=[2,2] pads=[1,1,0,0]",
     "1,1,2,2: 1 1.5 2 2.5"},
    {"AveragePool that counts it", 11, X4 "AveragePool x -> y kernel_shape=[2,2] pads=[1,1,0,0] count_include_pad=1",
     "1,1,2,2: .25 .75 1 2.5"},
    {"AveragePool with ceil that counts the padding, not the overhang", 11,
     "in x 1,1,4: 1 2 3 4\nAveragePool x -> y kernel_shape=[3] strides=[2] pads=[1,0] count_include_pad=1 ceil_mode=1",
     "1,1,2: 1 3"},
    {"ConvTranspose with output_padding", 11,
     "in x 1,1,2: 1 2\nconst w f 1,1,2: 1 10\nConvTranspose x w -> y strides=[2] output_padding=[1]",
     "1,1,5: 1 10 2 20 0"},
    {"Conv, SAME_LOWER", 11, "in x 1,1,2: 1 2\nconst w f 1,1,2: 1 10\nConv x w -> y auto_pad='SAME_LOWER'",
     "1,1,2: 10 21"},
    {"Gemm", 13, X6 "const w f 3,2: 1 0 0 1 1 1\nconst b f 2: 1 2\nGemm x w b -> y alpha=2.0", "2,2: 9 12 21 24"},
    {"MatMul of a row", 13, "in x 2: 1 2\nconst w f 2,2: 1 2 3 4\nMatMul x w -> y", "2: 7 10"},
    {"LRN of two", 13, "in x 1,2,1,1: 1 2\nLRN x -> y size=2 alpha=2.0 beta=1.0", "1,2,1,1: 0.166666667 0.4"},
    /* sums of products */
    {"Einsum, a product of matrices", 12, X6 "const w f 3,2: 1 0 0 1 1 1\nEinsum x w -> y equation='ij,jk->ki'",
     "2,2: 4 10 5 11"},
    {"Einsum without a result", 12, X6 "Einsum x -> y equation='ba'", "3,2: 1 4 2 5 3 6"},
    {"Einsum of a diagonal", 12, "in x 2,2,2: 1 2 3 4 5 6 7 8\nEinsum x -> y equation='...ii->...i'", "2,2: 1 4 5 8"},
    {"Einsum of a trace", 12, "in x 2,2: 1 2 3 4\nEinsum x -> y equation='ii'", ": 5"},
    {"Einsum of three", 12, "in x 2: 1 2\nconst w f 2,2: 1 2 3 4\nEinsum x w x -> y equation='i,ij,j->'", ": 27"},
    {"Einsum of matrices at places of two axes", 12,
     "in x 2,2,1,2: 1 2 3 4 5 6 7 8\nconst w f 2,2,1,2: 1 0 0 1 1 1 2 0\nEinsum x w -> y equation='bhqd,hbkd->bhqk'",
     "2,2,1,1: 1 7 6 14"},
    {"Einsum at places of more axes than a product has", 12,
     "in x 1,1,1,1,1,1,2: 1 2\nconst w f 1,1,1,1,1,1,2: 3 5\nEinsum x w -> y equation='abcdefg,abcdefg->abcdefg'",
     "1,1,1,1,1,1,2: 3 10"},
    {"Einsum with dots that repeat", 12, X6 "const w f 1,3: 1 10 100\nEinsum x w -> y equation='...i,...i->...'",
     "2: 321 654"},
    /* resize */
    {"Resize to a third more, nearest", 11,
     "in x 1,1,1,3: 1 2 3\nconst r f 0:\nconst s f 4: 1 1 1 1.34\nResize x r s -> y mode='nearest'",
     "1,1,1,4: 1 2 2 3"},
    {"Resize, corners aligned", 11,
     "in x 1,1,1,3: 0 2 4\nconst r f 0:\nconst s f 0:\nconst z i 4: 1 1 1 5\nResize x r s z -> y mode='linear' "
     "coordinate_transformation_mode='align_corners'",
     "1,1,1,5: 0 1 2 3 4"},
    {"Upsample-7", 7, "in x 1,1,1,2: 1 2\nUpsample x -> y scales=[1.0,1.0,1.0,2.0]", "1,1,1,4: 1 1 2 2"},
    /* quantized */
    {"QuantizeLinear rounds to even and saturates", 13,
     "in x 4: 0.5 1.5 300 -5\nconst s f : 1\nconst z u : 2\nQuantizeLinear x s z -> y", "4: 2 4 255 0"},
    {"DequantizeLinear by axis", 13,
     "in x i 2,2: 1 2 3 4\nconst s f 2: 1 10\nconst z i 2: 0 1\nDequantizeLinear x s z -> y axis=0", "2,2: 1 2 20 30"},
    /* zero point 2, scales 0.5 and 0.25, bias 3 in units of both: (2 6 - 4 + 3) / 8 = 1.375 */
    {"QLinearConv pads with the zero point", 13,
     "in x i 1,1,2: 4 1\nconst s f : 0.5\nconst z u : 2\nconst w i 1,1,2: 6 4\nconst t f 1: 0.25\nconst v i 1: 0\n"
     "const r f : 1\nconst q u : 1\nconst b i 1: 3\nQLinearConv x s z w t v r q b -> y pads=[0,1]",
     "1,1,2: 2 1"},
    {"QLinearMatMul, a scale for each column", 13,
     "in x i 1,2: 3 5\nconst s f : 0.5\nconst z u : 1\nconst w i 2,2: 1 2 3 4\nconst t f 2: 1 0.5\nconst v i 2: 0 0\n"
     "const r f : 2\nconst q u : 0\nQLinearMatMul x s z w t v r q -> y",
     "1,2: 4 2"},
    {"MatMulInteger, a zero point for each row", 13,
     "in x i 2,1: 3 5\nconst w i 1,2: 2 4\nconst z i 2: 1 2\nconst v i : 1\nMatMulInteger x w z v -> y",
     "2,2: 2 6 3 9"},
    {"DynamicQuantizeLinear", 13, "in x 3: -1 0 4.1\nDynamicQuantizeLinear x -> y", "3: 0 50 255"},
    {"QLinearGlobalAveragePool rounds half to even", 13,
     "in x i 1,1,2: 2 3\nconst s f : 1\nconst z u : 0\n"
     "com.microsoft.QLinearGlobalAveragePool x s z s z -> y",
     "1,1,1: 2"},
    {"QLinearAveragePool", 13,
     "in x i 1,1,3: 1 2 4\nconst s f : 1\nconst z u : 0\nconst t f : 0.5\n"
     "com.microsoft.QLinearAveragePool x s z t z -> y kernel_shape=[2]",
     "1,1,2: 3 6"},
    {"QGemm without a scale of the result", 13,
     "in x i 1,2: 3 5\nconst s f : 0.5\nconst z u : 1\nconst w i 2,2: 1 2 3 4\nconst t f 2: 1 0.5\nconst v i : 0\n"
     "const b i 2: 1 2\ncom.microsoft.QGemm x s z w t v b -> y transB=1",
     "1,2: 5.5 6"},
    {"QLinearConcat", 13,
     "in x i 1: 3\nconst s f : 0.5\nconst z u : 1\nconst w i 1: 7\nconst t f : 1\n"
     "com.microsoft.QLinearConcat s z x t z w s z -> y",
     "2: 5 7"},
    {"QLinearSigmoid", 13,
     "in x i 1: 1\nconst s f : 1\nconst z u : 1\nconst t f : 0.1\ncom.microsoft.QLinearSigmoid x s z t z -> y", "1: 6"},
    {"QLinearLeakyRelu", 13,
     "in x i 2: 3 -3\nconst s f : 1\nconst z i : 1\ncom.microsoft.QLinearLeakyRelu x s z s z -> y alpha=0.25",
     "2: 3 0"},
    {"QLinearSoftmax", 13,
     "in x i 1,2: 1 1\nconst s f : 1\nconst z u : 1\nconst t f : 0.125\n"
     "com.microsoft.QLinearSoftmax x s z t z -> y axis=1",
     "1,2: 5 5"},
    {"MatMulIntegerToFloat", 13,
     "in x i 1,1: 3\nconst w i 1,2: 2 4\nconst s f : 0.5\nconst t f 2: 1 2\nconst z u : 1\nconst v i : 0\n"
     "const b f 2: 1 1\ncom.microsoft.MatMulIntegerToFloat x w s t z v b -> y",
     "1,2: 3 9"},
    {"DynamicQuantizeMatMul", 13,
     "in x 1,2: 0 255\nconst w i 2,1: 2 4\nconst t f : 0.5\nconst v u : 1\n"
     "com.microsoft.DynamicQuantizeMatMul x w t v -> y",
     "1,1: 382.5"},
    /* what onnxruntime makes one operator of */
    {"MatMulNBits", 1,
     "in x 2,4: 1 2 3 4 0 1 0 0\nconst w u 2,1,2: 152 186 8 16\nconst s f 2: 1 0.5\ncom.microsoft.MatMulNBits x w s -> "
     "y "
     "K=4 N=2 bits=4 block_size=4",
     "2,2: 20 -34 1 -4"},
    {"MatMulNBits, zero points, two blocks, the last of which is cut, and a bias", 1,
     "in x 1,3: 1 2 3\nconst w u 1,2,1: 33 67\nconst s f 2: 1 2\nconst z u 1,1: 33\nconst b f 1: 100\n"
     "com.microsoft.MatMulNBits x w s z - b -> y K=3 N=1 bits=4 block_size=2",
     "1,1: 108"},
    {"MatMulNBits of 8 bits", 1,
     "in x 1,2: 1 2\nconst w u 1,1,2: 129 131\nconst s f 1: 0.5\ncom.microsoft.MatMulNBits x w s -> y K=2 N=1 bits=8 "
     "block_size=2",
     "1,1: 3.5"},
    {"GroupQueryAttention behind former rows", 1, GROUPED "-> y num_heads=2 kv_num_heads=1",
     "1,2,4: -1.679046 4.009285 0.5718328 2.321125 -2.27955 4.71182 -0.2573732 3.010038"},
    {"GroupQueryAttention that looks back two keys", 1,
     GROUPED "-> y num_heads=2 kv_num_heads=1 scale=1.0 local_window_size=2",
     "1,2,4: -1.924234 4.193176 0.8102965 2.142278 2 3 1.013386 2.013386"},
    {"GroupQueryAttention, turned and capped", 1,
     "const c f 3,1: 1 0.8 0.6\nconst s f 3,1: 0 0.6 0.8\n" GROUPED
     "c s -> y num_heads=2 kv_num_heads=1 scale=1.0 do_rotary=1 softcap=3.0",
     "1,2,4: -1 3.5 0.8823746 2.088219 -2.600296 4.809509 0.9802454 2.096982"},
    {"GroupQueryAttention, keys and values behind the queries", 1,
     "in q 1,2,8: 1 0 0 1 1 2 1 2 0.5 -1 2 1 -1 1 3 4\nconst n i 1: 1\nconst t i 1: 2\n"
     "com.microsoft.GroupQueryAttention q - - - - n t -> y num_heads=2 kv_num_heads=1 scale=1.0",
     "1,2,4: 1 2 1 2 2 3 1.013386 2.013386"},
    {"BiasGelu", 13, "in x 2: 0 -2\nconst b f 2: 1 1\ncom.microsoft.BiasGelu x b -> y", "2: 0.841344746 -0.158655254"},
    {"FastGelu", 13, "in x 1: 1\ncom.microsoft.FastGelu x -> y", "1: 0.841191991"},
    {"QuickGelu", 13, "in x 1: 1\ncom.microsoft.QuickGelu x -> y", "1: 0.845795766"},
    {"FusedMatMul", 13, X6 "com.microsoft.FusedMatMul x x -> y transB=1 alpha=0.5", "2,2: 7 16 16 38.5"},
    {"FusedMatMul of batches behind", 13,
     "in x 2,1,2: 1 2 3 4\nconst w f 1,2,1: 1 10\ncom.microsoft.FusedMatMul x w -> y transBatchA=1", "1,2,1: 21 43"},
    {"FusedConv with a sum", 13,
     "in x 1,1,2: 1 -2\nconst w f 1,1,1: 1\nconst b f 1: 0\n"
     "com.microsoft.FusedConv x w b x -> y activation='Relu'",
     "1,1,2: 2 0"},
    {"FusedGemm", 13,
     "in x 1,1: 2\nconst w f 1,1: -3\nconst b f 1: 1\n"
     "com.microsoft.FusedGemm x w b -> y activation='LeakyRelu' activation_alpha=0.5",
     "1,1: -2.5"},
    {"SkipLayerNormalization, its sum too", 13,
     "in x 1,1,2: 1 2\nconst k f 1,1,2: 1 4\nconst g f 2: 1 1\nconst o f 2: 5 5\n"
     "com.microsoft.SkipLayerNormalization x k g o -> z - - y",
     "1,1,2: 2 6"},
    {"SkipLayerNormalization", 13,
     "in x 1,1,2: 1 2\nconst k f 1,1,2: 1 4\nconst g f 2: 2 1\nconst o f 2: 5 5\n"
     "com.microsoft.SkipLayerNormalization x k g o -> y",
     "1,1,2: 3 6"},
    {"SkipSimplifiedLayerNormalization", 13,
     "in x 1,1,2: 1 2\nconst k f 1,1,2: 2 2\nconst g f 2: 1 2\n"
     "com.microsoft.SkipSimplifiedLayerNormalization x k g -> y",
     "1,1,2: 0.848528137 2.26274170"},
    {"EmbedLayerNormalization", 13,
     "in x i 1,1: 1\nconst w f 2,2: 0 0 1 2\nconst p f 1,2: 1 4\nconst g f 2: 2 1\nconst o f 2: 5 5\n"
     "com.microsoft.EmbedLayerNormalization x - w p - g o -> y",
     "1,1,2: 3 6"},
    /* attention: one key is all there is to see, two that are alike are seen evenly */
    {"Attention, causal, fewer queries than keys", 23,
     "in x 1,1,1,1: 0\nconst k f 1,1,2,1: 0 0\nconst v f 1,1,2,1: 2 4\nAttention x k v -> y is_causal=1", "1,1,1,1: 2"},
    {"BitwiseAnd", 18, "in x i 4: 12 -1 255 -128\nconst w i 4: 10 255 -16 127\nBitwiseAnd x w -> y", "4: 8 255 240 0"},
    {"BitwiseOr", 18, "in x i 4: 12 -1 255 -128\nconst w i 4: 10 255 -16 127\nBitwiseOr x w -> y", "4: 14 -1 -1 -1"},
    {"BitwiseXor", 18, "in x i 4: 12 -1 255 -128\nconst w i 4: 10 255 -16 127\nBitwiseXor x w -> y",
     "4: 6 -256 -241 -1"},
    {"BitwiseNot", 18, "in x i 2: 12 -1\nBitwiseNot x -> y", "2: -13 0"},
    {"BitwiseNot, unsigned", 18, "in x 2: 12 255\nCast x -> u to=2\nBitwiseNot u -> n\nCast n -> y to=1", "2: 243 0"},
    {"Resize, a scale that leaves the extent", 19,
     "in x 1,1,2: 3 8\nconst s f 3: 1 1 1.25\nResize x - s -> y mode='linear' "
     "coordinate_transformation_mode='asymmetric'",
     "1,1,2: 3 7"},
    {"LpPool, over the end", 22, "in x 1,1,3: 3 4 5\nLpPool x -> y kernel_shape=[2] strides=[2] ceil_mode=1",
     "1,1,2: 5 5"},
    {"GridSample, volumes", 20, VOLUME "mode='linear' align_corners=1", "1,1,1,1,3: 4.5 3 3.25"},
    {"GridSample, volumes, the border", 20, VOLUME "mode='linear' align_corners=1 padding_mode='border'",
     "1,1,1,1,3: 4.5 3 6.5"},
    {"GridSample, volumes, nearest", 20, VOLUME "mode='nearest' align_corners=1", "1,1,1,1,3: 1 3 0"},
    {"Attention, causal", 23, "in x 1,1,2,1: 0 0\nconst v f 1,1,2,1: 2 4\nAttention x x v -> y is_causal=1",
     "1,1,2,1: 2 3"},
    {"Attention with a mask of logicals", 23,
     "in x 1,1,2,1: 0 0\nconst v f 1,1,2,1: 2 4\nconst m b 2,2: 0 1 1 1\nAttention x x v m -> y", "1,1,2,1: 4 3"},
    {"Attention behind past keys", 23,
     "in x 1,1,1,1: 0\nconst v f 1,1,1,1: 2\nconst p f 1,1,1,1: 4\nAttention x x v - p p -> y is_causal=1",
     "1,1,1,1: 3"},
    {"Attention, heads in the last axis, two for each of the keys", 23,
     "in x 1,1,2: 1 2\nconst v f 1,1,1: 5\nAttention x v v -> y q_num_heads=2 kv_num_heads=1", "1,1,2: 5 5"},
    {"Attention of weights side by side", 13,
     "in x 1,2,1: 1 1\nconst w f 1,3: 1 1 2\nconst b f 3: 0 0 1\nconst m i 1,2: 1 0\n"
     "com.microsoft.Attention x w b m -> y num_heads=1",
     "1,2,1: 3 3"},
    {"MultiHeadAttention", 13,
     "in x 1,2,1: 0 0\nconst v f 1,2,1: 2 4\nconst b f 3: 0 0 1\n"
     "com.microsoft.MultiHeadAttention x x v b -> y num_heads=1",
     "1,2,1: 4 4"},
    {"RotaryEmbedding of halves", 23,
     "in x 1,1,1,4: 1 2 3 4\nconst c f 2,2: 1 1 0 1\nconst s f 2,2: 0 0 1 0\nconst p i 1,1: 1\n"
     "RotaryEmbedding x c s p -> y",
     "1,1,1,4: -3 2 1 4"},
    {"RotaryEmbedding of neighbours, a part", 23,
     "in x 1,1,1,4: 1 2 3 4\nconst c f 1,1,1: 0\nconst s f 1,1,1: 1\nRotaryEmbedding x c s -> y interleaved=1 "
     "rotary_embedding_dim=2",
     "1,1,1,4: -2 1 3 4"},
    {"RotaryEmbedding from the second position on", 13,
     "in x 1,1,2: 1 2\nconst p i 1: 1\nconst c f 2,1: 1 0\nconst s f 2,1: 0 1\n"
     "com.microsoft.RotaryEmbedding x p c s -> y",
     "1,1,2: -2 1"},
    {"places of maxima count over the tensor", 12,
     "in x 1,2,1,4: 1 4 3 2 5 6 8 7\nMaxPool x -> z y kernel_shape=[1,2] strides=[1,2]", "1,2,1,2: 1 2 5 6"},
    {"places by columns", 12,
     "in x 1,1,2,2: 1 2 9 3\nMaxPool x -> z y kernel_shape=[1,2] strides=[1,2] storage_order=1", "1,1,2,1: 2 1"},
    {"MaxUnpool", 11, "in x 1,1,1,2: 4 3\nconst i i 1,1,1,2: 1 2\nMaxUnpool x i -> y kernel_shape=[1,2] strides=[1,2]",
     "1,1,1,4: 0 4 3 0"},
    {"NonMaxSuppression of boxes that are computed: the third row is none", 11,
     "in x 1,3,4: 0 0 1 1 0 0 1 1 0 2 1 3\nconst s f 1,2,3: 0.9 0.8 0.7 0.1 0.2 0.3\nconst m i 1: 2\n"
     "const l f 1: 0.5\nconst t f 1: 0.25\nNeg x -> a\nNeg a -> b\nNonMaxSuppression b s m l t -> y",
     "4,3: 0 0 0 0 0 2 0 1 2 -1 -1 -1"},
    {"NonMaxSuppression around centres", 11,
     "in x 1,2,4: 0 0 2 2 0 0 2 2\nconst s f 1,1,2: 1 2\nconst m i 1: 2\nconst l f 1: 0.5\nNeg x -> a\n"
     "Neg a -> b\nNonMaxSuppression b s m l -> y center_point_box=1",
     "2,3: 0 0 1 -1 -1 -1"},
    {"a sequence: split, insert, take, join", 13,
     "in x 2,2: 1 2 3 4\nconst p i 1: 0\nSplitToSequence x -> s axis=0 keepdims=0\nSequenceAt s p -> a\n"
     "SequenceInsert s a -> t\nSequenceErase t p -> u\nConcatFromSequence u -> y axis=1 new_axis=1",
     "2,2: 3 1 4 2"},
    {"a sequence of two, joined", 13, "in x 2: 1 2\nSequenceConstruct x x -> s\nConcatFromSequence s -> y axis=0",
     "4: 1 2 1 2"},
    {"buckets of relative positions: known numbers are floats after each operation", 17,
     "in x 3: 1 2 3\nconst p 3: 16 32 64\nconst e 1: 8\nconst l 1: 2.7725887298583984\nDiv p e -> q\nLog q -> r\n"
     "Div r l -> s\nMul s e -> t\nCast t -> i to=7\nCast i -> f to=1\nAdd x f -> y",
     "3: 3 6 9"},
    {"Cast to fewer bits", 13,
     "in x 4: 300 -1 128 40000\nCast x -> i to=6\nCast i -> u to=2\nCast u -> a to=1\nCast i -> s to=3\n"
     "Cast s -> b to=1\nCast i -> h to=5\nCast h -> c to=1\nConcat a b c -> y axis=0",
     "12: 44 255 128 64 44 -1 -128 64 300 -1 128 -25536"},
    {"Cast to more bits", 13, "in x 2: -3 200\nCast x -> i to=5\nCast i -> l to=7\nCast l -> y to=1", "2: -3 200"},
    {"Cast to a type by name", 5, "in x 2: 1.5 0\nCast x -> a to='BOOL'\nNot a -> b\nCast b -> y to='FLOAT'", "2: 0 1"},
    {"Pad by its first name", 1, "in x 2: 1 2\nPad x -> y paddings=[1,0] value=3.0", "3: 3 1 2"},
    {"Reshape by an attribute", 1, "in x 2,2: 1 2 3 4\nReshape x -> y shape=[4]", "4: 1 2 3 4"},
    {"an operand at an axis", 3, "in x 1,2,2: 1 2 3 4\nconst b f 2: 10 20\nAdd x b -> y broadcast=1 axis=1",
     "1,2,2: 11 12 23 24"},
    /* ai.onnx.ml */
    {"Scaler", 17, X6 "ai.onnx.ml.Scaler x -> y offset=[1.0,0,2] scale=[2.0,1,0.5]", "2,3: 0 2 0.5 6 5 2"},
    {"Normalizer by the maximum; a row of zeros stays", 17, "in x 2,2: 3 4 0 0\nai.onnx.ml.Normalizer x -> y",
     "2,2: 0.75 1 0 0"},
    {"Normalizer by the sum", 17, "in x 1,2: 3 -4\nai.onnx.ml.Normalizer x -> y norm='L1'",
     "1,2: 0.42857143 -0.57142857"},
    {"Normalizer by the root of squares", 17, "in x 1,2: 3 4\nai.onnx.ml.Normalizer x -> y norm='L2'", "1,2: 0.6 0.8"},
    {"Binarizer", 17, X6 "ai.onnx.ml.Binarizer x -> y threshold=2.0", "2,3: 0 0 1 1 1 1"},
    {"Imputer", 17, X6 "ai.onnx.ml.Imputer x -> y imputed_value_floats=[7.0,8,9] replaced_value_float=5.0",
     "2,3: 1 2 3 4 8 6"},
    {"Imputer of what is no number", 17,
     "in x 1,2: 0 1\nDiv x x -> z\nai.onnx.ml.Imputer z -> y imputed_value_floats=[7.0]", "1,2: 7 1"},
    {"ArrayFeatureExtractor", 17, X6 "const i i 1,2: 2 0\nai.onnx.ml.ArrayFeatureExtractor x i -> y", "2,2: 3 1 6 4"},
    {"FeatureVectorizer", 17, X6 "ai.onnx.ml.FeatureVectorizer x x -> y", "2,6: 1 2 3 1 2 3 4 5 6 4 5 6"},
    {"LabelEncoder", 17,
     "in x i 3: 5 3 4\nai.onnx.ml.LabelEncoder x -> y keys_int64s=[3,5] values_floats=[0.5,1.5] default_float=-1.0",
     "3: 1.5 0.5 -1"},
    {"OneHotEncoder", 17, "in x i 3: 5 3 4\nai.onnx.ml.OneHotEncoder x -> y cats_int64s=[3,5]", "3,2: 0 1 1 0 0 0"},
    {"LinearRegressor", 17,
     X6 "ai.onnx.ml.LinearRegressor x -> y coefficients=[1.0,2,3,0,1,0] intercepts=[0.5,-0.5] targets=2",
     "2,2: 14.5 1.5 32.5 4.5"},
    {"LinearClassifier, the label", 17,
     X6 "ai.onnx.ml.LinearClassifier x -> y p coefficients=[1.0,0,-1,0,0.5,0] intercepts=[0.5,-0.5] "
        "classlabels_ints=[4,6] post_transform='SOFTMAX'",
     "2: 6 6"},
    {"LinearClassifier, labels that are strings", 17,
     X6 "ai.onnx.ml.LinearClassifier x -> y p coefficients=[1.0,0,-1,0,0.5,0] intercepts=[0.5,-0.5] "
        "classlabels_strings=['no','yes']",
     "2: 1 1"},
    {"LabelEncoder to strings", 17,
     "in x i 3: 5 3 4\nai.onnx.ml.LabelEncoder x -> y keys_int64s=[3,5] values_strings=['a','b']", "3: 1 0 -1"},
    {"LinearClassifier, the scores", 17,
     X6 "ai.onnx.ml.LinearClassifier x -> l y coefficients=[1.0,0,-1,0,0.5,0] intercepts=[0.5,-0.5] "
        "classlabels_ints=[4,6] post_transform='SOFTMAX'",
     "2,2: 0.1192029 0.8807971 0.02931223 0.9706878"},
    {"LinearClassifier of two labels by one score, as a map", 17,
     X6 "ai.onnx.ml.LinearClassifier x -> l p coefficients=[1.0,0,-1] intercepts=[0.5] classlabels_ints=[4,6] "
        "post_transform='LOGISTIC'\nai.onnx.ml.ZipMap p -> y",
     "2,2: 0.8175745 0.1824255 0.8175745 0.1824255"},
    {"trees, the sum", 17, REGRESSOR, "2,1: 13.5 21.5"},
    {"trees, the mean", 17, REGRESSOR " aggregate_function='AVERAGE'", "2,1: 7 11"},
    {"trees, the least", 17, REGRESSOR " aggregate_function='MIN'", "2,1: 3.5 1.5"},
    {"trees, shares of two labels", 17, CLASSIFIER " class_weights=[0.1,0.2,0.3,0.1,0.4]", "2,2: 0.6 0.4 0.5 0.5"},
    {"trees, signed scores of two labels", 17, CLASSIFIER " class_weights=[0.1,-0.2,-0.3,0.1,0.4] base_values=[0.25]",
     "2,2: -0.05 0.05 -0.75 0.75"},
    {"trees, logistic", 17, CLASSIFIER " class_weights=[0.1,-0.2,-0.3,0.1,0.4] post_transform='LOGISTIC'",
     "2,2: 0.549834 0.450166 0.3775407 0.6224593"},
    {"trees, three labels", 17,
     X6 "ai.onnx.ml.TreeEnsembleClassifier x -> y p classlabels_int64s=[5,7,9] class_treeids=[0,0,0,1,1]"
        " class_nodeids=[2,3,4,1,2] class_ids=[0,1,2,1,2] class_weights=[1.0,2,3,4,5] post_transform='SOFTMAX'" TREES,
     "2: 7 9"},
    {"support vectors, linear", 17, VECTORS, "1,1: 1.5"},
    {"support vectors, radial", 17, VECTORS "kernel_type='RBF'", "1,1: -1.103490"},
    {"support vectors, polynomial", 17, VECTORS "kernel_type='POLY'", "1,1: 0.1175"},
    {"support vectors, sigmoid", 17, VECTORS "kernel_type='SIGMOID'", "1,1: -0.1895594"},
    /* as many samples as a cell has pixels: regions within, narrow, larger than the image, and none */
    {"RoiAlign of two images", 16,
     "in x 2,1,5,6: 0 0.1 0.2828427 0.5196152 0.8 1.118034 1.469694 1.852026 2.262742 2.7 3.162278 3.648287 "
     "4.156922 4.687217 5.23832 5.809475 6.4 7.00928 7.636753 8.281908 8.944272 9.623409 10.31891 "
     "11.03041 11.75755 12.5 13.25745 14.02961 14.81621 15.61698 16.43168 17.26007 18.10193 18.95706 "
     "19.82524 20.70628 21.6 22.50622 23.42477 24.35549 25.29822 26.25281 27.21911 28.19699 29.1863 "
     "30.18692 31.19872 32.22158 33.25537 34.3 35.35534 36.42129 37.49773 38.58458 39.68174 40.78909 "
     "41.90656 43.03406 44.17149 45.31876\n"
     "const r f 4,4: 0 0 5 4 1.2 0.3 1.9 4.6 -2 -1 8.5 3 3 3 2 2\nconst b i 4: 0 1 0 1\n"
     "RoiAlign x r b -> y output_height=2 output_width=2 sampling_ratio=0",
     "4,1,2,2: 0.9332342 1.710165 6.357653 7.881153 21.82623 22.14239 34.42058 34.78884 0.09884629 0.6013759 2.211901 "
     "3.298691 0 0 0 0"},
    {"RoiAlign of one image, without half a pixel", 16,
     "in x 1,1,5,6: 0 0.1 0.2828427 0.5196152 0.8 1.118034 1.469694 1.852026 2.262742 2.7 3.162278 3.648287 "
     "4.156922 4.687217 5.23832 5.809475 6.4 7.00928 7.636753 8.281908 8.944272 9.623409 10.31891 "
     "11.03041 11.75755 12.5 13.25745 14.02961 14.81621 15.61698\n"
     "const r f 3,4: 0 0 5 4 1.2 0.3 1.9 4.6 -2 -1 8.5 3\nconst b i 3: 0 0 0\n"
     "RoiAlign x r b -> y output_height=2 output_width=2 coordinate_transformation_mode='output_half_pixel'",
     "3,1,2,2: 2.228709 3.274756 8.606227 10.29412 3.265418 3.491672 10.51306 10.86486 0.5155957 0.7720702 4.16429 "
     "3.411992"},
    {"Unique of a constant", 11,
     "in x 3: 1 1 1\nconst c f 6: 2 1 1 3 4 3\nUnique c -> u\nCast u -> v to=1\n"
     "ReduceSum v -> s keepdims=0\nAdd x s -> y",
     "3: 11 11 11"},
    {"Unique, rows as they come", 11,
     "in x 1: 0\nconst c f 3,2: 5 6 1 2 5 6\nUnique c -> u axis=0 sorted=0\nAdd u x -> y", "2,2: 5 6 1 2"},
    {"Unique, sorted columns", 11, "in x 1: 0\nconst c f 2,3: 5 1 5 6 2 6\nUnique c -> u axis=-1\nAdd u x -> y",
     "2,2: 1 5 2 6"},
    {"Unique, where it stands first", 11,
     "in x 1: 0\nconst c f 6: 2 1 1 3 4 3\nUnique c -> u i v n\nCast i -> j to=1\nAdd j x -> y", "4: 1 0 3 4"},
    {"Unique, which one each is", 11,
     "in x 1: 0\nconst c f 6: 2 1 1 3 4 3\nUnique c -> u i v n\nCast v -> j to=1\nAdd j x -> y", "6: 1 0 0 2 3 2"},
    {"Unique, how many, as they come", 11,
     "in x 1: 0\nconst c f 6: 2 1 1 3 4 3\nUnique c -> u i v n sorted=0\nCast n -> j to=1\nAdd j x -> y", "4: 1 2 2 1"},
    {"support vectors of two labels", 17,
     X6 PAIRS "coefficients=[0.5,-0.25,-0.5] rho=[0.4] vectors_per_class=[1,2] "
              "classlabels_ints=[4,6]",
     "2,2: 1.1 -1.1 1.85 -1.85"},
    {"support vectors, shares", 17,
     X6 PAIRS "coefficients=[0.5,-0.25,-0.25] rho=[0.8] vectors_per_class=[1,2] "
              "classlabels_ints=[4,6] prob_a=[-0.5] prob_b=[0.1]",
     "2,2: 0.4812588 0.5187412 0.4812588 0.5187412"},
    {"support vectors, shares of three labels", 17, X6 PAIRS THREE " prob_a=[1.0,2,3] prob_b=[0.0,0,0]",
     "2,3: 0.3005883 0.0975125 0.6018993 0.409338 0.2138469 0.3768151"},
    {"support vectors of three labels", 17, X6 PAIRS THREE, "2,3: 0.4 0.15 1.675 1.15 -0.6 3.55"},
    {"support vectors, the label", 17,
     "in x 3,3: 1 2 3 -4 -5 -6 -4 5 -6\nai.onnx.ml.SVMClassifier x -> y l support_vectors=[1.0,0,0,0,1,0,0,0,1] " THREE,
     "3: 4 4 6"},
    /* cells of regions, transforms, places */
    {"MaxRoiPool: a corner is rounded, both are inside, outside there is nothing", 13,
     "in x 1,1,3,4: 0 1 2 3 4 5 6 7 8 9 10 11\nconst r f 3,5: 0 0 0 3.4 1.5 0 0 0 1 1 0 9 9 12 12\n"
     "MaxRoiPool x r -> y pooled_shape=[2,2]",
     "3,1,2,2: 5 7 9 11 0 1 4 5 0 0 0 0"},
    {"GridSample, cubic, zeros", 16, CUBIC "padding_mode='zeros'", "1,1,1,2: 9.201675 -0.1466649"},
    {"GridSample, cubic, the border", 20,
     "in x 1,1,2,3: 1 2 4 8 16 32\nconst g f 1,1,2,2: -0.5 0.25 0.9 -0.8\n"
     "GridSample x g -> y mode='cubic' padding_mode='border'",
     "1,1,1,2: 7.41626 0.9636366"},
    {"GridSample, cubic, mirrored", 16, CUBIC "padding_mode='reflection'", "1,1,1,2: 7.41626 -0.4449711"},
    {"DFT", 17, "in x 1,4,1: 1 2 3 5\nDFT x -> y", "1,4,2: 11 0 -2 3 -3 0 -2 -3"},
    {"DFT of complex numbers, back", 17, "in x 1,4,2: 1 0 2 0 3 1 5 0\nDFT x -> y inverse=1",
     "1,4,2: 2.75 0.25 -0.5 -1 -0.75 0.25 -0.5 0.5"},
    {"DFT-20 of the first two", 20, "in x 1,4,1: 1 2 3 5\nconst n i : 2\nconst a i : 1\nDFT x n a -> y onesided=1",
     "1,2,2: 3 0 -1 0"},
    {"STFT", 17, "in x 1,5,1: 1 2 3 5 4\nconst s i : 1\nconst w f 4: 0.5 1 1 0.5\nSTFT x s w -> y",
     "1,2,3,2: 8 0 -2.5 0.5 -1 0 11 0 -4 -1 1 0"},
    {"MelWeightMatrix", 17,
     "in x 1: 1\nconst n i : 2\nconst l i : 8\nconst r i : 8000\nconst a f : 0\nconst b f : 4000\n"
     "MelWeightMatrix n l r a b -> m\nMul m x -> y",
     "5,2: 1 0 0 1 0 0 0 0 0 0"},
    {"Col2Im", 18, "in x 1,2,3: 1 2 3 10 20 30\nconst i i 2: 1 4\nconst b i 2: 1 2\nCol2Im x i b -> y",
     "1,1,1,4: 1 12 23 30"},
    {"Col2Im with steps and pads: the last column is no window's", 18,
     "in x 1,2,2: 1 2 10 20\nconst i i 2: 1 4\nconst b i 2: 1 2\nCol2Im x i b -> y strides=[1,2] pads=[0,1,0,0]",
     "1,1,1,4: 10 2 20 0"},
    {"AffineGrid", 20, "in x 1,2,3: 1 2 3 4 5 6\nconst s i 4: 1 1 1 2\nAffineGrid x s -> y", "1,1,2,2: 2.5 4 3.5 8"},
    {"AffineGrid from corner to corner", 20,
     "in x 1,2,3: 1 2 3 4 5 6\nconst s i 4: 1 1 2 2\nAffineGrid x s -> y align_corners=1",
     "1,2,2,2: 0 -3 2 5 4 7 6 15"},
    {"CenterCropPad", 18, X6 "const s i 2: 1 5\nCenterCropPad x s -> y", "1,5: 0 1 2 3 0"},
    /* float16 by its bits: 1.5, -2 */
    {"float16 weights", 13, "in x 2: 1 1\nconst w h 2: 15872 49152\nMul x w -> y", "2: 1.5 -2"},
    {"GRU, one step", 14,
     "in x 1,1,1: 1\nconst w f 1,3,1: 0 0 1\nconst r f 1,3,1: 0 0 0\nGRU x w r -> - y hidden_size=1",
     "1,1,1: 0.380797078"},
};

/* y by the definitions; its shape in front. */
static void evaluate(nnefcl_model *model, void *const *input, char *out, size_t room)
{
    const nnefcl_allocator allocator = {0};
    struct ncl_model_constants constants;
    struct ncl_exact exact;
    struct ncl_diag diag;
    nnefcl_error error = {0};
    ncl_diag_init(&diag, &error, NULL, NULL, false);
    ck_assert_int_eq(ncl_model_constants_open(&constants, model, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_exact_open(&exact, model->graph, 0, &constants.source, &allocator, &diag), NNEFCL_OK);
    ck_assert_msg(ncl_exact_graph(&exact, (const void *const *)input, &diag) == NNEFCL_OK, "%s", error.message);
    const struct ncl_tensor *y = model->graph->output[0];
    size_t used = 0;
    for (int i = 0; i < y->shape.rank; i++)
        used += (size_t)snprintf(out + used, room - used, "%s%lld", i ? "," : "", (long long)y->shape.extent[i]);
    used += (size_t)snprintf(out + used, room - used, ":");
    for (int64_t i = 0; i < ncl_shape_volume(&y->shape); i++)
        used += (size_t)snprintf(out + used, room - used, " %.9g", exact.tensor[y->id].value[i]);
    ncl_exact_close(&exact);
    ncl_model_constants_close(&constants);
}

/* "2,3: 1 2" against the same with other digits. */
static int same_values(const char *got, const char *expected)
{
    const char *a = strchr(got, ':'), *b = strchr(expected, ':');
    if (a - got != b - expected || strncmp(got, expected, (size_t)(a - got)) != 0)
        return 0;
    for (char *p, *q;; a = p, b = q) {
        const double x = strtod(a + (*a == ':'), &p), y = strtod(b + (*b == ':'), &q);
        if (p == a + (*a == ':') || q == b + (*b == ':'))
            return p == a + (*a == ':') && q == b + (*b == ':');
        if (!(fabs(x - y) <= 1e-5 + 1e-5 * fabs(y)))
            return 0;
    }
}

START_TEST(values_are_those_of_the_format)
{
    const struct value_case *c = &values[_i];
    struct said said;
    nnefcl_model *model;
    char got[4096];
    size_t size;
    onnx_text_parse(&text, c->opset, c->text, "y");
    uint8_t *bytes = onnx_text_pack(&text, &size);
    ck_assert_msg(open_bytes(bytes, size, &model, &said) == NNEFCL_OK, "%s: %s", c->name, said.text);
    evaluate(model, text.input, got, sizeof got);
    ck_assert_msg(same_values(got, c->expected), "%s: '%s' is not '%s'", c->name, got, c->expected);
    nnefcl_model_free(model);
    free(bytes);
}
END_TEST

/* What a file has for a batch of one is there for every image of a larger one: the class token of a transformer. */
START_TEST(a_row_for_every_image)
{
    float x[] = {1, 2, 3, 4, 5, 6, 7, 8};
    void *inputs[] = {x};
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    char got[4096];
    size_t size;
    options.batch = 2;
    onnx_text_parse(&text, 13, "in x 1,2,2: 1 2 3 4\nconst c f 1,1,2: 9 8\nConcat c x -> y axis=1", "y");
    uint8_t *bytes = onnx_text_pack(&text, &size);
    ck_assert_msg(nnefcl_model_open_memory(bytes, size, &options, &model, &error) == NNEFCL_OK, "%s", error.message);
    evaluate(model, inputs, got, sizeof got);
    ck_assert_msg(same_values(got, "2,3,2: 9 8 1 2 3 4 9 8 5 6 7 8"), "%s", got);
    nnefcl_model_free(model);
    free(bytes);
}
END_TEST

/* ---- what is refused ---- */

#define PAIR "in x 1,1,1,2: 1 2\nconst i i 1,1,1,2: 0 1\n"

static const struct refusal {
    int opset;
    const char *text;
    nnefcl_status status;
    const char *said;
} refusals[] = {
    {13, X6 "Bernoulli x -> a\nBernoulli a -> b\nFoo.Bar b -> c\nAdd c c -> y", NNEFCL_ERR_UNSUPPORTED,
     "node 'n' (Bernoulli): the operator Bernoulli is not supported; it stands in 2 nodes"},
    {13, X6 "Foo.Bar x -> y", NNEFCL_ERR_UNSUPPORTED, "the operator Bar of Foo is not supported; it stands in 1 node"},
    {5, X6 "const r i 2: 1 2\nTile x r -> y", NNEFCL_ERR_UNSUPPORTED, "its form before operator set 6"},
    {1, "in x 1,1,3,3: 1\nCrop x -> y border=[1,0,2,1]", NNEFCL_ERR_MODEL, "leaves nothing of 3 elements"},
    {1, "in x 1,1,3,3: 1\nCrop x -> y border=[1,0,0,1] scale=[3,3]", NNEFCL_ERR_MODEL, "leaves nothing of 3 elements"},
    {1, "in x 1,1,3,3: 1\nImageScaler x -> y bias=[1.0,2]", NNEFCL_ERR_MODEL, "2 numbers of bias"},
    {13, X6 "Relu z -> y", NNEFCL_ERR_MODEL, "nothing gives 'z'"},
    {13, X6 "Relu y -> y", NNEFCL_ERR_MODEL, "the node that gives 'y' reads it"},
    {13, X6 "Relu y -> z\nRelu z -> y", NNEFCL_ERR_MODEL, "read each other in a circle"},
    {13, X6 "Relu x -> z", NNEFCL_ERR_MODEL, "nothing gives the output 'y'"},
    {13, X6 "const w f 4: 1 2 3 4\nAdd x w -> y", NNEFCL_ERR_MODEL, "node 'n' (Add)"},
    {13, X6 "const w f 3: 1 2\nAdd x w -> y", NNEFCL_ERR_MODEL, "the tensor 'w' has 2 elements, its shape needs 3"},
    {13, X6 "const s i 2: 4 -1\nReshape x s -> y", NNEFCL_ERR_MODEL, "another number of elements"},
    {19, "in x 1,1,2,2: 1 2 3 4\nin d 1,2,2,1: 0 0 0 0\nDeformConv x x d -> y", NNEFCL_ERR_MODEL,
     "do not fit the input"},
    {19, X6 "Cast x -> y to=17", NNEFCL_ERR_UNSUPPORTED, "elements cannot be cast to type float8e4m3fn"},
    {19, X6 "const c f 2: 1 300\nCast c -> d to=19\nCast d -> e to=1\nAdd x e -> y", NNEFCL_ERR_UNSUPPORTED,
     "elements cannot be cast to type float8e5m2"},
    {16, X6 "fn f.A a -> b\n| f.A a -> b\nf.A x -> y", NNEFCL_ERR_UNSUPPORTED,
     "more than 32 functions call each other"},
    {16, X6 "fn f.A a -> b\n| Neg a -> b\nf.A x -> z y", NNEFCL_ERR_MODEL, "the function gives 1 results of 2"},
    {16, X6 IF_SUM "Less s l -> c\nIf c -> y then_branch=@Neg:x else_branch=@ReduceSum:x", NNEFCL_ERR_UNSUPPORTED,
     "which branch is taken depends on data, and they give"},
    {18, "in x 2: 1 2\nCast x -> i to=7\nScatterElements x i x -> y reduction='mul'", NNEFCL_ERR_UNSUPPORTED,
     "of products, depend on data"},
    {13, X6 "in s i 2: 3 2\nReshape x s -> y", NNEFCL_ERR_UNSUPPORTED, "depends on data"},
    {12, X6 "Einsum x -> y equation='ij,j->i'", NNEFCL_ERR_MODEL, "is not for 1 operands"},
    {12, X6 "Einsum x -> y equation='ij->k'", NNEFCL_ERR_MODEL, "an axis that no operand has"},
    {12, X6 "Einsum x x -> y equation='ij,jk->ik'", NNEFCL_ERR_MODEL, "letter 'j' stands for 3 and for 2"},
    {12, X6 "Einsum x x x x x -> y equation='ab,cd,ef,gh,ij->abcdefghij'", NNEFCL_ERR_UNSUPPORTED,
     "more than 8 letters"},
    {13,
     "in x 1,1,1,2: 1 2\nconst r f 8: 0 0 0 -1 1 1 1 2\nconst s f 0:\nconst z i 4: 1 1 1 9000000\n"
     "Resize x r s z -> y coordinate_transformation_mode='tf_crop_and_resize'",
     NNEFCL_ERR_UNSUPPORTED, "an axis is too long to be resized so"},
    /* numbers whose sums and products no type holds */
    {13, PAIR "MaxUnpool x i -> y kernel_shape=[1,2] strides=[1,9223372036854775807]", NNEFCL_ERR_MODEL,
     "'strides' has the item 9223372036854775807"},
    {13, PAIR "const s i 4: 1 1 -9000000000000000000 4\nMaxUnpool x i s -> y kernel_shape=[1,2] strides=[1,2]",
     NNEFCL_ERR_MODEL, "an extent of -9000000000000000000"},
    {13, PAIR "MaxUnpool x i -> y kernel_shape=[1,100000000] strides=[1,100000000]", NNEFCL_ERR_UNSUPPORTED,
     "places in more than"},
    {13, PAIR "Conv x x -> y auto_pad='SAME_UPPER' strides=[1,9223372036854775807]", NNEFCL_ERR_MODEL,
     "'strides' has the item"},
    {13, PAIR "ConvTranspose x x -> y output_shape=[1,-9223372036854775807]", NNEFCL_ERR_MODEL,
     "'output_shape' has the item -9223372036854775807"},
    {13, X6 "const p i 2: -9000000000000000000 3\nSplitToSequence x p -> s axis=1\nSequenceAt s p -> y",
     NNEFCL_ERR_UNSUPPORTED, "a part of -9000000000000000000 elements"},
    {13, X6 "const p i 2: 2 9000000000000000000\nSplitToSequence x p -> s axis=1\nSequenceAt s p -> y",
     NNEFCL_ERR_UNSUPPORTED, "elements of 1"},
    {13, X6 "const p i : -9000000000000000000\nSplitToSequence x p -> s axis=1\nSequenceAt s p -> y", NNEFCL_ERR_MODEL,
     "the parts do not fit"},
    {13, "in x 1,1,4: 0 0 1 1\nin s 1,1,1: 1\nconst m f : -1e30\nNonMaxSuppression x s m -> y", NNEFCL_ERR_UNSUPPORTED,
     "without elements"},
    {17,
     X6 "ai.onnx.ml.TreeEnsembleRegressor x -> y target_treeids=[0] target_nodeids=[0] target_ids=[0] "
        "target_weights=[1.0] nodes_treeids=[0,0] nodes_nodeids=[0,1] nodes_featureids=[0,0] nodes_values=[1.0,2] "
        "nodes_truenodeids=[1,0] nodes_falsenodeids=[1,0] nodes_modes=['BRANCH_LEQ','BRANCH_LEQ']",
     NNEFCL_ERR_UNSUPPORTED, "trees of more than 256 levels"},
    {17,
     X6 "ai.onnx.ml.TreeEnsembleRegressor x -> y target_treeids=[0] target_nodeids=[0] target_ids=[0] "
        "target_weights=[1.0] nodes_treeids=[0,0] nodes_nodeids=[0,1] nodes_featureids=[7,0] nodes_values=[1.0,2] "
        "nodes_truenodeids=[1,0] nodes_falsenodeids=[1,0] nodes_modes=['BRANCH_LEQ','LEAF']",
     NNEFCL_ERR_MODEL, "a node compares number 7"},
    {17, X6 PAIRS THREE " prob_a=[1.0,2] prob_b=[0.0,0]", NNEFCL_ERR_MODEL,
     "2 and 2 numbers for the shares of 3 pairs"},
    {17, X6 PAIRS "coefficients=[0.5,1] rho=[0.4] vectors_per_class=[1,2] classlabels_ints=[4,6]", NNEFCL_ERR_MODEL,
     "do not fit each other"},
    {17, X6 PAIRS "coefficients=[0.5,1] rho=[0.4] vectors_per_class=[-1,3] classlabels_ints=[4,6]", NNEFCL_ERR_MODEL,
     "-1 vectors"},
    {17, X6 "ai.onnx.ml.LinearClassifier x -> y p coefficients=[1.0,0,0]", NNEFCL_ERR_UNSUPPORTED,
     "there are no labels"},
    {17, "in x 1,9000,1: 1\nDFT x -> y", NNEFCL_ERR_UNSUPPORTED, "a transform of 9000 samples"},
    {17, "in x 1,4,1: 1\nconst s i : 1\nconst l i : 5\nSTFT x s - l -> y", NNEFCL_ERR_MODEL, "do not fit each other"},
    {18, "in x 1,2,3: 1\nconst i i 2: 1 4\nconst b i 2: 1 9000000000000000000\nCol2Im x i b -> y", NNEFCL_ERR_MODEL,
     "numbers of a window"},
    {18, "in x 1,16777216,1: 1\nconst i i 3: 4096 4096 1\nconst b i 3: 4096 4096 1\nCol2Im x i b -> y",
     NNEFCL_ERR_UNSUPPORTED, "1 blocks of 16777216 elements"},
    {20, "in x 1,2,3: 1\nconst s i 4: 1 1 900000 900000\nAffineGrid x s -> y", NNEFCL_ERR_UNSUPPORTED,
     "too many places"},
    /* what would be computed with known operands, of which one is left out */
    {13, X6 "const s i 2: 2 3\nExpand - s -> y", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "Transpose - -> y", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "const s i 2: 2 3\nTile - s -> y", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "const s i 2: 0 0\nGather - s -> y", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "const s i 1: 1\nSplit - s -> y", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "const s i 2: 2 3\nConcat - s -> y axis=0", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "const s i 1: 0\nReduceSum - s -> y", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "const s i 1: 0\nSlice - s s -> y", NNEFCL_ERR_MODEL, "operand 1 is missing"},
    {13, X6 "const s i 1: 0\nAdd s - -> y", NNEFCL_ERR_MODEL, "operand 2 is missing"},
    {13, X6 "const s i 1: 0\nWhere s - s -> y", NNEFCL_ERR_MODEL, "operand 2 is missing"},
    {13, "in x ?,3: 1 2 3\nRelu x -> y", NNEFCL_ERR_ARGUMENT, "the input 'x' has the shape [open,3]"},
};

START_TEST(refusals_name_the_node)
{
    const struct refusal *c = &refusals[_i];
    struct said said;
    nnefcl_model *model;
    size_t size;
    onnx_text_parse(&text, c->opset, c->text, "y");
    uint8_t *bytes = onnx_text_pack(&text, &size);
    ck_assert_msg(open_bytes(bytes, size, &model, &said) == c->status, "%s", said.text);
    ck_assert_msg(strstr(said.text, c->said) != NULL, "'%s' says nothing of '%s'", said.text, c->said);
    free(bytes);
}
END_TEST

/* ---- damaged files ---- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Cut off, changed, and with parts twice: an error or a model, never more. More of them with NNEFCL_LONG. */
START_TEST(damaged_files_end_soon)
{
    const int tries = getenv("NNEFCL_LONG") ? 1200 : 36;
    uint32_t state = (uint32_t)_i + 1;
    struct said said;
    nnefcl_model *model;
    size_t size;
    onnx_text_parse(&text, values[_i].opset, values[_i].text, "y");
    uint8_t *bytes = onnx_text_pack(&text, &size), *changed = malloc(2 * size);
    for (int i = 0; i < tries; i++) {
        size_t length = size;
        memcpy(changed, bytes, size);
        if (i % 3 == 0)
            length = next_random(&state) % size;
        if (i % 3 == 1) {
            const size_t at = next_random(&state) % size;
            memmove(changed + at + size - at, bytes + at, size - at);
            length = size + (size - at);
        }
        for (uint32_t j = 0; length && j < 1 + next_random(&state) % 4; j++)
            changed[next_random(&state) % length] = (uint8_t)next_random(&state);
        uint8_t *exact = malloc(length ? length : 1);
        memcpy(exact, changed, length);
        if (open_bytes(exact, length, &model, &said) == NNEFCL_OK)
            nnefcl_model_free(model);
        free(exact);
    }
    free(changed);
    free(bytes);
}
END_TEST

/* ---- as a folder of NNEF ---- */

static int append(void *user, const char *part, size_t length)
{
    strncat(user, part, length);
    return 0;
}

static const struct saved_case {
    int opset;
    const char *text, *output, *has; /* a part of the document */
} saved[] = {
    {13, X6 "const w f 3: 10 20 30\nAdd x w -> y", "y", "add("},
    {13, X6 "const w f 3: 0.1 0.2 0.3\nMul x w -> a:0\nErf a:0 -> if", "if", "graph g( x ) -> ( _if )"},
    {13, "in x 5: 0.5 1.5 2.5 -0.5 -1.5\nRound x -> 0/y", "0/y", "fragment round_even("},
    {13, X6 "const w h 3: 15872 49152 0\nconst b b 3: 1 0 1\nMul x w -> a\nWhere b a x -> y", "y", "select"},
    {13, "in x 2,2: 1 2 3 4\nconst m b 2,2: 1 0 1 1\nconst i f 2,2: -inf -inf -1 2\nWhere m x i -> y", "y", "select"},
    {13, "in x 2,2: 1 2 3 4\nconst m b 2,2: 1 0 1 1\nconst z f 1: 0.5\nWhere m z x -> y", "y", ", 0.5, x)"},
    {13, "in x 2: 1 2\nconst m b 2: 1 0\nconst z f 1,1: 0.5\nWhere m z x -> y", "y", "unsqueeze"}, /* widens */
};

/* It opens strictly, without a dialect, and computes the same bits. */
START_TEST(saved_models_are_the_same)
{
    const struct saved_case *c = &saved[_i];
    char folder[] = "/tmp/onnx_save.XXXXXX", command[64], place[128], got[4096], again[4096];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model, *back = NULL;
    struct said said;
    size_t size;
    options.strict = 1;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    onnx_text_parse(&text, c->opset, c->text, c->output);
    uint8_t *bytes = onnx_text_pack(&text, &size);
    ck_assert_msg(open_bytes(bytes, size, &model, &said) == NNEFCL_OK, "%s", said.text);
    snprintf(place, sizeof place, "%s/made", folder);
    ck_assert_msg(nnefcl_model_save(model, place, &error) == NNEFCL_OK, "%s", error.message);
    ck_assert_msg(nnefcl_model_open(place, &options, &back, &error) == NNEFCL_OK, "%s", error.message);
    evaluate(model, text.input, got, sizeof got);
    evaluate(back, text.input, again, sizeof again);
    ck_assert_str_eq(got, again);
    char *flat = calloc(1, 1 << 16);
    nnefcl_model_dump(model, NNEFCL_DUMP_FLAT, append, flat, NULL);
    ck_assert_msg(strstr(flat, c->has) != NULL, "%s", flat);
    ck_assert_int_eq(nnefcl_model_save(model, "/dev/null/none", &error), NNEFCL_ERR_DATA);
    nnefcl_model_free(back);
    nnefcl_model_free(model);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
    free(flat);
    free(bytes);
}
END_TEST

/* ---- elements in a file of their own ---- */

static void external(NclOnnx__Tensor *tensor, const char *file)
{
    static NclOnnx__Entry entry[2], *entries[] = {&entry[0], &entry[1]};
    ncl_onnx__entry__init(&entry[0]);
    ncl_onnx__entry__init(&entry[1]);
    entry[0].key = (char *)"location";
    entry[0].value = (char *)file;
    entry[1].key = (char *)"offset";
    entry[1].value = (char *)"4";
    tensor->has_location = 1;
    tensor->location = 1;
    tensor->n_floats = tensor->n_ints = 0;
    tensor->external = entries;
    tensor->n_external = 2;
}

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* 10, 20, 30 behind four bytes */
static const uint8_t singles[] = {0, 0, 0, 0, 0, 0, 0x20, 0x41, 0, 0, 0xa0, 0x41, 0, 0, 0xf0, 0x41},
                     halves[] = {0, 0, 0, 0, 0, 0x49, 0, 0x4d, 0x80, 0x4f};

static const struct external_case {
    const char *file, *constant;
    const uint8_t *bytes;
    size_t size;
    const char *said; /* NULL: it opens */
} externals[] = {
    {"w.bin", "f 3: 1 2 3", singles, sizeof singles, NULL},
    {"w.bin", "f 3: 1 2 3", singles, sizeof singles - 4, "reach beyond the end of 'w.bin'"},
    {"w.bin", "h 3: 1 2 3", halves, sizeof halves, NULL},
    {"w.bin", "h 3: 1 2 3", halves, sizeof halves - 1, "reach beyond the end of 'w.bin'"},
    {"none.bin", "f 3: 1 2 3", singles, sizeof singles, "which is not beside the model"},
    {"../w.bin", "f 3: 1 2 3", singles, sizeof singles, "is no name of a file beside the model"},
    {"/etc/passwd", "f 3: 1 2 3", singles, sizeof singles, "which is not beside the model"},
};

START_TEST(external_elements_stay_in_the_folder)
{
    const struct external_case *c = &externals[_i];
    char folder[] = "/tmp/onnx_test.XXXXXX", model_path[64], data_path[64], graph[128], got[256];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    size_t size;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(model_path, sizeof model_path, "%s/m.onnx", folder);
    snprintf(data_path, sizeof data_path, "%s/w.bin", folder);
    snprintf(graph, sizeof graph, X6 "const w %s\nAdd x w -> y", c->constant);
    onnx_text_parse(&text, 13, graph, "y");
    external(text.tensors[0], c->file);
    uint8_t *bytes = onnx_text_pack(&text, &size);
    write_bytes(model_path, bytes, size);
    write_bytes(data_path, c->bytes, c->size);
    const nnefcl_status status = nnefcl_model_open(model_path, &options, &model, &error);
    ck_assert_msg((status == NNEFCL_OK) == !c->said, "%s", error.message);
    if (c->said)
        ck_assert_msg(strstr(error.message, c->said) != NULL, "%s", error.message);
    else {
        evaluate(model, text.input, got, sizeof got);
        ck_assert_str_eq(got, "2,3: 11 22 33 14 25 36");
    }
    nnefcl_model_free(model);
    free(bytes);
    unlink(model_path);
    unlink(data_path);
    rmdir(folder);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("onnx");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, values_are_those_of_the_format, 0, sizeof values / sizeof *values);
    tcase_add_test(tests, a_row_for_every_image);
    tcase_add_loop_test(tests, refusals_name_the_node, 0, sizeof refusals / sizeof *refusals);
    tcase_add_loop_test(tests, damaged_files_end_soon, 0, sizeof values / sizeof *values);
    tcase_add_loop_test(tests, external_elements_stay_in_the_folder, 0, sizeof externals / sizeof *externals);
    tcase_add_loop_test(tests, saved_models_are_the_same, 0, sizeof saved / sizeof *saved);
    Suite *suite = suite_create("import/onnx");
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
