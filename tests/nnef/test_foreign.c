/* SPDX-License-Identifier: Apache-2.0 */
/* nnef/foreign.c: first bytes as the tools write them, and what looks like them but is NNEF. */
#include <check.h>
#include <string.h>

#include "nnef/foreign.h"
#include "suite.h"

#define HEAD(text) text, sizeof(text) - 1

static const struct {
    const char *head;
    size_t size;
    const char *part; /* of the name; NULL: none of the formats */
} cases[] = {
    {HEAD("\x08\x07\x12\x07pytorch\x1a\x05"
          "2.1.0:\x80\x04"),
     NULL},
    {HEAD("\x08\x08:\xa0\x03\n\x05"
          "input"),
     NULL},
    {HEAD("\x08\x07"
          "B\x04\n\0\x10\x0d:\x10"),
     NULL},
    {HEAD("\x08\x01\x1a\x02\n\x10"), NULL},
    {HEAD("\x08\x01\x10\x05\n\x10"), NULL},
    {HEAD("\x08\x01\x12\x02\x12\x10"), NULL},
    {HEAD("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"), NULL},
    {HEAD("# text\r\n \tversions  : 1"), "TensorFlow graph as text"},
    {HEAD("node  one"), NULL},
    {HEAD("node {"), "TensorFlow graph as text"},
    {HEAD("\r\n\t# text\r\nnode {"), "TensorFlow graph as text"},
    {HEAD("# no more"), NULL},
    {HEAD("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\x12\x02\n\x10"), NULL},
    {HEAD("\x08\1\x1a\2\n\x10"), NULL},
    {HEAD("\x08\1\x12\0"), NULL},
    {HEAD("\x80\0\0\0\1\0\0\0{\"weight\":"), NULL},
    {HEAD("PK\3\4 keras_version"), NULL},
    {HEAD("\x80\0\0\0\0\0\0\1{\"weight\":"), NULL},
    {HEAD("PK\3\4 archive/constants.pkl"), "PyTorch"},
    {HEAD("PK\3\4 metadata.json {\"keras_version\": \"3\"}"), "Keras"},
    {HEAD("PK\3\4 metadata.json {}"), NULL},
    {HEAD("{\"nodes\": []}"), "MXNet"},
    {HEAD("{\"layers\": []}"), NULL},
    {HEAD("\x08\x01\x12\xd4\x02\n\x10\x12\x04serve"), "SavedModel"},
    {HEAD("# a graph\nnode {\n  name: \"x\"\n"), "TensorFlow graph as text"},
    {HEAD("\x1c\0\0\0ORTM\x14\0"), "ONNX Runtime"},
    {HEAD("PK\3\4\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\x12\0archive/data.pklFB"), "PyTorch"},
    {HEAD("\x80\x02\x8a\nl\xfc\x9c"
          "F\xf9 j\xa8P\x19.\x80\x02M"),
     "PyTorch"},
    {HEAD("\x80\0\0\0\0\0\0\0{\"weight\":{\"dtype\":\"F32\""), "safetensors"},
    {HEAD("\x89HDF\r\n\x1a\n\0\0"), "HDF5"},
    {HEAD("GGUF\3\0\0\0"), "GGUF"},
    {HEAD("\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "MXNet"},
    {HEAD("<?xml version=\"1.0\"?>\n<net name=\"x\" version=\"11\">"), "OpenVINO"},
    {HEAD("PK\3\4\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0x.npy"), "numpy arrays"},
    {HEAD("\x93NUMPY\1\0"), "tensor file"},
    {HEAD("N\xef\1\0"), "tensor file"},
    {HEAD("\x80\x04\x95\x10\0"), "pickle"},
    {HEAD("\x80\x02}q\0"), "pickle"},
    {HEAD("\x80\x02\0\0TFL3"), NULL},
    {HEAD("7767517\n10 11\n"), "ncnn"},
    {HEAD("<!DOCTYPE html>\n<html>"), "web page"},
    {HEAD("\xff\xfev\0e\0r\0"), "16 or 32 bits"},
    {HEAD("\xfe\xff\0v\0e\0r"), "16 or 32 bits"},
    {HEAD("\0\0\xfe\xff\0\0\0v"), "16 or 32 bits"},
    {HEAD("v\0e\0r\0s\0i\0"), "16 or 32 bits"},
    {HEAD("\0v\0e\0r\0s\0i"), "16 or 32 bits"},
    {HEAD("v\0e\0r\0ss\0"), NULL},
    {HEAD("\0\0\0\0\0\0\0\0"), NULL},
    {HEAD("7z\xbc\xaf\x27\x1c\0\4"), "another kind"},
    {HEAD("Rar!\x1a\x07\1\0"), "another kind"},
    {HEAD("\x89PNG\r\n\x1a\n"), "picture"},
    {HEAD("\xff\xd8\xff\xe0"), "picture"},
    {HEAD("GIF89a"), "picture"},
    {HEAD("RIFF\x2c\0\0\0WEBPVP8L"), "picture"},
    {HEAD("version 1.0;\ngraph name(x) -> (y) {}"), NULL},
    {HEAD("version https://git-lfs.github.com/spec/v1\noid sha256:"), "Git LFS"},
    {HEAD("\n\nversion 1.0;\n"), NULL},
    {HEAD("# layer { name: 'x' }\nversion 1.0;"), NULL},
    {HEAD("\n\nname"), NULL},
    {HEAD("PK\3\4\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x0a\0\0\0graph.nnef"), NULL},
    {HEAD("\x08"), NULL},
    {HEAD("\n"), NULL},
    {HEAD(""), NULL},
};

START_TEST(formats_are_told_by_their_first_bytes)
{
    const struct ncl_foreign *found = ncl_foreign_find((const uint8_t *)cases[_i].head, cases[_i].size);
    if (!cases[_i].part)
        ck_assert_msg(!found, "%s", found ? found->name : "");
    else
        ck_assert_msg(found && strstr(found->name, cases[_i].part), "%s: %s", cases[_i].part,
                      found ? found->name : "none");
    ck_assert(!found || strlen(found->road) > 10);
}
END_TEST

/* No head is read beyond its end: each one at the end of its own memory, for the sanitizers. */
START_TEST(heads_may_end_anywhere)
{
    for (size_t size = 0; size <= cases[_i].size; size++) {
        uint8_t *head = malloc(size ? size : 1);
        memcpy(head, cases[_i].head, size);
        ncl_foreign_find(head, size);
        free(head);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("foreign");
    tcase_add_loop_test(tests, formats_are_told_by_their_first_bytes, 0, sizeof cases / sizeof *cases);
    tcase_add_loop_test(tests, heads_may_end_anywhere, 0, sizeof cases / sizeof *cases);
    Suite *suite = suite_create("nnef/foreign");
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
