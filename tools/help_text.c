/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

const char help_usage[] = "nnef-cl-run MODEL [OPTION]...";
const char help_summary[] = "runs a neural network in NNEF 1.0.5 on an OpenCL device";

static const char *const description[] = {
    "",
    "MODEL is a folder, a graph.nnef, a .tar, .tar.gz, .tgz or .zip of NNEF, or a network of ONNX (.onnx), TensorFlow "
    "(.pb, .tflite), Caffe (.caffemodel), Caffe2 (.pb) or Torch (.t7): told by content. - reads one from stdin. Data "
    "goes to stdout or to files, talk to stderr.",
    NULL,
};

static const char *const examples[] = {
    "$ nnef-cl-run net.tgz --summary",
    "what the model consists of",
    "$ nnef-cl-run net.tgz -i cat.jpg --preset imagenet --topk 5 --labels names.txt",
    "what is in the picture",
    "$ nnef-cl-run net.tgz -i ids=ids.npy -o logits=logits.npy",
    "arrays of numpy in and out",
    "$ nnef-cl-run net.tgz --random -o out/",
    "any data, all outputs into a folder",
    "$ nnef-cl-run net.tgz --random-weights --random --verify",
    "is every node computed right?",
    "$ nnef-cl-run net.tgz --bench --report times.html",
    "how fast is it?",
    "$ nnef-cl-run net.tgz --profile=html > profile.html",
    "where does the time go?",
    "$ nnef-cl-run --doctor",
    "what is wrong with the drivers?",
    NULL,
};

static const char *const runs[] = {
    "",
    "-i DIR starts a run; -i NAME=FILE adds to the current one, and a NAME already given starts the next. -o and "
    "--compare "
    "belong to the run before them. All runs share one session, so variables keep their state from run to run.",
    "",
    "-o NAME=FILE writes one output, -o DIR/ all of them; a name that ends in / or has no dot is a folder. --compare "
    "takes "
    "what these write: |got - want| <= A + R |want|, NaN equals NaN, integers, types and shapes must be the same.",
    NULL,
};

static const char *const images[] = {
    "",
    "A picture becomes floats, v = (pixel / 255 * scale - mean) / std: RGB, or grey where the input has one channel; "
    "its "
    "transparency is dropped, its orientation honoured. The input's shape tells the layout: [N,C,H,W], or [N,H,W,C] "
    "where "
    "only the last extent is 1 or 3. Without --resize or --crop its size must be that of the input.",
    NULL,
};

static const char *const environment[] = {
    "NNEFCL_DEVICE",
    "what -d would say",
    "NNEFCL_CACHE_DIR",
    "what --cache-dir would say",
    "NNEFCL_MAX_MEMORY",
    "what --memory-limit would say",
    "NNEFCL_LOG",
    "quiet, as -q, or verbose, as -v; normal is the rest",
    "XDG_CACHE_HOME, HOME",
    "where the cache is without these: nnefcl in the one, .cache/nnefcl in the other",
    "NO_COLOR",
    "not empty: no colours on stderr",
    "COLUMNS",
    "width of tables and of this help; else that of the terminal",
    NULL,
};

static const char *const statuses[] = {
    "0",
    "fine",
    "1",
    "results differ, or nodes are bad",
    "2",
    "usage",
    "3",
    "the model is invalid, its files included",
    "4",
    "what -i, --compare or --labels names is invalid or missing; results that cannot be written",
    "5",
    "no device, or a device error",
    "6",
    "out of memory, or over a limit",
    "7",
    "legal, but this version or device does not run it, or it needs --compat",
    "70",
    "a defect of nnefcl",
    "124",
    "the time of --timeout is over",
    "130",
    "interrupted",
    "",
    "Of several reasons the first of 2, 3, 4, 7, 6, 5 counts. Every status but 0 leaves its reason on stderr, and with "
    "--json on stdout too.",
    NULL,
};

const struct help_section help_sections[] = {
    {"model-files", "Description", true, description},
    {"examples", "Examples", true, examples},
    {"runs", "Runs", false, runs},
    {"images", "Images", false, images},
    {"environment", "Environment", false, environment},
    {"status", "Exit status", false, statuses},
};
const size_t help_section_count = sizeof help_sections / sizeof *help_sections;
