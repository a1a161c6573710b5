/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of Caffe: a description (.prototxt, text) and weights (.caffemodel, the whole network again, binary), layers
 * of one name belong together. One of the two is opened, the other lies beside it; weights without a description are
 * run as they were trained. A layer may write over what it reads ("in place"): each writing gives a name of its own,
 * the last one that of the file. */
#include <stdio.h>
#include <string.h>

#include "import/caffe/caffe.h"
#include "import/protobuf.h"
#include "import/protobuf_text.h"
#include "import/rewritten.h"

struct caffe {
    struct ncl_import *import;
    const Caffe__Net *net, *trained; /* trained NULL: no weights */
    size_t layers, trained_layers;
    const Caffe__Layer *const *layer, *const *trained_layer;
    struct ncl_names by_name; /* trained layers */
    struct ncl_rewritten blobs;
};

static void *caffe_array(struct caffe *r, size_t count, size_t size)
{
    void *memory = r->import->status ? NULL : ncl_arena_array(&r->import->scratch, count, size);
    if (!memory && !r->import->status)
        ncl_import_nomem(r->import);
    return memory;
}

#define CAFFE_ARRAY(r, type, count) ((type *)caffe_array(r, count, sizeof(type)))

/* ---- the two files ---- */

static bool is_text(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && i < 256; i++)
        if (data[i] < 9 || (data[i] > 13 && data[i] < 32))
            return false;
    return true;
}

static const Caffe__Net *read_net(struct caffe *r, size_t member, bool *text)
{
    const uint8_t *data;
    size_t size;
    if (ncl_import_slurp(r->import, member, &data, &size))
        return NULL;
    *text = is_text(data, size);
    return *text ? ncl_protobuf_text(r->import, &caffe__net__descriptor,
                                     ncl_container_member(r->import->container, member)->name, data, size)
                 : ncl_protobuf_unpack(r->import, &caffe__net__descriptor, data, size);
}

/* The other file: the same name with the other ending, or one of those that are usual. */
static size_t find_partner(struct caffe *r, bool text)
{
    static const struct {
        const char *text, *weights;
    } usual[] = {{"deploy.prototxt", "model.caffemodel"},
                 {"model.prototxt", "weights.caffemodel"},
                 {"net.prototxt", "net.caffemodel"}};
    const char *own = ncl_container_member(r->import->container, 0)->name, *dot = strrchr(own, '.');
    const int stem = (int)(dot ? dot - own : (ptrdiff_t)strlen(own));
    const char *ending = text ? "caffemodel" : "prototxt";
    size_t found = SIZE_MAX;
    char name[512];
    for (size_t i = 0; i < 2 && found == SIZE_MAX && !r->import->status; i++) {
        snprintf(name, sizeof name, "%.*s%s.%s", stem, own, i ? "_deploy" : "", ending);
        found = ncl_import_member(r->import, name);
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual && found == SIZE_MAX && !r->import->status; i++)
        found = ncl_import_member(r->import, text ? usual[i].weights : usual[i].text);
    return found;
}

static bool read_nets(struct caffe *r)
{
    bool text = false, other = false;
    const Caffe__Net *first = read_net(r, 0, &text), *second = NULL;
    if (!first)
        return false;
    const size_t partner = find_partner(r, text);
    if (partner != SIZE_MAX)
        second = read_net(r, partner, &other);
    else if (text)
        ncl_import_invalid(r->import, "the weights are missing: there is no .caffemodel of this name beside it, and no "
                                      "model.caffemodel");
    r->net = text || !second ? first : second;
    r->trained = text ? second : first;
    return !r->import->status;
}

static bool index_trained(struct caffe *r)
{
    r->layer = ncl_caffe_layers(r->import, r->net, &r->layers);
    r->trained_layer = r->layer ? ncl_caffe_layers(r->import, r->trained, &r->trained_layers) : NULL;
    for (size_t i = 0; i < r->trained_layers && !r->import->status; i++) {
        const Caffe__Layer *layer = r->trained_layer[i];
        if (layer->name && !ncl_names_put(&r->by_name, &r->import->scratch, layer->name, (void *)layer))
            ncl_import_nomem(r->import);
    }
    return !r->import->status;
}

static void count_writings(struct caffe *r)
{
    for (size_t i = 0; i < r->layers; i++)
        for (size_t j = 0; j < r->layer[i]->n_top; j++)
            ncl_rewritten_count(&r->blobs, r->layer[i]->top[j]);
    for (size_t i = 0; i < r->net->n_input; i++)
        ncl_rewritten_count(&r->blobs, r->net->input[i]);
}

/* ---- weights ---- */

static void read_weight(struct caffe *r, const char *name, const Caffe__Blob *blob,
                        struct ncl_import_constant *constant)
{
    const int64_t old[] = {blob->num, blob->channels, blob->height, blob->width};
    const bool doubles = blob->n_double_data > 0;
    const size_t count = doubles ? blob->n_double_data : blob->n_data;
    const void *numbers = doubles ? (const void *)blob->double_data : blob->data;
    uint64_t needed = 1;
    *constant = (struct ncl_import_constant){
        .name = name,
        .element = doubles ? NCL_STORED_FLOAT64 : NCL_STORED_FLOAT32,
        .shape = {.rank = blob->shape ? (int)blob->shape->n_dim : 4},
        .memory = ncl_protobuf_stored(r->import, numbers, count, doubles ? sizeof(double) : sizeof(float))};
    if (blob->shape && blob->shape->n_dim > NNEFCL_MAX_RANK) {
        ncl_import_invalid(r->import, "a weight of '%.100s' has %zu axes", name, blob->shape->n_dim);
        return;
    }
    for (int i = 0; i < constant->shape.rank; i++) {
        const int64_t extent = blob->shape ? blob->shape->dim[i] : old[i];
        constant->shape.extent[i] = extent;
        if (extent < 0 || __builtin_mul_overflow(needed, (uint64_t)extent, &needed))
            needed = UINT64_MAX;
    }
    if (needed != count)
        ncl_import_invalid(r->import, "a weight of '%.100s' has %zu elements, its shape says otherwise", name, count);
}

/* ---- inputs ---- */

static void open_input(const char *name, int rank, struct ncl_import_input *input)
{
    *input = (struct ncl_import_input){.name = name, .element = NCL_STORED_FLOAT32, .rank = rank};
    for (int i = 0; i < rank; i++)
        input->extent[i] = -1;
}

static void read_input(struct caffe *r, const char *name, const Caffe__Shape *shape, struct ncl_import_input *input)
{
    open_input(name, shape ? (int)shape->n_dim : 4, input);
    if (shape && shape->n_dim > NNEFCL_MAX_RANK)
        ncl_import_invalid(r->import, "input '%.100s' has %zu axes", name, shape->n_dim);
    for (int i = 0; shape && i < input->rank && !r->import->status; i++)
        input->extent[i] = shape->dim[i] > 0 ? shape->dim[i] : -1;
}

/* input: "data" with input_shape, or with four input_dim. */
static void read_net_inputs(struct caffe *r, struct ncl_import_graph *graph, struct ncl_import_input *input)
{
    const Caffe__Net *net = r->net;
    for (size_t i = 0; i < net->n_input && !r->import->status; i++) {
        struct ncl_import_input *made = &input[graph->input_count++];
        read_input(r, ncl_rewritten_write(&r->blobs, net->input[i]),
                   i < net->n_input_shape ? net->input_shape[i] : NULL, made);
        for (size_t k = 0; net->n_input_dim >= 4 * (i + 1) && k < 4; k++)
            made->extent[k] = net->input_dim[4 * i + k] > 0 ? net->input_dim[4 * i + k] : -1;
    }
}

/* Layers that fetch images: their first result is an input of any extents, labels are not needed. */
static bool is_data_layer(const Caffe__Layer *layer)
{
    static const char *const types[] = {"Data",       "ImageData", "MemoryData",   "HDF5Data",
                                        "WindowData", "DummyData", "AnnotatedData"};
    bool data = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        data |= strcmp(layer->type, types[i]) == 0;
    return data;
}

/* Extents of images as far as a layer that fetches them says; those of its crops come before those of its files. */
static void read_data_extents(const Caffe__Layer *layer, struct ncl_import_input *input)
{
    const Caffe__Transform *transform = layer->transform_param;
    const Caffe__MemoryData *memory = layer->memory_data_param;
    const Caffe__ImageData *images = layer->image_data_param;
    const Caffe__DummyData *dummy = layer->dummy_data_param;
    int64_t extent[4] = {0};
    if (memory)
        memcpy(extent, (const int64_t[]){memory->batch_size, memory->channels, memory->height, memory->width},
               sizeof extent);
    else if (dummy && dummy->n_num && dummy->n_channels && dummy->n_height && dummy->n_width)
        memcpy(extent, (const int64_t[]){*dummy->num, *dummy->channels, *dummy->height, *dummy->width}, sizeof extent);
    else if (images && !images->crop_size)
        memcpy(extent, (const int64_t[]){0, 0, images->new_height, images->new_width}, sizeof extent);
    const uint32_t crop = transform && transform->crop_size ? transform->crop_size
                          : images && images->crop_size     ? images->crop_size
                          : layer->data_param               ? layer->data_param->crop_size
                                                            : 0;
    if (transform && transform->n_mean_value > 1)
        extent[1] = (int64_t)transform->n_mean_value;
    for (int i = 0; i < 4 && input->rank == 4; i++) {
        const int64_t given = i > 1 && crop ? (int64_t)crop : extent[i];
        input->extent[i] = given > 0 ? given : input->extent[i];
    }
}

/* What a layer does to the images that it fetches is not done. */
static void warn_of_changes(struct caffe *r, const Caffe__Layer *layer)
{
    const Caffe__Transform *transform = layer->transform_param;
    if (transform && ((transform->scale != 0 && transform->scale != 1) || transform->n_mean_value ||
                      (transform->mean_file && *transform->mean_file)))
        ncl_warning(r->import->diag, r->import->at,
                    "layer '%.100s' scales what it fetches, or takes a mean from it: inputs are read as they come",
                    layer->name ? layer->name : "");
}

static const Caffe__Shape *dummy_shape(const Caffe__Layer *layer)
{
    const Caffe__DummyData *dummy = layer->dummy_data_param;
    return dummy && dummy->n_shape ? dummy->shape[0] : NULL;
}

static bool read_input_layer(struct caffe *r, const Caffe__Layer *layer, struct ncl_import_graph *graph,
                             struct ncl_import_input *input)
{
    const bool data = is_data_layer(layer);
    const Caffe__Input *shapes = layer->input_param;
    if (!data && strcmp(layer->type, "Input") != 0)
        return false;
    if (data)
        warn_of_changes(r, layer);
    for (size_t i = 0; i < layer->n_top && !r->import->status; i++) {
        const size_t given = shapes ? shapes->n_shape : 0;
        struct ncl_import_input *made = &input[graph->input_count];
        const char *name = ncl_rewritten_write(&r->blobs, layer->top[i]);
        if (!name || (data && i > 0))
            continue;
        graph->input_count++;
        read_input(r, name, given ? shapes->shape[i < given ? i : given - 1] : dummy_shape(layer), made);
        if (data)
            read_data_extents(layer, made);
    }
    return true;
}

/* ---- layers ---- */

static void read_layer(struct caffe *r, const Caffe__Layer *layer, struct ncl_import_node *node,
                       struct ncl_import_constant *constant, size_t *constants)
{
    const Caffe__Layer *trained = layer->name ? ncl_names_find(&r->by_name, layer->name) : NULL;
    const size_t blobs = trained ? trained->n_blobs : 0;
    struct ncl_caffe_detail *detail = CAFFE_ARRAY(r, struct ncl_caffe_detail, 1);
    const char **input = CAFFE_ARRAY(r, const char *, layer->n_bottom + blobs);
    const char **output = CAFFE_ARRAY(r, const char *, layer->n_top);
    if (!detail || !input || !output)
        return;
    *detail = (struct ncl_caffe_detail){layer, layer->n_bottom};
    for (size_t i = 0; i < layer->n_bottom; i++)
        input[i] = ncl_rewritten_read(&r->blobs, layer->bottom[i]);
    for (size_t i = 0; i < blobs && !r->import->status; i++) {
        char *name = ncl_arena_printf(&r->import->scratch, "%s/weight%zu", layer->name, i);
        input[layer->n_bottom + i] = name;
        if (name)
            read_weight(r, name, trained->blobs[i], &constant[(*constants)++]);
        else
            ncl_import_nomem(r->import);
    }
    for (size_t i = 0; i < layer->n_top && !r->import->status; i++)
        output[i] = ncl_rewritten_write(&r->blobs, layer->top[i]);
    *node = (struct ncl_import_node){.name = layer->name,
                                     .op = layer->type,
                                     .domain = "",
                                     .input_count = layer->n_bottom + blobs,
                                     .output_count = layer->n_top,
                                     .input = input,
                                     .output = output,
                                     .detail = detail};
}

/* What nobody reads, in the order of writing. */
static void read_outputs(struct caffe *r, struct ncl_import_graph *graph, const char **output)
{
    for (size_t i = 0; i < r->layers; i++) {
        const bool data = is_data_layer(r->layer[i]) || strcmp(r->layer[i]->type, "Input") == 0;
        for (size_t j = 0; j < r->layer[i]->n_top && !data; j++) {
            const char *name = ncl_rewritten_unread(&r->blobs, r->layer[i]->top[j]);
            if (name)
                output[graph->output_count++] = name;
        }
    }
}

static bool count_all(struct caffe *r, size_t *tops, size_t *weights)
{
    *tops = r->net->n_input;
    *weights = 0;
    for (size_t i = 0; i < r->layers; i++) {
        *tops += r->layer[i]->n_top;
        if (!r->layer[i]->type)
            ncl_import_invalid(r->import, "layer number %zu has no type", i);
        const Caffe__Layer *trained = r->layer[i]->name ? ncl_names_find(&r->by_name, r->layer[i]->name) : NULL;
        *weights += trained ? trained->n_blobs : 0;
    }
    return !r->import->status;
}

nnefcl_status ncl_caffe_read(struct ncl_import *import, struct ncl_import_graph *graph)
{
    struct caffe r = {.import = import, .blobs = {import, {0}}};
    size_t tops, weights;
    if (!read_nets(&r) || !index_trained(&r) || !count_all(&r, &tops, &weights))
        return import->status;
    struct ncl_import_node *node = CAFFE_ARRAY(&r, struct ncl_import_node, r.layers);
    struct ncl_import_constant *constant = CAFFE_ARRAY(&r, struct ncl_import_constant, weights);
    struct ncl_import_input *input = CAFFE_ARRAY(&r, struct ncl_import_input, tops);
    const char **output = CAFFE_ARRAY(&r, const char *, tops);
    *graph = (struct ncl_import_graph){r.net->name ? r.net->name : "network", .node = node, .constant = constant,
                                       .input = input, .output = output};
    count_writings(&r);
    read_net_inputs(&r, graph, input);
    for (size_t i = 0; i < r.layers && !import->status; i++)
        if (!read_input_layer(&r, r.layer[i], graph, input))
            read_layer(&r, r.layer[i], &node[graph->node_count++], constant, &graph->constant_count);
    if (!import->status)
        read_outputs(&r, graph, output);
    return import->status;
}
