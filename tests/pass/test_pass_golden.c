/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs behind each pass: graphs/NAME.nnef gives graphs/NAME.PASS for every pass of passes.def, to the letter, and
 * graphs/NAME.gpu.nnef those for a GPU.
 * NNEFCL_UPDATE=1 writes them anew: read the difference before you commit it. */
#include <dirent.h>

#include "model/model_text.h"
#include "pass/pass.h"

#define FOLDER "pass/graphs"
#define ROOM   (1 << 16)

/* NULL: there is none. */
static char *file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *content = calloc(1, ROOM);
    ck_assert_uint_lt(fread(content, 1, ROOM - 1, file), ROOM - 1);
    fclose(file);
    return content;
}

static void file_write(const char *path, const char *content)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
}

static void dump_compare(struct model_text *text, const char *stem, const char *pass)
{
    char path[512];
    nnefcl_error error = {0};
    nnefcl_device_info gpu;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    for (size_t i = 0; strstr(stem, ".gpu") && !options.target; i++) {
        ck_assert_int_eq(nnefcl_target(i, &gpu), NNEFCL_OK);
        if (strcmp(gpu.name, "nvidia") == 0) {
            options.target = &gpu;
            options.target_size = sizeof gpu;
        }
    }
    snprintf(path, sizeof path, FOLDER "/%s.%s", stem, pass);
    text->dump[0] = '\0';
    ck_assert_msg(nnefcl_model_dump_pass(text->model, &options, pass, model_text_append, text, &error) == NNEFCL_OK,
                  "%s", error.message);
    if (getenv("NNEFCL_UPDATE"))
        file_write(path, text->dump);
    char *want = file_read(path);
    ck_assert_msg(want && strcmp(want, text->dump) == 0, "%s differs:\n%s", path, text->dump);
    free(want);
}

static void graph_compare(const char *name)
{
    char path[512];
    struct model_text text;
    const size_t length = strlen(name) - strlen(".nnef");
    snprintf(path, sizeof path, FOLDER "/%s", name);
    char *source = file_read(path), *stem = strndup(name, length);
    model_text_open(&text, source, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", path, text.error.message);
    for (size_t i = 0; i < ncl_pass_count; i++)
        dump_compare(&text, stem, ncl_passes[i].name);
    model_text_close(&text);
    free(source);
    free(stem);
}

START_TEST(dumps)
{
    size_t graphs = 0;
    DIR *folder = opendir(FOLDER);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strlen(entry->d_name) > 5 && strcmp(entry->d_name + strlen(entry->d_name) - 5, ".nnef") == 0) {
            graph_compare(entry->d_name);
            graphs++;
        }
    closedir(folder);
    ck_assert_uint_ge(graphs, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pass_golden");
    TCase *tests = tcase_create("pass_golden");
    tcase_add_test(tests, dumps);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
