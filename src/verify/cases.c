/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/cases.h"

#include <ctype.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "base/random.h"

#define SEED   UINT64_C(1005) /* of everything here */
#define GROUPS 24             /* of a template */

/* The parts of a template lie in one text, so that numbered groups reach over them. */
#define PART "\n"
static const struct template
{
    const char *op, *text;
}
templates[] = {
#define CASE(op, inputs, outputs, body) {op, inputs PART outputs PART body},
#include "verify/cases.def"
#undef CASE
};
#define TEMPLATES (sizeof templates / sizeof *templates)

/* ---- groups of alternatives ---- */

struct groups {
    size_t count;
    struct {
        int number;          /* 0: a group of its own */
        size_t alternatives; /* of all groups with that number */
        const char *place;   /* of its brace; the first one */
    } group[GROUPS];
};

/* Behind "{" or "{1:". */
static const char *skip_number(const char *brace, int *number)
{
    const bool numbered = isdigit((unsigned char)brace[1]) && brace[2] == ':';
    *number = numbered ? brace[1] - '0' : 0;
    return brace + (numbered ? 3 : 1);
}

/* The end of the alternative that begins at `at`: its '|' or '}'. */
static const char *alternative_end(const char *at)
{
    for (int depth = 0; depth || (*at != '|' && *at != '}'); at++)
        depth += (*at == '{') - (*at == '}');
    return at;
}

static size_t count_alternatives(const char *at)
{
    size_t count = 1;
    while (*(at = alternative_end(at)) == '|') {
        at++;
        count++;
    }
    return count;
}

static size_t find_group(const struct groups *groups, int number, const char *place)
{
    size_t i = 0;
    while (i < groups->count && (number ? groups->group[i].number != number : groups->group[i].place != place))
        i++;
    return i;
}

static void find_groups(const char *text, struct groups *groups)
{
    int number;
    groups->count = 0;
    for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
        const char *first = skip_number(at, &number);
        const size_t index = find_group(groups, number, at);
        if (index < groups->count || groups->count == GROUPS)
            continue;
        groups->group[groups->count].number = number;
        groups->group[groups->count].place = at;
        groups->group[groups->count++].alternatives = count_alternatives(first);
    }
}

/* The text from `at` to `end` with its groups replaced by the alternatives of combination `combination`. */
static void expand(struct ncl_text *out, const struct groups *groups, size_t combination, const char *at,
                   const char *end)
{
    while (at < end) {
        const size_t plain = strcspn(at, "{");
        if (plain >= (size_t)(end - at)) {
            ncl_text_add_bytes(out, at, (size_t)(end - at));
            return;
        }
        int number;
        size_t rest = combination;
        const char *first = skip_number(at + plain, &number);
        const size_t group = find_group(groups, number, at + plain);
        ncl_text_add_bytes(out, at, plain);
        for (size_t i = 0; i < group; i++)
            rest /= groups->group[i].alternatives;
        for (rest %= groups->group[group].alternatives; rest > 0; rest--)
            first = alternative_end(first) + 1;
        expand(out, groups, combination, first, alternative_end(first));
        for (at = alternative_end(first); *at == '|';)
            at = alternative_end(at + 1);
        at++;
    }
}

/* ---- a case from an expanded template ---- */

static bool begins_with_word(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* "x: integer 0..5 [2,3]": its declaration to `document`, its values to `input`. */
static void read_input(const char *text, size_t length, struct ncl_case_input *input, struct ncl_text *document)
{
    const size_t name = strcspn(text, ":");
    const char *values = text + name + 2, *shape = memchr(text, '[', length);
    const char *type = begins_with_word(values, "integer")   ? "integer"
                       : begins_with_word(values, "logical") ? "logical"
                                                             : "scalar";
    *input = (struct ncl_case_input){.values = begins_with_word(values, "special") ? NCL_CASE_SPECIAL
                                               : begins_with_word(values, "ties")  ? NCL_CASE_TIES
                                                                                   : NCL_CASE_RANGE,
                                     .high = 1};
    const char *range = values + (begins_with_word(values, "integer") ? strlen("integer ") : 0),
               *dots = strstr(range, "..");
    if (input->values == NCL_CASE_RANGE && !begins_with_word(values, "logical")) {
        ncl_parse_double(range, (size_t)(dots - range), &input->low);
        ncl_parse_double(dots + 2, strcspn(dots + 2, " "), &input->high);
    }
    ncl_text_printf(document, "    %.*s = external<%s>(shape = %.*s);\n", (int)name, text, type,
                    (int)(length - (size_t)(shape - text)), shape);
}

static void print_body(struct ncl_text *document, const char *body)
{
    while (*body) {
        const size_t length = strcspn(body, ";") + 1;
        ncl_text_printf(document, "    %.*s\n", (int)length, body);
        body += length;
        body += strspn(body, " ");
    }
}

static void print_names(struct ncl_text *document, const char *inputs)
{
    const char *comma = "";
    for (const char *at = inputs; at; at = strstr(at, "; ") ? strstr(at, "; ") + 2 : NULL, comma = ", ")
        ncl_text_printf(document, "%s%.*s", comma, (int)strcspn(at, ":"), at);
}

/* `text`: inputs, outputs and body, expanded. */
static void make_document(struct ncl_case *item, const char *text, struct ncl_text *document, char *inputs)
{
    const size_t input_length = strcspn(text, PART);
    const char *outputs = text + input_length + 1, *body = strstr(outputs, PART) + 1;
    memcpy(inputs, text, input_length);
    inputs[input_length] = '\0';
    ncl_text_add(document, "version 1.0;\n\ngraph conformance( ");
    print_names(document, inputs);
    ncl_text_printf(document, " ) -> ( %.*s )\n{\n", (int)(body - 1 - outputs), outputs);
    for (const char *at = inputs; *at && item->input_count < NCL_CASE_INPUTS;) {
        const char *next = strstr(at, "; ");
        const size_t length = next ? (size_t)(next - at) : strlen(at);
        read_input(at, length, &item->input[item->input_count++], document);
        at += next ? length + 2 : length;
    }
    print_body(document, body);
    ncl_text_add(document, "}\n");
    item->cycles = strstr(body, "update(") ? 3 : 1;
}

/* The expanded template and the document that is made of it: of one case behind the other in the same memory. */
struct drafts {
    struct ncl_text text, document;
};

static nnefcl_status make_case(struct ncl_arena *arena, struct ncl_diag *diag, const struct template *template,
                               const struct groups *groups, size_t number, size_t combination, struct drafts *drafts,
                               struct ncl_case *item)
{
    struct ncl_text *text = &drafts->text, *document = &drafts->document;
    text->length = document->length = 0;
    expand(text, groups, combination, template->text, template->text + strlen(template->text));
    char *inputs = ncl_arena_alloc(arena, text->length + 1);
    *item = (struct ncl_case){.op = template->op,
                              .name = ncl_arena_printf(arena, "%s-%zu.%zu", template->op, number, combination)};
    if (inputs && !text->failed)
        make_document(item, text->data, document, inputs);
    item->document = document->length && !document->failed ? ncl_arena_strdup(arena, document->data) : NULL;
    const bool ok = item->name && item->document;
    for (size_t i = 0; i < item->input_count && ok; i++)
        item->input[i].stream = ncl_random_stream(SEED + i, item->name);
    return ok ? NNEFCL_OK : ncl_nomem(diag);
}

/* ---- all of them ---- */

/* Pick number `k` of `picks` among `count` combinations: one in each of `picks` equal parts. */
static size_t pick_case(const char *op, size_t number, size_t k, size_t picks, size_t count)
{
    const size_t first = k * count / picks, last = (k + 1) * count / picks;
    return first + (size_t)(ncl_random_unit(ncl_random_stream(SEED + number, op), k) * (double)(last - first));
}

/* Among the templates of its operation, from 1 on. */
static size_t number_of(const struct template *template)
{
    size_t number = 0;
    for (const struct template *other = templates; other <= template; other++)
        number += strcmp(other->op, template->op) == 0;
    return number;
}

/* Adds the cases of one template. */
static nnefcl_status make_cases(struct ncl_arena *arena, struct ncl_diag *diag, size_t most,
                                const struct template *template, struct drafts *drafts, struct ncl_case **list,
                                size_t *count, size_t *capacity)
{
    const size_t number = number_of(template);
    struct groups groups;
    size_t combinations = 1;
    nnefcl_status status = NNEFCL_OK;
    find_groups(template->text, &groups);
    for (size_t i = 0; i < groups.count; i++)
        combinations *= groups.group[i].alternatives;
    const size_t picks = combinations < most ? combinations : most;
    for (size_t k = 0; k < picks && !status; k++) {
        if (!NCL_GROW(arena, *list, *count, *capacity))
            return ncl_nomem(diag);
        status = make_case(arena, diag, template, &groups, number,
                           pick_case(template->op, number, k, picks, combinations), drafts, &(*list)[*count]);
        (*count)++;
    }
    return status;
}

nnefcl_status ncl_cases_make(struct ncl_arena *arena, struct ncl_diag *diag, size_t most, struct ncl_case **cases,
                             size_t *count)
{
    size_t capacity = 0;
    struct drafts drafts;
    nnefcl_status status = NNEFCL_OK;
    ncl_text_init(&drafts.text, &arena->allocator);
    ncl_text_init(&drafts.document, &arena->allocator);
    *cases = NULL;
    *count = 0;
    for (size_t i = 0; i < TEMPLATES && !status; i++)
        status = make_cases(arena, diag, most, &templates[i], &drafts, cases, count, &capacity);
    ncl_text_free(&drafts.text);
    ncl_text_free(&drafts.document);
    return status;
}
