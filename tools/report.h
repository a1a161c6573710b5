/* What the command says on stdout: text for people, or with --json one document. */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "nnefcl/tensor.h"
#include "talk.h"

/* A number; infinities and NaN, which JSON lacks, are the strings "inf", "-inf", "nan". */
json_t *report_real(double value);
json_t *report_shape(const nnefcl_shape *shape);
/* A document that begins with "schema": "nnefcl/<name>/1". */
json_t *report_document(const char *name);
/* Prints a document and releases it. */
void report_print(json_t *document);
/* Flushes stdout; a full disk or a closed pipe is an error like any other. */
enum status report_finish(struct talk *talk, enum status status);
/* "1.5 GiB" */
enum { BYTES_TEXT = 32 };
const char *report_bytes(uint64_t bytes, char text[BYTES_TEXT]);

#endif
