/* --conformance: the cases of the library on one device or all of them, and what came of them. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "nnefcl/nnefcl.h"
#include "options.h"
#include "report.h"

/* What an operation came to on one device. */
struct conformance_figure {
    size_t cases, failed;
    double ulp, tolerance; /* of its worst element */
    const char *failure;   /* message of the first failure, or NULL */
};

/* One case on one device. */
struct conformance_result {
    size_t device, op;
    const char *name, *variant, *message, *document; /* the document of failures only */
    bool passed;
    double ulp, tolerance, ms;
};

struct conformance_device {
    nnefcl_device_info info;
    struct conformance_figure *figure; /* by operation */
    size_t cases, failed;
    double ms;
    const char *stopped; /* the error that ended its run early, or NULL */
};

struct conformance {
    const char *level;
    nnefcl_op_info *op; /* those with cases, in the order of the chapter */
    size_t op_count;
    struct conformance_device *device;
    size_t device_count;
    struct conformance_result *result;
    size_t result_count, failed;
};

enum status conformance_execute(const struct options *options, struct pool *pool, struct talk *talk);

/* The forms of a report. */
void conformance_print(const struct conformance *conformance);
json_t *conformance_json(const struct conformance *conformance);
void conformance_xml(const struct conformance *conformance, FILE *file);
void conformance_html(const struct conformance *conformance, FILE *file);
/* Text for XML and HTML: markup escaped, what neither may hold replaced. */
void conformance_escape(FILE *file, const char *text);
/* "1.5", "inf", "0" */
const char *conformance_ulp(double ulp, char text[32]);

#endif
