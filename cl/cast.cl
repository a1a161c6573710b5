/* SPDX-License-Identifier: Apache-2.0 */
/* y[i] = CONVERT(x[i]) for COUNT elements, CHUNK of them (a multiple of LANES) in one task.
 *
 * FROM, TO   element types of x and y
 * CONVERT    TO_FLOAT;  TO_INT;  TRUNCATED: toward zero, clamped to the range, NaN gives 0;  TO_BOOL: 0 for 0, 1 for
 *            everything else
 *
 * tasks: ceil(COUNT / CHUNK) */
#ifndef FROM
#define FROM float
#endif
#ifndef TO
#define TO int
#endif
#ifndef CONVERT
#define CONVERT TRUNCATED
#endif
#define COUNT SIZE(0)
#define CHUNK SIZE(1)

#define TO_FLOAT(x, n) NCL_CAT(convert_float, n)(x)
#define TO_INT(x, n)   NCL_CAT(convert_int, n)(x)
#define TO_BOOL(x, n)  NCL_CAT(convert_uchar, n)(((x) != (FROM)0) & 1)
/* What a saturated conversion makes of a NaN is the driver's: 0 is only recommended. */
#define TRUNCATED(x, n) \
    select(NCL_CAT(NCL_CAT(NCL_CAT(convert_int, n), _sat), _rtz)(x), (NCL_CAT(int, n))0, isnan(x))

static void FN(cast)(INDEX task, SIZES size, global const FROM *x, global TO *y)
{
    INDEX i = task * CHUNK;
    const INDEX end = min(i + CHUNK, COUNT);
    for (; i + LANES <= end; i += LANES)
        VSTORE(CONVERT(VLOAD(x + i), LANES), y + i);
    for (; i < end; i++)
        y[i] = CONVERT(x[i], );
}
