#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compare.h"
#include "report.h"

enum { FEW = 16 }; /* so many values are shown one by one */

/* An element as JSON: logicals are true and false. */
static json_t *element_json(const nnefcl_tensor *tensor, size_t position)
{
    double value = tensor_element(tensor, position);
    if (tensor->dtype == NNEFCL_LOGICAL)
        return json_boolean(value != 0);
    return tensor->dtype == NNEFCL_INTEGER ? document_integer((json_int_t)value) : document_real(value);
}

static json_t *elements_json(const nnefcl_tensor *tensor)
{
    json_t *array = document_array();
    size_t count = shape_count(&tensor->shape);
    for (size_t i = 0; i < count; i++)
        document_add(array, element_json(tensor, i));
    return array;
}

static int write_json(FILE *file, const char *name, const nnefcl_tensor *tensor)
{
    json_t *document = document_begin("tensor");
    document_merge(document,
                   document_pack("{s:s, s:s, s:o, s:o}", "name", name, "dtype", nnefcl_dtype_name(tensor->dtype),
                                 "shape", document_shape(&tensor->shape), "data", elements_json(tensor)));
    return document_write(document, file, JSON_COMPACT);
}

/* Version 1.0: the header ends in a newline at a multiple of 64 bytes. */
static int write_npy(FILE *file, const nnefcl_tensor *tensor)
{
    static const char *const types[] = {"f4", "i4", "b1"};
    const uint16_t one = 1;
    char order = tensor->dtype == NNEFCL_LOGICAL ? '|' : *(const unsigned char *)&one ? '<' : '>';
    char header[320];
    int length = snprintf(header, sizeof header, "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order,
                          types[tensor->dtype]);
    for (int i = 0; i < tensor->shape.rank; i++)
        length += snprintf(header + length, sizeof header - (size_t)length, i ? " %lld," : "%lld,",
                           (long long)tensor->shape.extent[i]);
    length += snprintf(header + length, sizeof header - (size_t)length, "), }");
    int padded = (10 + length + 1 + 63) / 64 * 64 - 10;
    fprintf(file, "\x93NUMPY%c%c%c%c%s%*s\n", 1, 0, padded & 255, padded >> 8, header, padded - length - 1, "");
    return fwrite(tensor->data, 1, tensor->bytes, file) != tensor->bytes;
}

static enum status write_file(struct talk *talk, const char *path, enum tensor_format format, const char *name,
                              const nnefcl_tensor *tensor)
{
    nnefcl_error error = {0};
    if (format == TENSOR_DAT)
        return talk_library(talk, nnefcl_tensor_save(path, tensor, &error), &error);
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdout : fopen(path, "wb");
    if (!file)
        return talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(errno));
    int failed = format == TENSOR_JSON ? write_json(file, name, tensor) : write_npy(file, tensor);
    failed |= standard ? fflush(file) : fclose(file);
    return failed ? talk_fail(talk, STATUS_DATA, "%s: %s", path, strerror(errno)) : STATUS_OK;
}

enum status output_write(const struct runs *runs, const struct run_target *target, const nnefcl_tensor *results)
{
    enum status status = STATUS_OK;
    if (!target->folder)
        return write_file(runs->talk, target->path, target->format, runs->outputs[target->output].name,
                          &results[target->output]);
    if (mkdir(target->path, 0777) && errno != EEXIST)
        return talk_fail(runs->talk, STATUS_DATA, "%s: %s", target->path, strerror(errno));
    for (size_t i = 0; i < runs->output_count && !status; i++)
        status = write_file(runs->talk, pool_printf(runs->pool, "%s/%s.dat", target->path, runs->outputs[i].name),
                            TENSOR_DAT, runs->outputs[i].name, &results[i]);
    return status;
}

struct spread {
    double min, mean, max;
    size_t nan;
};

static struct spread spread_of(const nnefcl_tensor *tensor)
{
    struct spread s = {(double)INFINITY, 0, (double)-INFINITY, 0};
    size_t count = shape_count(&tensor->shape);
    for (size_t i = 0; i < count; i++) {
        double v = tensor_element(tensor, i);
        s.nan += isnan(v) != 0;
        s.min = fmin(s.min, v);
        s.max = fmax(s.max, v);
        s.mean += v;
    }
    s.mean /= count ? (double)count : 1;
    return s;
}

void output_print(const char *name, const nnefcl_tensor *tensor)
{
    char shape[SHAPE_TEXT];
    size_t count = shape_count(&tensor->shape);
    print("%s  %s %s ", name, nnefcl_dtype_name(tensor->dtype), shape_text(&tensor->shape, shape));
    if (count > FEW) {
        struct spread s = spread_of(tensor);
        print(" min %.6g  mean %.6g  max %.6g", s.min, s.mean, s.max);
        if (s.nan)
            print("  NaN %zu", s.nan);
    }
    for (size_t i = 0; count <= FEW && i < count; i++)
        print(" %.6g", tensor_element(tensor, i));
    print("\n");
}

json_t *output_json(const char *name, const nnefcl_tensor *tensor)
{
    struct spread s = spread_of(tensor);
    json_t *object =
        document_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I}", "name", name, "dtype", nnefcl_dtype_name(tensor->dtype),
                      "shape", document_shape(&tensor->shape), "min", document_real(s.min), "mean",
                      document_real(s.mean), "max", document_real(s.max), "nan", (json_int_t)s.nan);
    if (shape_count(&tensor->shape) <= FEW)
        document_set(object, "data", elements_json(tensor));
    return object;
}
