/* SPDX-License-Identifier: Apache-2.0 */
/* Sums that tell apart what differs in a bit, in its length, in the order of its words. */
#include <check.h>

#include "base/hash.h"
#include "suite.h"

enum { SIZE = 37 };

START_TEST(bits)
{
    unsigned char data[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (unsigned char)(7 * i);
    const uint64_t bytes = ncl_hash(NCL_HASH_BASIS, data, SIZE), words = ncl_hash_much(NCL_HASH_BASIS, data, SIZE);
    for (size_t bit = 0; bit < 8 * SIZE; bit++) {
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ck_assert_uint_ne(ncl_hash(NCL_HASH_BASIS, data, SIZE), bytes);
        ck_assert_uint_ne(ncl_hash_much(NCL_HASH_BASIS, data, SIZE), words);
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    ck_assert_uint_eq(ncl_hash_much(NCL_HASH_BASIS, data, SIZE), words);
}
END_TEST

START_TEST(lengths)
{
    static const unsigned char zeros[SIZE];
    for (size_t a = 0; a < SIZE; a++)
        for (size_t b = 0; b < a; b++)
            ck_assert_uint_ne(ncl_hash_much(NCL_HASH_BASIS, zeros, a), ncl_hash_much(NCL_HASH_BASIS, zeros, b));
}
END_TEST

START_TEST(orders)
{
    const uint64_t there[] = {1, 2, 3}, back[] = {3, 2, 1};
    ck_assert_uint_ne(ncl_hash_much(NCL_HASH_BASIS, there, sizeof there),
                      ncl_hash_much(NCL_HASH_BASIS, back, sizeof back));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("hash");
    tcase_add_test(tests, bits);
    tcase_add_test(tests, lengths);
    tcase_add_test(tests, orders);
    Suite *suite = suite_create("base/hash");
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
