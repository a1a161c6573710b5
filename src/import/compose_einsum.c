/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products by an equation: "abc,cd->abd". Each letter is an axis; those that the result lacks are summed.
 *
 * Operands are taken two at a time, from the left. Letters that only one of the two has, and nobody behind them, are
 * summed at once. Of what is left, letters of both that are needed further on are a batch, other letters of both are
 * contracted, and the rest is rows and columns: one product of matrices between two transposes. Where nothing is
 * contracted, operands are multiplied element by element. */
#include <ctype.h>
#include <string.h>

#include "import/compose.h"

#define ELLIPSIS '0' /* letters '0' ... of the axes that "..." stands for, from the right */

struct term {
    char letter[NNEFCL_MAX_RANK + 1];
    int count;
};

/* Letters that are needed further on: of the result and of operands to come. */
struct letters {
    bool has[128];
};

/* An operand, or what several became. */
struct factor {
    struct ncl_tensor *x;
    struct term term;
};

static int letter_at(const struct term *term, char letter)
{
    const char *found = memchr(term->letter, letter, (size_t)term->count);
    return found ? (int)(found - term->letter) : -1;
}

static void letter_append(struct ncl_import *import, struct term *term, char letter)
{
    if (term->count < NNEFCL_MAX_RANK)
        term->letter[term->count++] = letter;
    else
        ncl_import_refuse(import, "an equation with more than %d letters at once", NNEFCL_MAX_RANK);
}

static void term_add(struct ncl_import *import, struct term *term, char letter)
{
    if (letter_at(term, letter) < 0)
        letter_append(import, term, letter);
}

static void term_join(struct ncl_import *import, struct term *to, const struct term *from)
{
    for (int i = 0; i < from->count; i++)
        term_add(import, to, from->letter[i]);
}

static struct term joined(struct ncl_import *import, const struct term *a, const struct term *b, const struct term *c)
{
    struct term all = *a;
    term_join(import, &all, b);
    term_join(import, &all, c);
    return all;
}

/* ---- the equation ---- */

static int letters_written(const char *text, size_t length)
{
    int written = 0;
    for (size_t i = 0; i < length; i++)
        written += isalpha((unsigned char)text[i]) != 0;
    return written;
}

/* "ij..." of so many axes. */
static struct term term_parse(struct ncl_import *import, const char *text, size_t length, int rank)
{
    struct term term = {{0}, 0};
    const int hidden = rank - letters_written(text, length);
    bool legal = true, dots = false;
    for (size_t i = 0; i < length && !import->status; i++) {
        if (!dots && length - i >= 3 && strncmp(text + i, "...", 3) == 0) {
            for (int j = hidden; j > 0; j--)
                letter_append(import, &term, (char)(ELLIPSIS + j - 1));
            dots = true;
            i += 2;
        } else if (isalpha((unsigned char)text[i])) {
            letter_append(import, &term, text[i]);
        } else {
            legal &= text[i] == ' ';
        }
    }
    if (!import->status && (!legal || term.count != rank))
        ncl_import_wrong(import, "the equation does not fit an operand of rank %d", rank);
    return term;
}

/* Letters that stand once, in alphabetical order, behind those of "...". */
static struct term result_implied(struct ncl_import *import, const struct factor *factor, size_t count)
{
    struct term result = {{0}, 0};
    for (int c = ELLIPSIS + NNEFCL_MAX_RANK; c >= ELLIPSIS; c--)
        for (size_t i = 0; i < count; i++)
            if (letter_at(&factor[i].term, (char)c) >= 0)
                term_add(import, &result, (char)c);
    for (int c = 'A'; c <= 'z'; c++) {
        int times = 0;
        for (size_t i = 0; i < count && isalpha(c); i++)
            for (int j = 0; j < factor[i].term.count; j++)
                times += factor[i].term.letter[j] == c;
        if (times == 1)
            term_add(import, &result, (char)c);
    }
    return result;
}

static struct term result_parse(struct ncl_import *import, const char *text, const struct factor *factor, size_t count)
{
    int hidden = 0;
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < factor[i].term.count; j++)
            if (isdigit((unsigned char)factor[i].term.letter[j]) && factor[i].term.letter[j] - ELLIPSIS >= hidden)
                hidden = factor[i].term.letter[j] - ELLIPSIS + 1;
    const int rank = letters_written(text, strlen(text)) + (strstr(text, "...") ? hidden : 0);
    const struct term result = term_parse(import, text, strlen(text), rank);
    for (int i = 0; i < result.count && !import->status; i++) {
        bool found = false;
        for (size_t j = 0; j < count; j++)
            found |= letter_at(&factor[j].term, result.letter[i]) >= 0;
        if (!found || letter_at(&result, result.letter[i]) != i)
            ncl_import_wrong(import, "the equation's result has an axis that %s",
                             found ? "stands twice" : "no operand has");
    }
    return result;
}

static struct term equation_parse(struct ncl_import *import, const char *equation, struct factor *factor, size_t count)
{
    const char *arrow = strstr(equation, "->"), *end = arrow ? arrow : equation + strlen(equation), *at = equation;
    for (size_t i = 0; i < count && !import->status; i++) {
        const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
        factor[i].term = term_parse(import, at, (size_t)(stop - at), factor[i].x->shape.rank);
        if (!import->status && (i + 1 < count) != (comma != NULL))
            ncl_import_wrong(import, "the equation '%.60s' is not for %zu operands", equation, count);
        at = comma ? comma + 1 : end;
    }
    if (import->status)
        return (struct term){{0}, 0};
    return arrow ? result_parse(import, arrow + 2, factor, count) : result_implied(import, factor, count);
}

/* ---- one operand ---- */

/* The first letter that stands twice, at *i and *j. */
static bool letter_twice(const struct term *term, int *i, int *j)
{
    for (*i = 0; *i < term->count; ++*i)
        for (*j = *i + 1; *j < term->count; ++*j)
            if (term->letter[*i] == term->letter[*j])
                return true;
    return false;
}

/* "ii": both axes become one of n * n elements at the end, of which every n + 1st is taken. */
static void diagonal_take(struct ncl_import *import, struct factor *f, int i, int j)
{
    const int64_t n = f->x->shape.extent[i];
    const char letter = f->term.letter[i];
    struct term left = {{0}, 0};
    int order[NNEFCL_MAX_RANK];
    nnefcl_shape shape = {0};
    size_t all;
    if (n != f->x->shape.extent[j])
        ncl_import_wrong(import, "letter '%c' stands for %lld and for %lld", letter, (long long)n,
                         (long long)f->x->shape.extent[j]);
    else if (!ncl_known_count(&(nnefcl_shape){2, {n, n}}, &all))
        ncl_import_refuse(import, "a diagonal of %lld elements", (long long)n);
    for (int k = 0; k < f->term.count; k++)
        if (k != i && k != j) {
            order[left.count] = k;
            shape.extent[left.count] = f->x->shape.extent[k];
            left.letter[left.count++] = f->term.letter[k];
        }
    order[left.count] = i;
    order[left.count + 1] = j;
    int64_t *index = import->status ? NULL : NCL_NEW_ARRAY(&import->scratch, int64_t, (size_t)n);
    if (!index) {
        if (!import->status)
            ncl_import_nomem(import);
        return;
    }
    for (int64_t k = 0; k < n; k++)
        index[k] = k * (n + 1);
    shape.rank = left.count + 1;
    shape.extent[left.count] = n * n;
    f->x = ncl_compose_reshape(import, ncl_compose_transpose(import, f->x, order), &shape);
    f->x = ncl_compose_pick(import, f->x, left.count, index, (size_t)n);
    letter_append(import, &left, letter);
    f->term = left;
}

/* Axes that nobody else needs are summed at once. */
static void lone_sum(struct ncl_import *import, struct factor *f, const struct term *other,
                     const struct letters *needed)
{
    int axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    struct term left = {{0}, 0};
    for (int i = 0; i < f->term.count; i++) {
        if ((other && letter_at(other, f->term.letter[i]) >= 0) || needed->has[(unsigned char)f->term.letter[i]])
            left.letter[left.count++] = f->term.letter[i];
        else
            axis[count++] = i;
    }
    f->term = left;
    if (count)
        f->x = ncl_compose_reduce(import, "sum_reduce", f->x, axis, count, false);
}

/* Axes in another order, those that are missing as extents of 1. */
static struct ncl_tensor *arranged(struct ncl_import *import, const struct factor *f, const struct term *to)
{
    int order[NNEFCL_MAX_RANK], used = 0;
    nnefcl_shape shape = {.rank = to->count};
    if (import->status)
        return &import->nothing;
    for (int i = 0; i < to->count; i++) {
        const int at = letter_at(&f->term, to->letter[i]);
        if (at >= 0)
            order[used++] = at;
        shape.extent[i] = at >= 0 ? f->x->shape.extent[at] : 1;
    }
    return ncl_compose_reshape(import, ncl_compose_transpose(import, f->x, order), &shape);
}

/* ---- two operands ---- */

/* Letters of the batch, of each operand alone, and of the sum. */
struct parts {
    struct term batch, left, right, sum;
};

static struct parts parts_of(struct ncl_import *import, const struct term *a, const struct term *b,
                             const struct letters *needed)
{
    struct parts p = {{{0}, 0}, {{0}, 0}, {{0}, 0}, {{0}, 0}};
    for (int i = 0; i < a->count; i++) {
        const bool both = letter_at(b, a->letter[i]) >= 0, given = needed->has[(unsigned char)a->letter[i]];
        term_add(import, both ? given ? &p.batch : &p.sum : &p.left, a->letter[i]);
    }
    for (int i = 0; i < b->count; i++)
        if (letter_at(a, b->letter[i]) < 0)
            term_add(import, &p.right, b->letter[i]);
    return p;
}

static int64_t extent_of(const struct factor *f, const struct term *letters)
{
    int64_t product = 1;
    for (int i = 0; i < letters->count; i++)
        product *= f->x->shape.extent[letter_at(&f->term, letters->letter[i])];
    return product;
}

/* Extents of letters in both are equal, so that products of matrices can do it. Those of "..." may also be 1 in one of
 * them and repeat; others may not. */
static bool is_even(struct ncl_import *import, const struct factor *a, const struct factor *b)
{
    bool even = true;
    for (int i = 0; i < a->term.count; i++) {
        const int at = letter_at(&b->term, a->term.letter[i]);
        if (at < 0 || a->x->shape.extent[i] == b->x->shape.extent[at])
            continue;
        even = false;
        if (isalpha((unsigned char)a->term.letter[i]))
            ncl_import_wrong(import, "letter '%c' stands for %lld and for %lld", a->term.letter[i],
                             (long long)a->x->shape.extent[i], (long long)b->x->shape.extent[at]);
    }
    return even;
}

/* Matrices for each place of a batch, whose axes stay apart where they can: what follows (a mask, a softmax, the other
 * product of attention) then has the axes of the equation, and no reshape stands between. */
static nnefcl_shape matrices_of(const struct factor *f, const struct term *batch, int64_t rows, int64_t columns)
{
    nnefcl_shape shape = {.rank = 1, .extent = {extent_of(f, batch)}};
    if (batch->count > 0 && batch->count + 2 <= NNEFCL_MAX_RANK) {
        shape.rank = batch->count;
        for (int i = 0; i < batch->count; i++)
            shape.extent[i] = f->x->shape.extent[letter_at(&f->term, batch->letter[i])];
    }
    shape.extent[shape.rank] = rows;
    shape.extent[shape.rank + 1] = columns;
    shape.rank += 2;
    return shape;
}

static struct factor product(struct ncl_import *import, const struct factor *a, const struct factor *b,
                             const struct letters *needed)
{
    const struct parts p = parts_of(import, &a->term, &b->term, needed);
    const struct term left = joined(import, &p.batch, &p.left, &p.sum),
                      right = joined(import, &p.batch, &p.sum, &p.right),
                      all = joined(import, &p.batch, &p.left, &p.right);
    nnefcl_shape shape = {.rank = all.count};
    if (import->status)
        return (struct factor){&import->nothing, all};
    const int64_t m = extent_of(a, &p.left), k = extent_of(a, &p.sum), n = extent_of(b, &p.right);
    for (int i = 0; i < all.count; i++) {
        const int at = letter_at(&a->term, all.letter[i]);
        shape.extent[i] = at >= 0 ? a->x->shape.extent[at] : b->x->shape.extent[letter_at(&b->term, all.letter[i])];
    }
    const nnefcl_shape x_shape = matrices_of(a, &p.batch, m, k), y_shape = matrices_of(a, &p.batch, k, n);
    struct ncl_tensor *x = ncl_compose_reshape(import, arranged(import, a, &left), &x_shape),
                      *y = ncl_compose_reshape(import, arranged(import, b, &right), &y_shape);
    return (struct factor){ncl_compose_reshape(import, ncl_compose_matmul(import, x, y), &shape), all};
}

/* Every letter as an axis of both, multiplied and summed: extents of 1 that repeat. */
static struct factor spread(struct ncl_import *import, const struct factor *a, const struct factor *b,
                            const struct letters *needed)
{
    const struct term all = joined(import, &a->term, &b->term, &(struct term){{0}, 0});
    struct factor c = {ncl_compose_binary(import, "mul", arranged(import, a, &all), arranged(import, b, &all)), all};
    lone_sum(import, &c, NULL, needed);
    return c;
}

/* A letter of both that nobody needs any more: without one, products of matrices would have a single term, and as many
 * matrices as the batch has places. */
static bool sums_any(const struct term *a, const struct term *b, const struct letters *needed)
{
    bool sums = false;
    for (int i = 0; i < a->count; i++)
        sums |= letter_at(b, a->letter[i]) >= 0 && !needed->has[(unsigned char)a->letter[i]];
    return sums;
}

static void letters_add(struct letters *letters, const struct term *term)
{
    for (int i = 0; i < term->count; i++)
        letters->has[(unsigned char)term->letter[i]] = true;
}

/* What is there so far with operand `at`; those behind it come later. */
static struct factor pair(struct ncl_import *import, struct factor all, const struct factor *factor, size_t at,
                          size_t count, const struct term *result)
{
    struct letters needed = {{0}};
    struct factor next = factor[at];
    letters_add(&needed, result);
    for (size_t i = at + 1; i < count; i++)
        letters_add(&needed, &factor[i].term);
    lone_sum(import, &all, &next.term, &needed);
    lone_sum(import, &next, &all.term, &needed);
    if (is_even(import, &all, &next) && sums_any(&all.term, &next.term, &needed))
        return product(import, &all, &next, &needed);
    return spread(import, &all, &next, &needed);
}

struct ncl_tensor *ncl_compose_einsum(struct ncl_import *import, const char *equation, struct ncl_tensor *const *item,
                                      size_t count)
{
    struct factor factor[NCL_EINSUM_OPERANDS] = {{0}};
    struct letters needed = {{0}};
    if (count < 1 || count > NCL_EINSUM_OPERANDS)
        ncl_import_refuse(import, "an equation of %zu operands", count);
    if (import->status)
        return &import->nothing;
    for (size_t i = 0; i < count; i++)
        factor[i].x = item[i];
    const struct term result = equation_parse(import, equation, factor, count);
    for (size_t i = 0; i < count; i++)
        for (int j, k; !import->status && letter_twice(&factor[i].term, &j, &k);)
            diagonal_take(import, &factor[i], j, k);
    if (import->status)
        return &import->nothing;
    struct factor all = factor[0];
    for (size_t i = 1; i < count && !import->status; i++)
        all = pair(import, all, factor, i, count, &result);
    letters_add(&needed, &result);
    lone_sum(import, &all, NULL, &needed);
    return arranged(import, &all, &result);
}
