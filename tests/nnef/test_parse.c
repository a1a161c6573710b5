/* SPDX-License-Identifier: Apache-2.0 */
/* nnef/parse.c, parse_type.c and parser.c: documents, what is refused and where, dialects, limits, recovery, memory. */
#include <check.h>

#include "base/embedded.h"
#include "nnef/parse_case.h"
#include "suite.h"

/* The body starts in line 4; with OPERATORS too. */
#define GRAPH(body)     "version 1.0;\ngraph g( x ) -> ( y )\n{\n" body "}\n"
#define OPERATORS(body) "version 1.0; extension KHR_enable_operator_expressions;\ngraph g( x ) -> ( y )\n{\n" body "}\n"
#define GRAPH_ALONE     "graph g( x ) -> ( y ) { y = f(x); }\n"
#define FRAGMENT(text)                                                                                                 \
    "version 1.0; extension KHR_enable_fragment_definitions;\n" text "\ngraph g( x ) -> ( y ) { y = f(x); }\n"

static const struct {
    const char *name, *text;
} strict_ones[] = {
    {"minimal", "version 1.0;graph g(x)->(y){x=external(shape=[1]);y=relu(x);}"},
    {"late semicolon",
     "version 1.0 ;\n"
     "extension KHR_enable_fragment_definitions KHR_enable_operator_expressions ; graph g(x)->(y){y=f(x);}"},
    {"extension lines", "version 1.0; extension KHR_enable_fragment_definitions; extension "
                        "KHR_enable_operator_expressions; graph g(x)->(y){y=f(x);}"},
    {"several names", "version 1.0; graph g( a, b ) -> ( c, d ) { c, d = f(a, b); }"},
    {"left sides",
     GRAPH("[a, b] = f(x); (c, d) = f(x); e, f = f(x); [a, (b, [c]), []], d = f(x); [] = f(x); y = f(x);")},
    {"flat values",
     GRAPH("y = f(x, -1, 2.5, -0.5e-1, 'a', \"b\", true, [1,2], [], [[1],[2]], (1,'a'), [(0,0),(1,1)], k = [x, x]);")},
    {"type argument", GRAPH("y = f<scalar>(x); z = f<?>(x);")},
    {"identifiers of operations", GRAPH("relu = relu(x); version_ = x1(relu); y = relu(shape = version_);")},
    {"declaration", FRAGMENT("fragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> );")},
    {"all types", FRAGMENT("fragment f<? = integer>( a: tensor<>, b: tensor<?>[], c: (integer,scalar)[], d: "
                           "((string[],logical),?[][]) ) -> ( e: "
                           "tensor<?>, f: tensor<logical>[] );")},
    {"defaults", FRAGMENT("fragment f( a: tensor<scalar> = -1.5, b: integer[] = [], c: (integer,string) = (-3, 'x'), "
                          "d: logical = true ) -> ( e: tensor<scalar> );")},
    {"generic", FRAGMENT("fragment f<?>( a: tensor<?> ) -> ( b: tensor<?> ) { b = copy<?>(a); }")},
    {"two fragments", FRAGMENT("fragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> ) { b = h(a); }\nfragment h( a: "
                               "tensor<scalar> ) -> ( b: tensor<scalar> );")},
    {"operators",
     OPERATORS("y = x + 1.0; z = x; w = [x, x][0]; v = f(f(x)); u = -x; t = (x); s = 'a'; r = shape_of(x)[0];")},
};

START_TEST(strict_documents_are_read_silently)
{
    struct parse_case c = {0};
    nnefcl_status status = parse_case_text(&c, strict_ones[_i].text, true, 0);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", strict_ones[_i].name, c.error.message);
    ck_assert_ptr_nonnull(c.document);
    ck_assert_int_eq(c.errors + c.warnings, 0);
    ck_assert(parse_case_end(&c));
}
END_TEST

static const struct {
    const char *name, *text, *message;
    int line, column;
    nnefcl_status status;
} refused[] = {
    {"nothing", "", "expected 'version' at the beginning of a document, found the end of the text", 1, 1,
     NNEFCL_ERR_MODEL},
    {"no version", "graph g(x)->(y){y=f(x);}", "expected 'version'", 1, 1, NNEFCL_ERR_MODEL},
    {"binary", "N\xef\x01\x02\x03", "expected 'version'", 1, 1, NNEFCL_ERR_MODEL},
    {"version 2", "version 2.0;\nwhat ever comes", "version 2.0 of NNEF is not supported yet", 1, 9,
     NNEFCL_ERR_UNSUPPORTED},
    {"version 2 short", "version 2;", "version 2 of NNEF is not supported yet", 1, 9, NNEFCL_ERR_UNSUPPORTED},
    {"version 0.9", "version 0.9;", "version 0.9 of NNEF is not supported, only 1.0", 1, 9, NNEFCL_ERR_UNSUPPORTED},
    {"version 1.1", "version 1.1;", "version 1.1 of NNEF is not supported, only 1.0", 1, 9, NNEFCL_ERR_UNSUPPORTED},
    {"version 1", "version 1;\ngraph g(x)->(y){y=f(x);}", "'1' is no version like 1.0", 1, 9, NNEFCL_ERR_MODEL},
    {"version 1e0", "version 1.0e0;\ngraph g(x)->(y){y=f(x);}", "'1.0e0' is no version", 1, 9, NNEFCL_ERR_MODEL},
    {"version large", "version 99999999999999999999.0;", "is no version", 1, 9, NNEFCL_ERR_MODEL},
    {"version string", "version '1.0';\ngraph g(x)->(y){y=f(x);}", "expected a version like 1.0, found '1.0'", 1, 9,
     NNEFCL_ERR_MODEL},
    {"version without semicolon", "version 1.0\ngraph g(x)->(y){y=f(x);}", "--compat=legacy", 2, 1,
     NNEFCL_ERR_UNSUPPORTED},
    {"version and text", "version 1.0 final;\ngraph g(x)->(y){y=f(x);}",
     "expected ';' after the version, found 'final'", 1, 13, NNEFCL_ERR_MODEL},
    {"extension without name", "version 1.0;\nextension ;\ngraph g(x)->(y){y=f(x);}",
     "expected the name of an extension", 2, 11, NNEFCL_ERR_MODEL},
    {"unknown extension", "version 1.0;\nextension KHR_enable_fragment_definitions ACME_x;\ngraph g(x)->(y){y=f(x);}",
     "extension 'ACME_x' is not known", 2, 43, NNEFCL_ERR_UNSUPPORTED},
    {"tract extension", "version 1.0;\nextension tract_assert B >= 1;\ngraph g(x)->(y){y=f(x);}", "--compat=tract", 2,
     11, NNEFCL_ERR_UNSUPPORTED},
    {"tract identifier", GRAPH("i\"a/b\" = f(x);\n"), "--compat=tract", 4, 1, NNEFCL_ERR_UNSUPPORTED},
    {"no graph", "version 1.0;\n", "expected a graph, found the end of the text", 2, 1, NNEFCL_ERR_MODEL},
    {"text before the graph", "version 1.0;\nfoo graph g(x)->(y){y=f(x);}",
     "expected 'fragment' or 'graph', found 'foo'", 2, 1, NNEFCL_ERR_MODEL},
    {"text after the graph", GRAPH("y = f(x);\n") "graph",
     "expected the end of the text after the graph, found 'graph'", 6, 1, NNEFCL_ERR_MODEL},
    {"graph name", "version 1.0;\ngraph 'g'( x ) -> ( y ) { y = f(x); }", "expected the name of the graph, found 'g'",
     2, 7, NNEFCL_ERR_MODEL},
    {"no inputs", "version 1.0;\ngraph g() -> ( y ) { y = f(x); }", "expected the name of an input, found ')'", 2, 9,
     NNEFCL_ERR_MODEL},
    {"no outputs", "version 1.0;\ngraph g( x ) -> () { y = f(x); }", "expected the name of an output", 2, 18,
     NNEFCL_ERR_MODEL},
    {"trailing comma of inputs", "version 1.0;\ngraph g( x, ) -> ( y ) { y = f(x); }",
     "expected the name of an input, found ')'", 2, 13, NNEFCL_ERR_MODEL},
    {"no arrow", "version 1.0;\ngraph g( x ) ( y ) { y = f(x); }", "expected '->'", 2, 14, NNEFCL_ERR_MODEL},
    {"no body", "version 1.0;\ngraph g( x ) -> ( y );\n", "expected '{' and the body of the graph", 2, 22,
     NNEFCL_ERR_MODEL},
    {"empty body", GRAPH(""), "at least one assignment", 4, 1, NNEFCL_ERR_MODEL},
    {"open body", "version 1.0;\ngraph g( x ) -> ( y ) { y = f(x);\n", "expected '}' after the body", 3, 1,
     NNEFCL_ERR_MODEL},
    {"empty statement", GRAPH(";\n"), "expected an identifier to assign to, found ';'", 4, 1, NNEFCL_ERR_MODEL},
    {"no semicolon", GRAPH("a = f(x)\ny = f(a);\n"), "expected ';' after the assignment, found 'y'", 5, 1,
     NNEFCL_ERR_MODEL},
    {"no assignment", GRAPH("f(x);\n"), "expected '=' of an assignment, found '('", 4, 2, NNEFCL_ERR_MODEL},
    {"keyword as identifier", GRAPH("in = f(x);\n"), "found 'in', which is a keyword", 4, 1, NNEFCL_ERR_MODEL},
    {"true as identifier", GRAPH("true = f(x);\n"), "found 'true', which is a keyword", 4, 1, NNEFCL_ERR_MODEL},
    {"dash in a name", GRAPH("z-a = f(x);\n"), "identifiers consist of letters, digits and '_'", 4, 2,
     NNEFCL_ERR_MODEL},
    {"slash in a name", GRAPH("z/a = f(x);\n"), "identifiers consist of letters, digits and '_'", 4, 2,
     NNEFCL_ERR_MODEL},
    {"colon in a name", GRAPH("a:0 = f(x);\n"), "identifiers consist of letters, digits and '_'", 4, 2,
     NNEFCL_ERR_MODEL},
    {"tuple of one on the left", GRAPH("(a) = f(x);\n"), "a tuple has at least two items", 4, 1, NNEFCL_ERR_MODEL},
    {"empty tuple on the left", GRAPH("() = f(x);\n"), "expected an identifier to assign to, found ')'", 4, 2,
     NNEFCL_ERR_MODEL},
    {"comma at the end of a left side", GRAPH("a, = f(x);\n"), "expected an identifier to assign to, found '='", 4, 4,
     NNEFCL_ERR_MODEL},
    {"no arguments", GRAPH("y = f();\n"), "expected an expression, found ')'", 4, 7, NNEFCL_ERR_MODEL},
    {"argument without value", GRAPH("y = f(x, k = );\n"), "expected an expression, found ')'", 4, 14,
     NNEFCL_ERR_MODEL},
    {"trailing comma of arguments", GRAPH("y = f(x, );\n"), "expected an expression, found ')'", 4, 10,
     NNEFCL_ERR_MODEL},
    {"trailing comma in an array", GRAPH("y = f([1, ]);\n"), "expected an expression, found ']'", 4, 11,
     NNEFCL_ERR_MODEL},
    {"empty type argument", GRAPH("y = f<>(x);\n"), "expected a data type, found '>'", 4, 7, NNEFCL_ERR_MODEL},
    {"type argument without arguments", GRAPH("y = f<scalar>;\n"), "expected '(' after the name of an operation", 4, 14,
     NNEFCL_ERR_MODEL},
    {"compound type argument", GRAPH("y = f<tensor<scalar>>(x);\n"), "expected an expression, found 'tensor'", 4, 7,
     NNEFCL_ERR_MODEL},
    {"fragment after the graph", GRAPH("y = f(x);\n") "fragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> );",
     "expected the end of the text after the graph", 6, 1, NNEFCL_ERR_MODEL},
    {"extension after a fragment",
     FRAGMENT("fragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> );\nextension KHR_enable_operator_expressions;"),
     "expected 'fragment' or 'graph', found 'extension'", 3, 1, NNEFCL_ERR_MODEL},
    {"fragment without results", FRAGMENT("fragment f( a: tensor<scalar> ) { b = f(a); }"),
     "expected '->' and the results", 2, 33, NNEFCL_ERR_MODEL},
    {"fragment without parameters", FRAGMENT("fragment f() -> ( b: tensor<scalar> );"),
     "expected the name of a parameter", 2, 12, NNEFCL_ERR_MODEL},
    {"metadata without parentheses", FRAGMENT("fragment tract_core_properties -> ( b: tensor<scalar> );"),
     "expected '('", 2, 32, NNEFCL_ERR_MODEL},
    {"fragment without end", FRAGMENT("fragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> )"),
     "expected ';' or a body after the declaration, found 'graph'", 3, 1, NNEFCL_ERR_MODEL},
    {"parameter without type", FRAGMENT("fragment f( a ) -> ( b: tensor<scalar> );"),
     "expected ':' and a type after the name", 2, 15, NNEFCL_ERR_MODEL},
    {"unknown type", FRAGMENT("fragment f( a: real ) -> ( b: tensor<scalar> );"), "expected a type, found 'real'", 2,
     16, NNEFCL_ERR_MODEL},
    {"unknown data type", FRAGMENT("fragment f( a: tensor<real> ) -> ( b: tensor<scalar> );"),
     "expected a data type or '>', found 'real'", 2, 23, NNEFCL_ERR_MODEL},
    {"bare tensor", FRAGMENT("fragment f( a: tensor ) -> ( b: tensor<scalar> );"), "expected '<' after 'tensor'", 2, 23,
     NNEFCL_ERR_MODEL},
    {"tensor of arrays", FRAGMENT("fragment f( a: tensor<scalar[]> ) -> ( b: tensor<scalar> );"),
     "expected '>' after the data type", 2, 29, NNEFCL_ERR_MODEL},
    {"tuple type of one", FRAGMENT("fragment f( a: (integer) ) -> ( b: tensor<scalar> );"),
     "a second type of the tuple", 2, 24, NNEFCL_ERR_MODEL},
    {"array type", FRAGMENT("fragment f( a: integer[3] ) -> ( b: tensor<scalar> );"), "expected ']' of an array type",
     2, 24, NNEFCL_ERR_MODEL},
    {"default of a result", FRAGMENT("fragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> = 0.0 );"),
     "expected ')' or ',' in the declaration", 2, 56, NNEFCL_ERR_MODEL},
    {"default with an operator", FRAGMENT("fragment f( a: scalar = 1.0 + 2.0 ) -> ( b: tensor<scalar> );"),
     "expected ')' or ',' in the declaration", 2, 29, NNEFCL_ERR_MODEL},
    {"default that is a name", FRAGMENT("fragment f( a: scalar = b ) -> ( b: tensor<scalar> );"),
     "expected a literal, found 'b'", 2, 25, NNEFCL_ERR_MODEL},
    {"default minus nothing", FRAGMENT("fragment f( a: scalar = -'x' ) -> ( b: tensor<scalar> );"),
     "expected a number after '-'", 2, 26, NNEFCL_ERR_MODEL},
    {"generic default", FRAGMENT("fragment f<? = real>( a: ? ) -> ( b: tensor<?> );"),
     "expected a data type, found 'real'", 2, 16, NNEFCL_ERR_MODEL},
    {"named generic", FRAGMENT("fragment f<T>( a: ? ) -> ( b: tensor<?> );"), "expected '?' in a generic declaration",
     2, 12, NNEFCL_ERR_MODEL},
    {"fragment named by a keyword", FRAGMENT("fragment for( a: ? ) -> ( b: tensor<?> );"),
     "expected the name of a fragment, found 'for'", 2, 10, NNEFCL_ERR_MODEL},
};

START_TEST(errors_stand_where_they_are)
{
    struct parse_case c = {0};
    nnefcl_status status = parse_case_text(&c, refused[_i].text, false, 0);
    ck_assert_ptr_null(c.document);
    ck_assert_msg(strstr(c.error.message, refused[_i].message), "%s: %s", refused[_i].name, c.error.message);
    ck_assert_msg(c.error.line == refused[_i].line && c.error.column == refused[_i].column, "%s: %d:%d",
                  refused[_i].name, c.error.line, c.error.column);
    ck_assert_int_eq(status, refused[_i].status);
    ck_assert_int_eq(c.error.status, refused[_i].status);
    ck_assert(parse_case_end(&c));
}
END_TEST

static const struct {
    const char *name, *text, *warning;
    int line;
} lax_ones[] = {
    {"fragments without their extension",
     "version 1.0;\nfragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> ) { b = f(a); }\nfragment h( a: "
     "tensor<scalar> ) -> ( b: tensor<scalar> "
     ");\ngraph g( x ) -> ( y ) { y = f(x); }",
     "KHR_enable_fragment_definitions", 2},
    {"operators without their extension", GRAPH("z = f(x);\ny = x + 1.0;\nw = x - 1.0;\n"),
     "KHR_enable_operator_expressions", 5},
    {"identifier as right side", GRAPH("y = x;\n"), "KHR_enable_operator_expressions", 4},
    {"literal as right side", GRAPH("y = 1.0;\n"), "KHR_enable_operator_expressions", 4},
    {"nested invocation", GRAPH("y = f(f(x));\n"), "KHR_enable_operator_expressions", 4},
    {"nested invocation in an array", GRAPH("y = f([f(x)]);\n"), "KHR_enable_operator_expressions", 4},
    {"parentheses", GRAPH("y = f((x));\n"), "KHR_enable_operator_expressions", 4},
    {"minus of an identifier", GRAPH("y = f(-x);\n"), "KHR_enable_operator_expressions", 4},
    {"plus of a number", GRAPH("y = f(+1);\n"), "KHR_enable_operator_expressions", 4},
    {"subscript", GRAPH("y = f(x[0]);\n"), "KHR_enable_operator_expressions", 4},
    {"range", GRAPH("y = f(x[0:]);\n"), "KHR_enable_operator_expressions", 4},
    {"built-in function", GRAPH("y = f(length_of('a'));\n"), "KHR_enable_operator_expressions", 4},
    {"if-else", GRAPH("y = f(x if true else x);\n"), "KHR_enable_operator_expressions", 4},
    {"comprehension", GRAPH("y = f([for i in [1] yield i]);\n"), "KHR_enable_operator_expressions", 4},
    {"tuple on the right without parentheses", OPERATORS("a, b = x, x;\n"), "needs parentheses", 4},
    {"infinity", GRAPH("y = f(x, k = inf);\n"), "taken as numbers", 4},
    {"minus infinity", GRAPH("y = f(x, k = [-inf]);\n"), "taken as numbers", 4},
    {"nan", GRAPH("y = f(x, nan);\n"), "taken as numbers", 4},
    {"NaN", FRAGMENT("fragment f( a: scalar = -NaN ) -> ( b: tensor<scalar> );"), "taken as numbers", 2},
    {"umlaut in a string", GRAPH("y = f(x, label = 'gr\xc3\xbcn');\n"), "not a printable ASCII character", 4},
    {"byte order mark", "\xef\xbb\xbf" GRAPH("y = f(x);\n"), "byte order mark", 1},
};

START_TEST(what_cannot_be_misread_is_a_warning_unless_strict)
{
    struct parse_case c = {0};
    nnefcl_status status = parse_case_text(&c, lax_ones[_i].text, false, 0);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", lax_ones[_i].name, c.error.message);
    ck_assert_int_eq(c.warnings, 1);
    ck_assert_msg(strstr(c.first_warning, lax_ones[_i].warning), "%s: %s", lax_ones[_i].name, c.first_warning);
    ck_assert(parse_case_end(&c));
    status = parse_case_text(&c, lax_ones[_i].text, true, 0);
    ck_assert_int_eq(status, NNEFCL_ERR_MODEL);
    ck_assert_ptr_null(c.document);
    ck_assert_int_eq(c.errors, 1);
    ck_assert_int_eq(c.error.line, lax_ones[_i].line);
    ck_assert_msg(strstr(c.error.message, lax_ones[_i].warning), "%s: %s", lax_ones[_i].name, c.error.message);
    ck_assert(parse_case_end(&c));
}
END_TEST

/* inf and nan are ordinary names where a document declares them. */
START_TEST(names_of_numbers_may_be_declared)
{
    static const char *const texts[] = {
        GRAPH("inf = f(x); y = f(inf);"),
        "version 1.0; graph g( nan ) -> ( y ) { nan = external(shape = [1]); y = f(nan); }",
        FRAGMENT("fragment f( NaN: tensor<scalar> ) -> ( b: tensor<scalar> ) { b = h(NaN); }"),
        GRAPH("y = inf(x, inf = 1);"),
        OPERATORS("y = f([for inf in [1] yield inf]);"),
        OPERATORS("[nan] = f(x); y = -nan;"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct parse_case c = {0};
        ck_assert_msg(parse_case_text(&c, texts[i], true, 0) == NNEFCL_OK, "%s: %s", texts[i], c.error.message);
        ck_assert(parse_case_end(&c));
    }
    struct parse_case c = {0}; /* the scope ends with the fragment */
    ck_assert_int_eq(
        parse_case_text(
            &c,
            FRAGMENT("fragment f( inf: tensor<scalar> ) -> ( b: tensor<scalar> ) { b = h(inf); }\nfragment h( a: "
                     "tensor<scalar> ) -> ( b: tensor<scalar> ) { b = f(inf); }"),
            true, 0),
        NNEFCL_ERR_MODEL);
    ck_assert_int_eq(c.error.line, 3);
    ck_assert(parse_case_end(&c));
}
END_TEST

static const struct {
    const char *name, *text;
    unsigned compat;
} dialects[] = {
    {"version without semicolon", "version 1.0\ngraph g( x ) -> ( y ) { y = f(x); }", NNEFCL_COMPAT_LEGACY},
    {"extension without semicolon",
     "version 1.0\nextension KHR_enable_fragment_definitions\nfragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> "
     ");\ngraph g( x ) -> ( y ) { y = "
     "f(x); }",
     NNEFCL_COMPAT_LEGACY},
    {"assignments without semicolons", "version 1.0\ngraph g( x ) -> ( y ) {\n  a = f(x)\n  b = f(a);\n  y = f(b) }",
     NNEFCL_COMPAT_LEGACY},
    {"extensions with free text",
     "version 1.0;\nextension tract_registry tract_core;\nextension tract_symbol B;\nextension tract_assert B >= 1, "
     "\"x\";\ngraph g( x ) -> ( y ) { "
     "y = f(x); }",
     NNEFCL_COMPAT_TRACT},
    {"identifiers in quotes", GRAPH("i\"a/b.c\" = f(x); y = i\"f 2\"(i\"a/b.c\", i\"k k\" = 1);"), NNEFCL_COMPAT_TRACT},
};

START_TEST(dialects_need_their_option)
{
    struct parse_case c = {0};
    ck_assert_msg(parse_case_text(&c, dialects[_i].text, false, dialects[_i].compat) == NNEFCL_OK, "%s: %s",
                  dialects[_i].name, c.error.message);
    ck_assert_int_eq(c.warnings, 0);
    ck_assert(parse_case_end(&c));
    unsigned others = (NNEFCL_COMPAT_LEGACY | NNEFCL_COMPAT_TRACT | NNEFCL_COMPAT_TORCH) & ~dialects[_i].compat;
    ck_assert_int_ne(parse_case_text(&c, dialects[_i].text, false, others), NNEFCL_OK);
    ck_assert_ptr_null(c.document);
    ck_assert(parse_case_end(&c));
}
END_TEST

START_TEST(free_text_is_kept)
{
    struct parse_case c = {0};
    ck_assert_int_eq(parse_case_text(&c, dialects[3].text, false, NNEFCL_COMPAT_TRACT), NNEFCL_OK);
    ck_assert_uint_eq(c.document->extension_count, 3);
    ck_assert_str_eq(c.document->extension[0].name, "tract_registry");
    ck_assert_str_eq(c.document->extension[0].argument, "tract_core");
    ck_assert_str_eq(c.document->extension[2].argument, "B >= 1, \"x\"");
    ck_assert_int_eq(c.document->extension[2].at.line, 4);
    ck_assert(parse_case_end(&c));
    ck_assert_int_eq(parse_case_text(&c, "version 1.0;\nextension tract_symbol B\ngraph g( x ) -> ( y ) { y = f(x); }",
                                     false, NNEFCL_COMPAT_TRACT),
                     NNEFCL_ERR_MODEL);
    ck_assert_int_eq(c.error.line, 2);
    ck_assert(parse_case_end(&c));
}
END_TEST

/* Blanks around it are no part of it; it ends with its line, and with the text. */
START_TEST(free_text_has_an_end)
{
    static const char *const open_ended[] = {"extension tract_symbol B", "extension tract_symbol B\r\n;"};
    struct parse_case c = {0};
    ck_assert_int_eq(parse_case_text(&c, "version 1.0;\nextension tract_symbol   B  ;\n" GRAPH_ALONE, false,
                                     NNEFCL_COMPAT_TRACT),
                     NNEFCL_OK);
    ck_assert_str_eq(c.document->extension[0].argument, "B");
    ck_assert(parse_case_end(&c));
    for (size_t i = 0; i < sizeof open_ended / sizeof *open_ended; i++) {
        char text[128];
        snprintf(text, sizeof text, "version 1.0;\n%s", open_ended[i]);
        ck_assert_int_eq(parse_case_text(&c, text, false, NNEFCL_COMPAT_TRACT), NNEFCL_ERR_MODEL);
        ck_assert_str_eq(c.error.message, "no ';' after the extension");
        ck_assert_int_eq(c.error.line, 2);
        ck_assert(parse_case_end(&c));
    }
}
END_TEST

START_TEST(the_document_holds_what_was_written)
{
    struct parse_case c = {0};
    const char *text = "version 1.0;\nextension KHR_enable_fragment_definitions;\n"
                       "fragment f<? = logical>( a: tensor<?>, b: (integer,string)[] = [] ) -> ( c: tensor<?>[] ) { c "
                       "= h(a); d, e = h(b); }\n"
                       "fragment k( a: tensor<> ) -> ( b: tensor<scalar> );\n"
                       "graph net( x, z ) -> ( y )\n{\n    y = f<integer>(x, k = 'it\\'s');\n}\n";
    ck_assert_int_eq(parse_case_text(&c, text, true, 0), NNEFCL_OK);
    const struct ncl_document *document = c.document;
    ck_assert_ptr_eq(document->source, &c.source);
    ck_assert_int_eq(document->version_major * 10 + document->version_minor, 10);
    ck_assert_uint_eq(document->fragment_count, 2);
    const struct ncl_fragment *f = &document->fragment[0];
    ck_assert(f->generic && f->has_body && f->generic_default->kind == NCL_TYPE_LOGICAL);
    ck_assert_uint_eq(f->parameter_count * 100 + f->result_count * 10 + f->assignment_count, 212);
    ck_assert_int_eq(f->parameter[0].type->kind, NCL_TYPE_TENSOR);
    ck_assert_int_eq(f->parameter[0].type->item[0]->kind, NCL_TYPE_GENERIC);
    ck_assert_ptr_null(f->parameter[0].initial);
    ck_assert_int_eq(f->parameter[1].type->kind, NCL_TYPE_ARRAY);
    ck_assert_int_eq(f->parameter[1].type->item[0]->kind, NCL_TYPE_TUPLE);
    ck_assert_int_eq(f->parameter[1].type->item[0]->item[1]->kind, NCL_TYPE_STRING);
    ck_assert_int_eq(f->parameter[1].initial->kind, NCL_EXPR_ARRAY);
    ck_assert_uint_eq(f->parameter[1].initial->item_count, 0);
    ck_assert_int_eq(f->assignment[1].left->kind, NCL_EXPR_TUPLE);
    ck_assert(!document->fragment[1].has_body && !document->fragment[1].generic);
    ck_assert_uint_eq(document->fragment[1].parameter[0].type->item_count, 0);
    ck_assert_str_eq(document->graph_name.text, "net");
    ck_assert_str_eq(document->input[1].text, "z");
    ck_assert_str_eq(document->output[0].text, "y");
    const struct ncl_expr *call = document->assignment[0].right;
    ck_assert_int_eq(call->kind, NCL_EXPR_INVOCATION);
    ck_assert_int_eq(call->type->kind, NCL_TYPE_INTEGER);
    ck_assert_ptr_null(call->argument[0].name);
    ck_assert_str_eq(call->argument[1].name, "k");
    ck_assert_str_eq(call->argument[1].value->name, "it's");
    ck_assert_uint_eq(call->argument[1].value->name_length, 4);
    ck_assert_int_eq(call->at.line * 100 + call->at.column, 709);
    ck_assert_int_eq(call->argument[1].at.column, 23);
    ck_assert_int_eq(call->argument[1].value->at.column, 27);
    ck_assert_int_eq(document->assignment[0].at.column, 5);
    ck_assert(parse_case_end(&c));
}
END_TEST

static const struct {
    const char *name, *text;
    int lines[8]; /* of the errors, then 0 */
} several[] = {
    {"statements", GRAPH("a = f(;\nb = f(a);\n1 = f(b);\ny = f(b) +;\n"), {4, 6, 7}},
    {"fragments and graph",
     FRAGMENT("fragment f( a ) -> ( b: tensor<scalar> ) { b = ; }\nfragment h( a: tensor<scalar> ) -> ( b: "
              "tensor<scalar> ) { b = f(; c = f(a); d }"),
     {2, 2, 3, 3}},
    {"header", "version '1';\nextension ;\ngraph g( 1 ) -> ( y )\n{\ny = ;\n}\n", {1, 2, 3, 5}},
    {"the missing semicolon takes the next statement", GRAPH("a = f(x)\nb = f(;\ny = ;\n"), {5, 6}},
    {"an open string takes its line", GRAPH("a = f('x);\nb = f(x);\ny = ;\n"), {4, 6}},
    {"characters in a statement that is given up", GRAPH("a = f(, @ ` %);\ny = ;\n"), {4, 5}},
    {"keywords in a body", GRAPH("extension = 1;\nversion 1;\ny = ;\n"), {4, 5, 6}},
    {"unclosed fragment",
     "version 1.0; extension KHR_enable_fragment_definitions;\nfragment f( a: tensor<scalar> ) -> ( b: tensor<scalar> "
     ") { b = h(a);\ngraph g( x ) -> "
     "( y ) { y = ; }",
     {3, 3}},
};

START_TEST(the_parser_goes_on_after_errors)
{
    struct parse_case c = {0};
    ck_assert_int_ne(parse_case_text(&c, several[_i].text, false, 0), NNEFCL_OK);
    int expected = 0;
    while (several[_i].lines[expected])
        expected++;
    ck_assert_msg(c.errors == expected, "%s: %d errors", several[_i].name, c.errors);
    for (int i = 0; i < expected; i++)
        ck_assert_msg(c.lines[i] == several[_i].lines[i], "%s: error %d in line %d", several[_i].name, i, c.lines[i]);
    ck_assert(parse_case_end(&c));
}
END_TEST

START_TEST(errors_end_at_twenty)
{
    char text[8192] = "version 1.0;\ngraph g( x ) -> ( y )\n{\n";
    for (int i = 0; i < 500; i++)
        strcat(text, "y = ;\n");
    struct parse_case c = {0};
    ck_assert_int_eq(parse_case_text(&c, text, false, 0), NNEFCL_ERR_MODEL);
    ck_assert_int_eq(c.errors, NCL_MAX_ERRORS);
    ck_assert_int_eq(c.error.line, 4);
    ck_assert(parse_case_end(&c));
}
END_TEST

/* `count` times `open`, then `middle`, then `count` times `close`, in a statement. */
static nnefcl_status nested(struct parse_case *c, const char *before, const char *open, const char *middle,
                            const char *close, const char *after, size_t count)
{
    size_t size = strlen(before) + strlen(middle) + strlen(after) + count * (strlen(open) + strlen(close)) + 1, used;
    char *text = malloc(size);
    used = (size_t)sprintf(text, "%s", before);
    for (size_t i = 0; i < count; i++)
        used += (size_t)sprintf(text + used, "%s", open);
    used += (size_t)sprintf(text + used, "%s", middle);
    for (size_t i = 0; i < count; i++)
        used += (size_t)sprintf(text + used, "%s", close);
    sprintf(text + used, "%s", after);
    memset(c, 0, sizeof *c);
    nnefcl_status status = parse_case_text(c, text, false, 0);
    free(text);
    return status;
}

static const struct {
    const char *name, *before, *open, *middle, *close, *after;
    size_t good, bad;
} deep_ones[] = {
#define BODY_BEGIN "version 1.0; graph g( x ) -> ( y ) { y = "
#define BODY_END   "; }"
    {"parentheses", BODY_BEGIN, "(", "x", ")", BODY_END, 255, 257},
    {"arrays", BODY_BEGIN, "[", "", "]", BODY_END, 255, 257},
    {"invocations", BODY_BEGIN, "f(", "x", ")", BODY_END, 255, 257},
    {"built-in functions", BODY_BEGIN, "scalar(", "1", ")", BODY_END, 255, 257},
    {"comprehensions", BODY_BEGIN, "[for i in a yield ", "i", "]", BODY_END, 255, 257},
    {"subscripts inside", BODY_BEGIN, "x[", "0", "]", BODY_END, 255, 257},
    {"else", BODY_BEGIN, "x if c else ", "x", "", BODY_END, 255, 257},
    {"signs", BODY_BEGIN, "-", "x", "", BODY_END, 255, 257},
    {"left sides", "version 1.0; graph g( x ) -> ( y ) { ", "[", "y", "]", " = f(x); }", 255, 257},
    {"defaults", "version 1.0; fragment f( a: integer[] = ", "[", "", "]",
     " ) -> ( b: tensor<scalar> ); graph g( x ) -> ( y ) { y = f(x); }", 256, 257},
    {"array types", "version 1.0; fragment f( a: integer", "[]", "", "",
     " ) -> ( b: tensor<scalar> ); graph g( x ) -> ( y ) { y = f(x); }", 256, 257},
    {"tuple types", "version 1.0; fragment f( a: ", "(", "integer", ",string)",
     " ) -> ( b: tensor<scalar> ); graph g( x ) -> ( y ) { y = f(x); }", 256, 257},
    {"sums", BODY_BEGIN, "x + ", "x", "", BODY_END, 1023, 1024},
    {"subscripts behind each other", BODY_BEGIN, "", "x", "[0]", BODY_END, 1023, 1024},
    {"everything, without end", BODY_BEGIN, "[f(([", "", "", "", 60, 100000},
};

START_TEST(depth_is_bounded)
{
    struct parse_case c;
    nnefcl_status status = nested(&c, deep_ones[_i].before, deep_ones[_i].open, deep_ones[_i].middle,
                                  deep_ones[_i].close, deep_ones[_i].after, deep_ones[_i].good);
    ck_assert_msg(status != NNEFCL_ERR_LIMIT, "%s: %s", deep_ones[_i].name, c.error.message);
    if (*deep_ones[_i].after) /* documents without an end are no documents */
        ck_assert_msg(status == NNEFCL_OK, "%s: %s", deep_ones[_i].name, c.error.message);
    ck_assert(parse_case_end(&c));
    status = nested(&c, deep_ones[_i].before, deep_ones[_i].open, deep_ones[_i].middle, deep_ones[_i].close,
                    deep_ones[_i].after, deep_ones[_i].bad);
    ck_assert_msg(status == NNEFCL_ERR_LIMIT, "%s: %d %s", deep_ones[_i].name, status, c.error.message);
    ck_assert_int_eq(c.errors, 1);
    ck_assert(parse_case_end(&c));
}
END_TEST

/* Would take minutes if anything were quadratic. */
START_TEST(long_documents_are_read)
{
    size_t statements = 40000, used = 0;
    char *text = malloc(statements * 64 + 1000000);
    used += (size_t)sprintf(text, "version 1.0; graph g( x ) -> ( y ) {\n");
    for (size_t i = 0; i < statements; i++)
        used += (size_t)sprintf(text + used, "v%zu = conv(v%zu, f, stride = [1,1]); # comment\n", i + 1, i);
    used += (size_t)sprintf(text + used, "y = f([0");
    for (size_t i = 0; i < 400000; i++)
        used += (size_t)sprintf(text + used, ",1");
    sprintf(text + used, "]); }");
    struct parse_case c = {0};
    ck_assert_int_eq(parse_case_text(&c, text, true, 0), NNEFCL_OK);
    ck_assert_uint_eq(c.document->assignment_count, statements + 1);
    ck_assert_uint_eq(c.document->assignment[statements].right->argument[0].value->item_count, 400001);
    ck_assert_uint_lt(c.counting.peak, 200u << 20);
    ck_assert(parse_case_end(&c));
    free(text);
}
END_TEST

START_TEST(the_limit_of_the_arena_is_a_limit)
{
    struct parse_case c = {0};
    const struct ncl_parse_options options = {0};
    parse_case_begin(&c, strict_ones[0].text, strlen(strict_ones[0].text), false);
    c.arena.limit = 600;
    ck_assert_int_eq(ncl_parse_document(&c.arena, &c.diag, &c.source, &options, &c.document), NNEFCL_ERR_LIMIT);
    ck_assert_ptr_null(c.document);
    ck_assert_int_eq(c.errors, 1);
    ck_assert_msg(strstr(c.error.message, "600 bytes"), "%s", c.error.message);
    ck_assert(parse_case_end(&c));
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    const struct ncl_embedded *file = ncl_embedded_find("stdlib.nnef");
    const struct ncl_parse_options options = {.stdlib = true};
    struct parse_case c = {0};
    ck_assert_msg(parse_case_bytes(&c, file->text, file->length, true, options) == NNEFCL_OK, "%s", c.error.message);
    size_t calls = c.counting.calls;
    ck_assert(parse_case_end(&c));
    for (size_t i = 0; i < sizeof strict_ones / sizeof *strict_ones; i++)
        for (size_t n = 1; n <= 3; n++) {
            c.counting = (struct counting_allocator){.fail_at = n};
            nnefcl_status status = parse_case_text(&c, strict_ones[i].text, true, 0);
            ck_assert_int_eq(status, n <= c.counting.calls ? NNEFCL_ERR_NOMEM : NNEFCL_OK);
            ck_assert_int_eq(status == NNEFCL_OK, c.document != NULL);
            ck_assert(parse_case_end(&c));
        }
    for (size_t n = 1; n <= calls; n++)
        for (int on = 0; on < 2; on++) {
            c.counting = (struct counting_allocator){.fail_at = n, .fail_on = on};
            ck_assert_int_eq(parse_case_bytes(&c, file->text, file->length, true, options), NNEFCL_ERR_NOMEM);
            ck_assert_ptr_null(c.document);
            ck_assert_int_eq(c.errors, 1);
            ck_assert(parse_case_end(&c));
        }
}
END_TEST

/* Blocks of an arena hide most failures of the allocator; a limit ends memory at every place in turn. */
START_TEST(every_allocation_of_the_arena_may_fail)
{
    const char *text =
        "version 1.0; extension KHR_enable_fragment_definitions KHR_enable_operator_expressions;\n"
        "fragment f<? = scalar>( a: tensor<?>, b: (integer,string)[] = [(-1,'x')], c: scalar = 1.5 ) -> ( d: tensor<?> "
        ")\n"
        "{ d = [for i in a, j in b if i > 0 yield i + j][0][1:] if !c else -f<?>(a, c = (1, true))[:2]; }\n"
        "graph g( x, z ) -> ( y, w ) { x = external(shape = [1]); [y, (w, v)], u = f(x, 'it\\'s', length_of([x, x])); "
        "}";
    struct parse_case c = {0};
    const struct ncl_parse_options options = {0};
    ck_assert_msg(parse_case_text(&c, text, true, 0) == NNEFCL_OK, "%s", c.error.message);
    size_t used = c.arena.used;
    ck_assert(parse_case_end(&c));
    int limits = 0;
    for (size_t limit = 1; limit < used; limit += 8) {
        parse_case_begin(&c, text, strlen(text), true);
        c.arena.limit = limit;
        nnefcl_status status = ncl_parse_document(&c.arena, &c.diag, &c.source, &options, &c.document);
        ck_assert(status == NNEFCL_ERR_LIMIT || status == NNEFCL_OK);
        ck_assert_int_eq(status == NNEFCL_OK, c.document != NULL);
        ck_assert_int_eq(c.errors, status != NNEFCL_OK);
        limits += status != NNEFCL_OK;
        ck_assert(parse_case_end(&c));
    }
    ck_assert_int_gt(limits, 500);
}
END_TEST

START_TEST(the_standard_operations_are_there)
{
    const struct ncl_embedded *file = ncl_embedded_find("stdlib.nnef");
    struct parse_case c = {0};
    ck_assert_msg(parse_case_bytes(&c, file->text, file->length, true, (struct ncl_parse_options){.stdlib = true}) ==
                      NNEFCL_OK,
                  "%s", c.error.message);
    ck_assert_uint_eq(c.document->fragment_count, 118);
    ck_assert_ptr_null(c.document->graph_name.text);
    size_t bodies = 0;
    for (size_t i = 0; i < c.document->fragment_count; i++) {
        const struct ncl_fragment *fragment = &c.document->fragment[i];
        bodies += fragment->has_body;
        bool attribute = false, generic = false;
        for (size_t k = 0; k < fragment->parameter_count; k++) { /* 3.3.2: tensors before attributes */
            const struct ncl_type *type = fragment->parameter[k].type;
            while (type->kind == NCL_TYPE_ARRAY)
                type = type->item[0];
            ck_assert_msg(type->kind != NCL_TYPE_TENSOR || !attribute, "%s", fragment->name);
            attribute = attribute || type->kind != NCL_TYPE_TENSOR;
            generic = generic || type->kind == NCL_TYPE_GENERIC ||
                      (type->item_count && type->item[0]->kind == NCL_TYPE_GENERIC);
        }
        for (size_t k = 0; k < fragment->result_count; k++) {
            const struct ncl_type *type = fragment->result[k].type;
            while (type->kind == NCL_TYPE_ARRAY)
                type = type->item[0];
            ck_assert_msg(type->kind == NCL_TYPE_TENSOR, "%s", fragment->name);
            generic = generic || type->item[0]->kind == NCL_TYPE_GENERIC;
        }
        ck_assert_msg(generic == fragment->generic, "%s", fragment->name);
    }
    ck_assert_uint_eq(bodies, 45);
    ck_assert(parse_case_end(&c));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("parse");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, strict_documents_are_read_silently, 0, sizeof strict_ones / sizeof *strict_ones);
    tcase_add_loop_test(cases, errors_stand_where_they_are, 0, sizeof refused / sizeof *refused);
    tcase_add_loop_test(cases, what_cannot_be_misread_is_a_warning_unless_strict, 0,
                        sizeof lax_ones / sizeof *lax_ones);
    tcase_add_test(cases, names_of_numbers_may_be_declared);
    tcase_add_loop_test(cases, dialects_need_their_option, 0, sizeof dialects / sizeof *dialects);
    tcase_add_test(cases, free_text_is_kept);
    tcase_add_test(cases, free_text_has_an_end);
    tcase_add_test(cases, the_document_holds_what_was_written);
    tcase_add_loop_test(cases, the_parser_goes_on_after_errors, 0, sizeof several / sizeof *several);
    tcase_add_test(cases, errors_end_at_twenty);
    tcase_add_loop_test(cases, depth_is_bounded, 0, sizeof deep_ones / sizeof *deep_ones);
    tcase_add_test(cases, long_documents_are_read);
    tcase_add_test(cases, the_limit_of_the_arena_is_a_limit);
    tcase_add_test(cases, memory_may_end_anywhere);
    tcase_add_test(cases, every_allocation_of_the_arena_may_fail);
    tcase_add_test(cases, the_standard_operations_are_there);
    Suite *suite = suite_create("nnef/parse");
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
