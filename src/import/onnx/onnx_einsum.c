/* SPDX-License-Identifier: Apache-2.0 */
/* Einsum of one or two operands: axes by letters. Letters of both that the result lacks are summed as a product of
 * matrices, letters of all are its batch. */
#include <ctype.h>
#include <string.h>

#include "import/onnx/onnx_operators.h"

#define ELLIPSIS '0' /* letters '0' ... of the axes that "..." stands for, from the right */

struct term {
    char letter[NNEFCL_MAX_RANK + 1];
    int count;
};

/* "ij..." of an operand of that rank; false: an error was reported. */
static bool term_parse(struct ncl_import *import, const char *text, size_t length, int rank, struct term *term)
{
    int written = 0;
    *term = (struct term){{0}, 0};
    for (size_t i = 0; i < length; i++)
        written += isalpha((unsigned char)text[i]) != 0;
    const int hidden = rank - written;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && i + 2 < length && text[i + 1] == '.' && text[i + 2] == '.') {
            for (int j = hidden; j > 0 && term->count < NNEFCL_MAX_RANK; j--)
                term->letter[term->count++] = (char)(ELLIPSIS + j - 1);
            i += 2;
        } else if (isalpha((unsigned char)text[i]) && term->count < NNEFCL_MAX_RANK) {
            term->letter[term->count++] = text[i];
        } else if (text[i] != ' ') {
            term->count = -1;
            break;
        }
    }
    if (term->count != rank)
        ncl_import_wrong(import, "the equation does not fit an operand of rank %d", rank);
    for (int i = 0; i < term->count && !import->status; i++)
        if (strchr(term->letter + i + 1, term->letter[i]))
            ncl_import_refuse(import, "diagonals are not supported");
    return !import->status;
}

static int letter_at(const struct term *term, char letter)
{
    const char *found = letter ? strchr(term->letter, letter) : NULL;
    return found ? (int)(found - term->letter) : -1;
}

/* Axes that nobody else has are summed at once. */
static struct ncl_tensor *lone_sum(struct ncl_import *import, struct ncl_tensor *x, struct term *term,
                                   const struct term *other, const struct term *result)
{
    int axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    struct term left = {{0}, 0};
    for (int i = 0; i < term->count; i++) {
        if ((other && letter_at(other, term->letter[i]) >= 0) || letter_at(result, term->letter[i]) >= 0)
            left.letter[left.count++] = term->letter[i];
        else
            axis[count++] = i;
    }
    *term = left;
    return count ? ncl_compose_reduce(import, "sum_reduce", x, axis, count, false) : x;
}

/* Axes in another order, those that are missing as extents of 1. */
static struct ncl_tensor *arranged(struct ncl_import *import, struct ncl_tensor *x, const struct term *from,
                                   const struct term *to)
{
    int order[NNEFCL_MAX_RANK], used = 0;
    nnefcl_shape shape = {.rank = to->count};
    for (int i = 0; i < to->count; i++) {
        const int at = letter_at(from, to->letter[i]);
        if (at >= 0)
            order[used++] = at;
        shape.extent[i] = at >= 0 ? x->shape.extent[at] : 1;
    }
    return ncl_compose_reshape(import, ncl_compose_transpose(import, x, order), &shape);
}

static void term_add(struct term *term, char letter)
{
    if (letter_at(term, letter) < 0 && term->count < NNEFCL_MAX_RANK)
        term->letter[term->count++] = letter;
}

/* Letters of the batch, of each operand alone, and of the sum. */
struct parts {
    struct term batch, left, right, sum;
};

static struct parts parts_of(const struct term *a, const struct term *b, const struct term *result)
{
    struct parts p = {{{0}, 0}, {{0}, 0}, {{0}, 0}, {{0}, 0}};
    for (int i = 0; i < a->count; i++) {
        const bool both = letter_at(b, a->letter[i]) >= 0, given = letter_at(result, a->letter[i]) >= 0;
        term_add(both ? given ? &p.batch : &p.sum : &p.left, a->letter[i]);
    }
    for (int i = 0; i < b->count; i++)
        if (letter_at(a, b->letter[i]) < 0)
            term_add(&p.right, b->letter[i]);
    return p;
}

static struct term joined(const struct term *a, const struct term *b, const struct term *c)
{
    struct term all = *a;
    for (int i = 0; i < b->count; i++)
        term_add(&all, b->letter[i]);
    for (int i = 0; i < c->count; i++)
        term_add(&all, c->letter[i]);
    return all;
}

static int64_t extent_of(const struct ncl_tensor *x, const struct term *term, const struct term *letters)
{
    int64_t product = 1;
    for (int i = 0; i < letters->count; i++)
        product *= x->shape.extent[letter_at(term, letters->letter[i])];
    return product;
}

/* Extents of letters in both operands are equal; 1 is repeated in letters of "..." only, which products cannot. */
static bool is_even(const struct ncl_tensor *a, const struct term *ta, const struct ncl_tensor *b,
                    const struct term *tb)
{
    for (int i = 0; i < ta->count; i++) {
        const int at = letter_at(tb, ta->letter[i]);
        if (at >= 0 && a->shape.extent[i] != b->shape.extent[at])
            return false;
    }
    return true;
}

static struct ncl_tensor *product(struct ncl_import *import, struct ncl_tensor *a, const struct term *ta,
                                  struct ncl_tensor *b, const struct term *tb, const struct term *result)
{
    const struct parts p = parts_of(ta, tb, result);
    const struct term left = joined(&p.batch, &p.left, &p.sum), right = joined(&p.batch, &p.sum, &p.right),
                      all = joined(&p.batch, &p.left, &p.right);
    const int64_t batch = extent_of(a, ta, &p.batch), m = extent_of(a, ta, &p.left), k = extent_of(a, ta, &p.sum),
                  n = extent_of(b, tb, &p.right);
    nnefcl_shape shape = {.rank = all.count};
    for (int i = 0; i < all.count; i++) {
        const int at = letter_at(ta, all.letter[i]);
        shape.extent[i] = at >= 0 ? a->shape.extent[at] : b->shape.extent[letter_at(tb, all.letter[i])];
    }
    a = ncl_compose_reshape(import, arranged(import, a, ta, &left), &(nnefcl_shape){3, {batch, m, k}});
    b = ncl_compose_reshape(import, arranged(import, b, tb, &right), &(nnefcl_shape){3, {batch, k, n}});
    struct ncl_tensor *c = ncl_compose_reshape(import, ncl_compose_matmul(import, a, b), &shape);
    return arranged(import, c, &all, result);
}

/* Every letter as an axis of both, multiplied and summed: small operands, or extents of 1 that repeat. */
static struct ncl_tensor *spread(struct ncl_import *import, struct ncl_tensor *a, const struct term *ta,
                                 struct ncl_tensor *b, const struct term *tb, const struct term *result)
{
    struct term all = joined(result, ta, tb), left = all;
    struct ncl_tensor *c =
        ncl_compose_binary(import, "mul", arranged(import, a, ta, &all), arranged(import, b, tb, &all));
    c = lone_sum(import, c, &left, NULL, result);
    return arranged(import, c, &left, result);
}

/* Letters that stand once, in alphabetical order, behind those of "...". */
static void result_implied(const struct term *terms, size_t count, struct term *result)
{
    *result = (struct term){{0}, 0};
    for (int c = ELLIPSIS + NNEFCL_MAX_RANK; c >= ELLIPSIS; c--)
        for (size_t i = 0; i < count; i++)
            if (letter_at(&terms[i], (char)c) >= 0)
                term_add(result, (char)c);
    for (int c = 'A'; c <= 'z'; c++) {
        int times = 0;
        for (size_t i = 0; i < count; i++)
            times += isalpha(c) && letter_at(&terms[i], (char)c) >= 0;
        if (times == 1)
            term_add(result, (char)c);
    }
}

static bool equation_parse(struct ncl_import *import, const struct ncl_import_node *node, struct ncl_tensor *const *x,
                           struct term *terms, struct term *result)
{
    const char *text = ncl_import_string(import, node, "equation", ""), *arrow = strstr(text, "->");
    int hidden = 0, written = 0;
    for (size_t i = 0; i < node->input_count && !import->status; i++) {
        const size_t length = strcspn(text, ",-");
        if (!term_parse(import, text, length, x[i]->shape.rank, &terms[i]))
            return false;
        for (int j = 0; j < terms[i].count; j++)
            if (!isalpha((unsigned char)terms[i].letter[j]) && terms[i].letter[j] - ELLIPSIS + 1 > hidden)
                hidden = terms[i].letter[j] - ELLIPSIS + 1;
        text += length + (text[length] == ',');
    }
    if (!arrow) {
        result_implied(terms, node->input_count, result);
        return !import->status;
    }
    for (const char *c = arrow + 2; *c; c++)
        written += isalpha((unsigned char)*c) != 0;
    return term_parse(import, arrow + 2, strlen(arrow + 2), written + (strstr(arrow, "...") ? hidden : 0), result);
}

void ncl_onnx_einsum(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x[2];
    struct term terms[2], result;
    if (node->input_count < 1 || node->input_count > 2) {
        ncl_import_refuse(import, "sums of %zu operands are not supported", node->input_count);
        return;
    }
    const bool two = node->input_count == 2;
    for (size_t i = 0; i < node->input_count; i++)
        x[i] = ncl_import_number(import, node, i);
    if (import->status || !equation_parse(import, node, x, terms, &result))
        return;
    for (int i = 0; i < result.count && !import->status; i++)
        if (letter_at(&terms[0], result.letter[i]) < 0 && (!two || letter_at(&terms[1], result.letter[i]) < 0))
            ncl_import_wrong(import, "the result has an axis that no operand has");
    x[0] = lone_sum(import, x[0], &terms[0], two ? &terms[1] : NULL, &result);
    if (two)
        x[1] = lone_sum(import, x[1], &terms[1], &terms[0], &result);
    if (import->status)
        return;
    struct ncl_tensor *y = !two ? arranged(import, x[0], &terms[0], &result)
                           : is_even(x[0], &terms[0], x[1], &terms[1])
                               ? product(import, x[0], &terms[0], x[1], &terms[1], &result)
                               : spread(import, x[0], &terms[0], x[1], &terms[1], &result);
    ncl_import_give(import, node, 0, y);
}
