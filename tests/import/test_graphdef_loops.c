/* SPDX-License-Identifier: Apache-2.0 */
/* Frozen graphs with functions, branches, loops and lists of tensors: everything unrolls when the file is read. The
 * loops here add twice the rows of x, [3, 2], up: y has the sums so far. */
#include "import/computed.h"
#include "import/graphdef_made.h"

#define LINES(...)                                                                                                     \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }

#define X    "3x2: 1 2 3 4 5 6"
#define SUMS "3x2: 2 4 8 12 18 24"

static void begin(struct bytes *graph)
{
    graph->size = 0;
    placeholder(graph, "x", (const int[]){3, 2}, 2);
    number_of(graph, 1, "zero", INT32, 0);
    number_of(graph, 1, "one", INT32, 1);
    number_of(graph, 1, "three", INT32, 3);
    number_of(graph, 1, "two", FLOAT, 2);
    integers(graph, "pair", (const int[]){2}, 1);
    integers(graph, "all", (const int[]){0, 1, 2}, 3);
}

/* ---- While, with functions ---- */

static void make_while(struct bytes *graph)
{
    struct bytes library = {.size = 0};
    begin(graph);
    function_lines(&library, "test", LINES("t", "n", "sum", "rows", "sums", "twice"), LINES("go=less:z:0"),
                   LINES("less = Less t n"));
    function_lines(
        &library, "turn", LINES("t", "n", "sum", "rows", "sums", "twice"),
        LINES("t1=next:z:0", "n1=n", "sum1=more:z:0", "rows1=rows", "sums1=set:output_handle:0", "twice1=twice"),
        LINES("row = TensorListGetItem rows t pair", "double = Mul row:item:0 twice", "more = AddV2 sum double:z:0",
              "set = TensorListSetItem sums t more:z:0", "next = AddV2 t one:output:0"));
    pb_message(graph, 2, &library);
    node_lines(graph, 1,
               LINES("rows = TensorListFromTensor x pair", "first = TensorListGetItem rows zero pair",
                     "sums = TensorListReserve pair three", "start = ZerosLike first",
                     "loop = StatelessWhile zero three start rows sums two cond=@test body=@turn",
                     "y = TensorListStack loop:4 pair"));
}

/* ---- the same as TensorFlow 1 has it ---- */

static void make_frame(struct bytes *graph)
{
    begin(graph);
    node_lines(graph, 1,
               LINES("in = TensorArrayV3 three", "rows = TensorArrayScatterV3 in all x in:1",
                     "first = TensorArrayReadV3 in zero rows", "start = ZerosLike first", "out = TensorArrayV3 three",
                     "t_in = Enter zero frame_name=f", "sum_in = Enter start frame_name=f",
                     "out_in = Enter out:1 frame_name=f", "n = Enter three frame_name=f is_constant=1",
                     "in_of = Enter in frame_name=f is_constant=1", "out_of = Enter out frame_name=f is_constant=1",
                     "in_in = Enter rows frame_name=f is_constant=1", "t = Merge t_in t_next",
                     "sum = Merge sum_in sum_next", "sums = Merge out_in sums_next", "less = Less t n",
                     "go = LoopCond less", "t_switch = Switch t go", "sum_switch = Switch sum go",
                     "sums_switch = Switch sums go", "row = TensorArrayReadV3 in_of t_switch:1 in_in",
                     "more = AddV2 sum_switch:1 row", "again = AddV2 more row",
                     "set = TensorArrayWriteV3 out_of t_switch:1 again sums_switch:1", "counter = OnesLike t_switch:1",
                     "step = AddV2 t_switch:1 counter", "t_next = NextIteration step", "sum_next = NextIteration again",
                     "sums_next = NextIteration set", "left = Exit sums_switch", "unused = Exit t_switch ^left",
                     "waited = NoOp ^unused", "y = TensorArrayGatherV3 out all left"));
}

/* ---- calls and branches ---- */

static void make_call(struct bytes *graph)
{
    struct bytes library = {.size = 0};
    begin(graph);
    function_lines(&library, "parts", LINES("a", "k"), LINES("low=cut:output:1", "best=top:indices:0"),
                   LINES("cut = Split one:output:0 a num_split=2", "top = TopKV2 a k"));
    pb_message(graph, 2, &library);
    node_lines(graph, 1,
               LINES("call = PartitionedCall x one f=@parts", "low = Identity call", "best = Identity call:1"));
}

static void make_branch(struct bytes *graph, const char *node)
{
    struct bytes library = {.size = 0};
    begin(graph);
    function_lines(&library, "yes", LINES("a", "b"), LINES("r=mul:z:0"), LINES("mul = Mul a b"));
    function_lines(&library, "no", LINES("a", "b"), LINES("r=sub:z:0"), LINES("sub = Sub a b"));
    function_lines(&library, "self", LINES("a"), LINES("r=call:output:0"), LINES("call = PartitionedCall a f=@self"));
    pb_message(graph, 2, &library);
    node_line(graph, 1, node);
}

static void make_then(struct bytes *graph)
{
    make_branch(graph, "y = If one x two then_branch=@yes else_branch=@no");
}

static void make_else(struct bytes *graph)
{
    make_branch(graph, "y = StatelessIf zero x two then_branch=@yes else_branch=@no");
}

/* Which one depends on data. */
static void make_either(struct bytes *graph)
{
    make_branch(graph, "y = If more x two then_branch=@yes else_branch=@no");
    integers(graph, "axes", (const int[]){0, 1}, 2);
    node_lines(graph, 1, LINES("sum = Sum x axes", "more = Greater sum two"));
}

/* Keras of TensorFlow 1: the phase is a default that nobody changes. */
static void make_phase(struct bytes *graph)
{
    begin(graph);
    node_lines(graph, 1,
               LINES("phase = PlaceholderWithDefault zero", "switch = Switch x phase", "train = Mul switch:1 two",
                     "infer = AddV2 switch two", "y = Merge infer train"));
}

/* A stack of two, the last of which is taken off. */
static void make_stack(struct bytes *graph)
{
    begin(graph);
    node_lines(graph, 1,
               LINES("none = EmptyTensorList pair three", "push = TensorListPushBack none x", "twice = AddV2 x x",
                     "more = TensorListPushBack push twice", "pop = TensorListPopBack more pair",
                     "count = TensorListLength pop", "first = Sub count one", "same = TensorListGetItem pop first pair",
                     "y = AddV2 pop:1 same"));
}

/* Of a branch: it waits for `branch`. */
static void branch_number(struct bytes *graph, const char *name, const char *branch, float value)
{
    const char *const waits[] = {branch};
    struct bytes node = node_of(name, "Const", waits, 1), tensor = {.size = 0}, message = {.size = 0};
    pb_number(&tensor, 1, FLOAT);
    pb_float(&tensor, 5, value);
    pb_message(&message, 8, &tensor);
    attr(&node, "value", &message);
    pb_message(graph, 1, &node);
}

/* Branches that are a number each; a node that does nothing stands between one of them and its Switch. */
static void make_numbers(struct bytes *graph)
{
    begin(graph);
    branch_number(graph, "yes", "^pivot_yes", 5);
    branch_number(graph, "no", "^waits", 7);
    node_lines(graph, 1,
               LINES("switch = Switch one one", "pivot_yes = Identity switch:1", "pivot_no = Identity switch",
                     "waits = NoOp ^pivot_no", "number = Merge no yes", "y = Mul x number"));
}

/* Lists of numbers joined to a matrix of borders. */
static void make_borders(struct bytes *graph)
{
    begin(graph);
    node_lines(graph, 1,
               LINES("front = Pack zero zero", "behind = Pack one zero", "borders = Pack front behind axis=1",
                     "row = ExpandDims front zero", "both = ConcatV2 borders row zero", "shape = Shape both",
                     "rows = Unpack shape num=2", "less = Sub rows one", "more = Pack less zero",
                     "all_borders = Pack front more", "padded = Pad x borders", "y = Pad padded all_borders"));
}

/* Items behind the last one. */
static void make_growing(struct bytes *graph)
{
    begin(graph);
    node_lines(graph, 1,
               LINES("none = TensorListReserve pair zero",
                     "set = TensorListSetItem none one x resize_if_index_out_of_bounds=1",
                     "got = TensorListGetItem set one pair", "array = TensorArrayV3 zero dynamic_size=1",
                     "grown = TensorArrayWriteV3 array one got array:1", "y = TensorArrayReadV3 array one grown"));
}

static const struct {
    void (*make)(struct bytes *graph);
    const char *y;
} values[] = {
    {make_while, SUMS},
    {make_frame, SUMS},
    {make_call, "3x1: 2 4 6|3x1: 1 1 1"},
    {make_then, "3x2: 2 4 6 8 10 12"},
    {make_else, "3x2: -1 0 1 2 3 4"},
    {make_either, "3x2: 2 4 6 8 10 12"},
    {make_phase, "3x2: 3 4 5 6 7 8"},
    {make_stack, "3x2: 3 6 9 12 15 18"},
    {make_numbers, "3x2: 5 10 15 20 25 30"},
    {make_borders, "4x4: 0 0 1 2 0 0 3 4 0 0 5 6 0 0 0 0"},
    {make_growing, "3x2: 1 2 3 4 5 6"},
};

START_TEST(computes)
{
    static struct bytes graph;
    static struct model_text text;
    values[_i].make(&graph);
    bytes_open(&text, graph.data, graph.size);
    computed_are(&text, X, values[_i].y);
    nnefcl_model_free(text.model);
}
END_TEST

START_TEST(damaged)
{
    static struct bytes graph;
    values[_i].make(&graph);
    bytes_survive(&graph, 7);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *node, *says;
} refusals[] = {
    {"y = If x x two then_branch=@yes else_branch=@no", "the condition, 'x', depends on data"},
    {"y = If all x two then_branch=@yes else_branch=@no", "a condition of 3 elements"},
    {"y = If one x two then_branch=@none else_branch=@no", "it has no graph 'then_branch'"},
    {"y = If one x then_branch=@yes else_branch=@no", "a graph that does not fit"},
    {"y = PartitionedCall x f=@self", "more than 32 graphs are nested"},
    {"y = While zero cond=@yes body=@no", "a loop of 1 values whose graphs do not fit"},
    {"y = TensorListStack x pair", "is no list of tensors"},
    {"y = TensorListReserve pair three", "is a list of tensors, a tensor is wanted"},
    {"y = Switch x x", "the condition, 'x', depends on data"},
    {"y = Merge x two", "which of its 2 operands comes does not follow from data"},
    {"y = Enter x frame_name=f", "the loop 'f' has no condition"},
};

START_TEST(refused)
{
    static struct bytes graph;
    static struct model_text text;
    make_branch(&graph, refusals[_i].node);
    ck_assert_int_ne(bytes_open(&text, graph.data, graph.size), NNEFCL_OK);
    ck_assert_msg(strstr(text.talk, refusals[_i].says) != NULL, "%s", text.talk);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graphdef loops");
    TCase *tests = tcase_create("graphdef loops");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, computes, 0, sizeof values / sizeof *values);
    tcase_add_loop_test(tests, damaged, 0, sizeof values / sizeof *values);
    tcase_add_loop_test(tests, refused, 0, sizeof refusals / sizeof *refusals);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
