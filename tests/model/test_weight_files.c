/* SPDX-License-Identifier: Apache-2.0 */
/* Which file a variable's label names, and what is said of files that are missing, ambiguous or wrong. */
#include <sys/stat.h>

#include "model/model_text.h"

/* Labels as the document has them; the files are vectors of 3 elements; NULL: the model opens. */
static const struct {
    const char *labels, *files, *message;
} cases[] = {
    {"w", "w", NULL},
    {"./w", "w", NULL},
    {"/w", "w", NULL},
    {".\\\\w", "w", NULL},
    {"\\\\w", "w", NULL},
    {"a\\\\b", "a/b", NULL},
    {".w", ".w", NULL},
    {"..w", "..w", NULL},
    {"W", "w", NULL},
    {"WA", "wa|Wa", "several files differ from 'WA.dat' only by case"},
    {"WA", "wa|WA", NULL},
    {"fc1", "fc2", "variable 'fc1' has no file ('fc1.dat'); --random-weights runs without; did you mean 'fc2.dat'?"},
    {"../w", "w", "variable '../w' has no file"},
    {"a|b", "c", "2 of 2 variables have no file ('a.dat', 'b.dat'); --random-weights runs without"},
    {"a|b|c|d", "b", "3 of 4 variables have no file ('a.dat', 'c.dat', ...); --random-weights runs without"},
};

static void put_vector(const char *folder, const char *name, int64_t length)
{
    char path[256];
    float values[4] = {1, 2, 3, 4};
    nnefcl_tensor tensor = {
        .dtype = NNEFCL_SCALAR, .shape = {1, {length}}, .data = values, .bytes = (size_t)length * sizeof *values};
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%s/%.*s", folder, (int)(slash - name), name);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    snprintf(path, sizeof path, "%s/%s.dat", folder, name);
    ck_assert_int_eq(nnefcl_tensor_save(path, &tensor, NULL), NNEFCL_OK);
}

/* y = x + w0 + w1 ..., a variable of a line each from line 4 on. */
static void put_graph(const char *folder, const char *labels)
{
    char path[64];
    snprintf(path, sizeof path, "%s/graph.nnef", folder);
    FILE *file = fopen(path, "w");
    size_t count = 0;
    ck_assert_ptr_nonnull(file);
    fprintf(file, "version 1.0;\ngraph g( x ) -> ( y ) {\nx = external(shape = [3]);\n");
    for (const char *label = labels; *label; label += strcspn(label, "|") + (label[strcspn(label, "|")] == '|'))
        fprintf(file, "w%zu = variable(shape = [3], label = '%.*s');\n", count++, (int)strcspn(label, "|"), label);
    fprintf(file, "y = add_n([x");
    for (size_t i = 0; i < count; i++)
        fprintf(file, ", w%zu", i);
    fprintf(file, "]); }\n");
    fclose(file);
}

static void folder_make(char *folder, const char *labels, const char *files, int64_t length)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    put_graph(folder, labels);
    while (*files) {
        char name[64];
        const size_t end = strcspn(files, "|");
        snprintf(name, sizeof name, "%.*s", (int)end, files);
        put_vector(folder, name, length);
        files += end + (files[end] == '|');
    }
}

static void folder_open(struct model_text *text, const char *folder, int random)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    memset(text, 0, sizeof *text);
    options.random_weights = random;
    options.diagnostic = model_text_talk;
    options.diagnostic_user = text;
    text->status = nnefcl_model_open(folder, &options, &text->model, &text->error);
    model_text_close(text);
}

static void folder_remove(const char *folder)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(labels)
{
    char folder[] = "/tmp/nnefcl-files-XXXXXX";
    const char *const message = cases[_i].message;
    struct model_text text;
    folder_make(folder, cases[_i].labels, cases[_i].files, 3);
    folder_open(&text, folder, 0);
    ck_assert_msg(text.status == (message ? NNEFCL_ERR_MODEL : NNEFCL_OK), "'%s': %s", cases[_i].labels, text.talk);
    ck_assert_msg(!message || strstr(text.error.message, message), "'%s': %s", cases[_i].labels, text.error.message);
    folder_remove(folder);
}
END_TEST

/* Said in the order of the document, whatever the order of the files is; a file that is missing does not hide them. */
START_TEST(wrong_files)
{
    char folder[] = "/tmp/nnefcl-files-XXXXXX";
    struct model_text text;
    folder_make(folder, "c|b|a|none", "a|b|c", 4);
    folder_open(&text, folder, 1);
    ck_assert_int_eq(text.status, NNEFCL_ERR_MODEL);
    const char *first = strstr(text.talk, "error 4: "), *second = strstr(text.talk, "error 5: ");
    ck_assert_msg(first && second && strstr(text.talk, "error 6: ") > second && second > first, "%s", text.talk);
    ck_assert_msg(!strstr(text.talk, "error 7: "), "%s", text.talk);
    folder_open(&text, folder, 0);
    ck_assert_msg(strstr(text.talk, "error 7: variable 'none' has no file"), "%s", text.talk);
    ck_assert_msg(strstr(text.talk, "error 5: "), "%s", text.talk);
    folder_remove(folder);
}
END_TEST

/* A flood of errors ends. */
START_TEST(many_wrong_files)
{
    char folder[] = "/tmp/nnefcl-files-XXXXXX", all[512] = "", one[16];
    struct model_text text;
    for (int i = 0; i < 40; i++) {
        snprintf(one, sizeof one, "%sv%d", i ? "|" : "", i);
        strcat(all, one);
    }
    folder_make(folder, all, all, 4);
    folder_open(&text, folder, 0);
    ck_assert_int_eq(text.status, NNEFCL_ERR_MODEL);
    ck_assert_ptr_nonnull(strstr(text.talk, "error 4: "));
    ck_assert_ptr_null(strstr(text.talk, "error 43: "));
    folder_remove(folder);
}
END_TEST

/* Whatever is read by an operation whose random values have a range of their own opens without files. */
static const char *const ranged[] = {
    "w = variable(shape = [4,3], label = 'w'); y = linear(x, w);",
    "w = variable(shape = [3,4], label = 'w'); y = matmul(x, w);",
    "w = variable(shape = [4,3], label = 'w'); y = matmul(x, w, transposeB = true);",
    "w = variable(shape = [2,4], label = 'w'); y = matmul(w, x, transposeA = true);",
    "w = variable(shape = [3,4], label = 'w'); v = transpose(w, axes = [1,0]); y = linear(x, v);",
    "w = variable(shape = [12], label = 'w'); v = reshape(w, shape = [4,3]); y = linear(x, v);",
    "w = variable(shape = [4,3], label = 'w'); v = sqrt(w); y = linear(x, v);",
    "w = variable(shape = [1,3], label = 'w'); v = variable(shape = [1,3], label = 'v'); y = batch_normalization(x, "
    "w, v, w, v, epsilon = 0.1);",
    "v = unsqueeze(x, axes = [2]); w = variable(shape = [3,4,1], label = 'w'); y = deconv(v, w);",
    "v = unsqueeze(x, axes = [2]); w = variable(shape = [4,3,1], label = 'w'); y = conv(v, w);",
    "e = variable<scalar>(shape = [], label = 'e'); y = leaky_relu(x, alpha = e);",
};

START_TEST(random_ranges)
{
    char source[512];
    struct model_text text;
    snprintf(source, sizeof source, "version 1.0;\ngraph g( x ) -> ( y ) { x = external(shape = [2,3]); %s }\n",
             ranged[_i]);
    model_text_open(&text, source, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", ranged[_i], text.talk);
    model_text_close(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weight_files");
    TCase *tests = tcase_create("weight_files");
    tcase_add_loop_test(tests, labels, 0, sizeof cases / sizeof *cases);
    tcase_add_test(tests, wrong_files);
    tcase_add_test(tests, many_wrong_files);
    tcase_add_loop_test(tests, random_ranges, 0, sizeof ranged / sizeof *ranged);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
