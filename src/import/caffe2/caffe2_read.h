/* SPDX-License-Identifier: Apache-2.0 */
/* What reads a network of Caffe2, and the nets within its operators. */
#ifndef NCL_CAFFE2_READ_H
#define NCL_CAFFE2_READ_H

#include <caffe2.pb-c.h>
#include "import/caffe2/caffe2.h"
#include "import/rewritten.h"

struct ncl_caffe2_reader {
    struct ncl_import *import;
    const Caffe2__Net *net, *init;
    struct ncl_rewritten blobs;
    struct ncl_names weights;        /* names that init_net fills */
    struct ncl_names quants;         /* of blobs whose integers stand for numbers: struct ncl_caffe2_quant */
    const char *info;                /* value_info.json, NULL: none */
    struct ncl_caffe2_reader *outer; /* of the net around this one, whose blobs it reads; NULL: it is the network */
};

void *ncl_caffe2_array(struct ncl_caffe2_reader *r, size_t count, size_t size);
#define NCL_CAFFE2_ARRAY(r, type, count) ((type *)ncl_caffe2_array(r, count, sizeof(type)))

const Caffe2__Argument *ncl_caffe2_argument(const Caffe2__Operator *op, const char *name);
/* What a blob is called where it is read now. */
const char *ncl_caffe2_blob(struct ncl_caffe2_reader *r, const char *name);
/* Nodes of the reader's net. */
const struct ncl_import_node *ncl_caffe2_nodes(struct ncl_caffe2_reader *r);
/* The net within RecurrentNetwork as attributes (caffe2_step_net.c): "step_net", a graph, whose inputs and outputs have
 * the names "step_inputs" and "step_outputs" in links, and what these lead to by the names of the node. */
void ncl_caffe2_step_net(struct ncl_caffe2_reader *r, const Caffe2__Operator *op, struct ncl_import_node *node);

#endif
