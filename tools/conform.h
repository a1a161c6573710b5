/* SPDX-License-Identifier: Apache-2.0 */
/* --conformance: the cases of the library on one device or all of them, and what came of them. */
#ifndef CONFORM_H
#define CONFORM_H

#include "nnefcl/nnefcl.h"
#include "options.h"
#include "report.h"

/* What an operation came to on one device. */
struct conform_figure {
    size_t cases, failed;
    double ulp, tolerance; /* of its worst element */
    const char *failure;   /* message of the first failure, or NULL */
};

/* One case on one device. */
struct conform_result {
    size_t device, op;
    const char *name, *variant, *message, *document; /* the document of failures only */
    bool passed;
    double ulp, tolerance, ms;
};

struct conform_device {
    nnefcl_device_info info;
    struct conform_figure *figure; /* by operation */
    size_t cases, failed;
    double ms;
    const char *stopped; /* the error that ended its run early, or NULL */
};

struct conform {
    const char *level;
    nnefcl_op_info *op; /* those with cases, in the order of the chapter */
    size_t op_count;
    struct conform_device *device;
    size_t device_count;
    struct conform_result *result;
    size_t result_count, failed;
};

enum status conform_execute(const struct options *options, struct pool *pool, struct talk *talk);

/* The forms of a report. */
void conform_print(const struct conform *conformance);
json_t *conform_json(const struct conform *conformance);
void conform_xml(const struct conform *conformance, FILE *file);
void conform_html(const struct conform *conformance, FILE *file);
/* "1.5", "inf", "0" */
const char *conform_ulp(double ulp, char text[32]);

#endif
