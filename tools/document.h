/* SPDX-License-Identifier: Apache-2.0 */
/* Documents in JSON. They are whole or the command ends: every result of the library behind them is looked at here, and
 * nowhere else is it called. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "nnefcl/tensor.h"

/* A document that begins with "schema": "nnefcl/<name>/1". */
json_t *document_begin(const char *name);
json_t *document_array(void);
json_t *document_object(void);
/* An object of pairs, "{s:s, s:s?, s:I, s:o}": each key, and behind it text (NULL with `?`: null), json_int_t, int (i),
 * double (f), truth (b) or a value that it takes over. */
json_t *document_pack(const char *format, ...);
/* What is no UTF-8 becomes U+FFFD. */
json_t *document_text(const char *text);
json_t *document_null(void);
json_t *document_integer(json_int_t value);
json_t *document_truth(bool value);
/* A number; infinities and NaN, which JSON lacks, are the strings "inf", "-inf", "nan". */
json_t *document_real(double value);
json_t *document_shape(const nnefcl_shape *shape);
/* All elements in a row; logicals are true and false. */
json_t *document_elements(const nnefcl_tensor *tensor);

/* These take `value` over; NULL is left out. */
void document_set(json_t *object, const char *key, json_t *value);
void document_add(json_t *array, json_t *value);
/* All pairs of `other`. */
void document_merge(json_t *object, json_t *other);

/* Has an array no items? */
bool document_empty(const json_t *array);

/* Writes a document and releases it; `flags` of jansson's. Characters that act on a terminal are escaped. Returns 0, or
 * EOF when it could not be written. */
int document_write(json_t *document, FILE *file, size_t flags);
/* The same to stdout, for people too. */
void document_print(json_t *document);
/* Has stdout one already? */
bool document_printed(void);

/* ---- document_read.c: what others wrote ---- */

enum { DOCUMENT_WHY = 256 };
/* NULL: it is no JSON, and `why` says where. */
json_t *document_parse(const void *text, size_t size, char why[DOCUMENT_WHY]);
/* NULL: there is none, or the value is no object, array, string. */
const json_t *document_member(const json_t *object, const char *key);
const json_t *document_item(const json_t *array, size_t index);
const char *document_string(const json_t *value);
bool document_is_object(const json_t *value);
/* Whether it is a whole number from 0 up, or true or false. */
bool document_is_count(const json_t *value, uint64_t *count);
bool document_is_truth(const json_t *value, bool *truth);

#endif
