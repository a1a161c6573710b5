/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of protobuf-c in the memory of an import: it counts, it ends, and it is freed with the model. Schemas are
 * ours, in the folders of the formats; none of them nests a message in itself, so depth is bounded. */
#ifndef NCL_PROTOBUF_H
#define NCL_PROTOBUF_H

#include <protobuf-c/protobuf-c.h>

#include "import/import.h"

/* NULL after an error, which is reported: the bytes are no such message, or memory ended. It lives as long as the
 * model, and so may what constants point to. */
void *ncl_protobuf_unpack(struct ncl_import *import, const ProtobufCMessageDescriptor *schema, const uint8_t *data,
                          size_t size);

/* Numbers of a message, which are as this machine writes them, as stored elements (stored.h): themselves, or a copy
 * with the bytes turned that lives as long as the model. NULL after an error. */
const void *ncl_protobuf_stored(struct ncl_import *import, const void *numbers, size_t count, size_t width);

/* A look at the encoding, for who tells formats apart. Each returns where it ends, NULL: not that. */
const uint8_t *ncl_protobuf_tag(const uint8_t *at, const uint8_t *end, unsigned *field, unsigned *wire);
/* Wire type 2: a length, and what it counts. It may go on behind `end`, then *size is what is left. */
const uint8_t *ncl_protobuf_bytes(const uint8_t *at, const uint8_t *end, const uint8_t **data, size_t *size);
const uint8_t *ncl_protobuf_skip(const uint8_t *at, const uint8_t *end, unsigned wire);

#endif
