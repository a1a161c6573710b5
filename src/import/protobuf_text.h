/* SPDX-License-Identifier: Apache-2.0 */
/* The text form of protobuf messages (.prototxt), read into messages of protobuf-c by their descriptors: a field that
 * the schema lacks is skipped, as the binary form has it. */
#ifndef NCL_PROTOBUF_TEXT_H
#define NCL_PROTOBUF_TEXT_H

#include "import/protobuf.h"

/* NULL after an error, which is reported with its line. It lives as long as the model. */
void *ncl_protobuf_text(struct ncl_import *import, const ProtobufCMessageDescriptor *schema, const char *name,
                        const uint8_t *text, size_t size);

#endif
