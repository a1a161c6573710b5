/* SPDX-License-Identifier: Apache-2.0 */
/* Convolution as a matrix product on devices with few wide cores: packed filters times a panel of the image that each
 * task packs for itself.
 *
 *   y[n][g][m][p] = b[g FILTERS + m] + sum over c, t of  w[g][m][c t] x[n][g][c][at(p) + TAP(t)]
 *
 * p: the pixels of the output, in rows of ROW. at(p): rows PITCH apart, planes of HEIGHT rows PLANE apart. x is the
 * input itself or what conv_halo made of it; w comes from conv_pack.
 * With STRIP (two spatial axes) x is the input, and each task does for itself what conv_halo does: for a channel at a
 * time it lays the rows that it needs, with their border and taken apart by the phases of the stride, into a strip.
 * A task computes TILES times WIDTH pixels for BLOCK panels of MR output channels. KC rows (c, t) of the image at a
 * time are packed to WIDTH neighbouring pixels, then MR x WIDTH outputs are kept in registers over these rows; sums
 * wait in private memory for the next KC rows. The last pixels of an image share their tile with the ones before.
 *
 * MR          rows of a panel            VECTORS   of a row of the tile: WIDTH pixels
 * KC          rows of the image at a time          TILES_MAX, BLOCK_MAX  bounds of TILES and BLOCK
 * PIXELS      of an image of y           CHANNELS, FILTERS  of a group
 * CHANNEL     elements of a channel of x           BIAS   1: one for each channel, 0: one
 * IN_IMAGE, OUT_IMAGE   elements from one image of x, of y, to the next
 * NO_BIAS     1: no bias, b is not read
 * STRIP, STRIP_MAX   1: with a strip; most elements of one
 * BORDER(i, n)       how x goes on outside          IN, SLOTS, STRIDE, DILATION, BEFORE   as of conv_halo, two axes
 * STRIP_ROWS         rows of each slot in a strip; the other fields then speak of the strip
 * tasks: batch * GROUPS * ceil(panels / BLOCK) * ceil(PIXELS / (WIDTH TILES)) */
#ifndef MR
#define MR 6
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef KC
#define KC 256
#endif
#ifndef TILES_MAX
#define TILES_MAX 4
#endif
#ifndef BLOCK_MAX
#define BLOCK_MAX 32
#endif
#ifndef NO_BIAS
#define NO_BIAS 0
#endif
#ifndef STRIP
#define STRIP 0
#endif
#ifndef STRIP_MAX
#define STRIP_MAX 8192
#endif
#ifndef BORDER
#define BORDER NCL_BORDER_CONSTANT
#endif
#if STRIP
#define IMAGE   private
#define IMAGE_T float
#else
#define IMAGE   global
#define IMAGE_T NCL_T0
#endif
#define WIDTH    (VECTORS * LANES)
#define PART     32          /* rows packed for one tile before the next one: neighbouring tiles share cache lines */
#define PIECES   (LANES / 4) /* rows of at least ROW_MIN pixels that a vector can lie in */
#define ROW_MIN  7
#define NCL_CELL NCL_T3
#define PIXELS   SIZE(0)
#define ROW      SIZE(1)
#define HEIGHT   SIZE(2)
#define PITCH    SIZE(3)
#define PLANE    SIZE(4)
#define CHANNEL  SIZE(5)
#define IN_IMAGE  SIZE(6)
#define OUT_IMAGE SIZE(7)
#define GROUPS   SIZE(8)
#define CHANNELS SIZE(9)
#define FILTERS  SIZE(10)
#define TAPS     SIZE(11)
#define TILES    SIZE(12)
#define BLOCK    SIZE(13)
#define BIAS     SIZE(14)
#define IN(i)       SIZE(15 + (i))
#define SLOTS(i)    SIZE(17 + (i))
#define STRIDE(i)   SIZE(19 + (i))
#define DILATION(i) SIZE(21 + (i))
#define BEFORE(i)   SIZE(23 + (i))
#define STRIP_ROWS  SIZE(25)
#define TAP(i)      SIZE(26 + (i))

static INDEX FN(conv_gemm_at)(SIZES size, INDEX p)
{
    const INDEX row = p / ROW;
    return row / HEIGHT * PLANE + row % HEIGHT * PITCH + p % ROW;
}

/* Where the pixels of a tile lie. ALONG: side by side. BROKEN: the pixels of a vector lie in PIECES rows at most; those
 * of piece j are the lanes from first[j] on, at at[j] + lane. ANYWHERE: each at its own place. */
#define ALONG    0
#define BROKEN   1
#define ANYWHERE 2
struct FN(conv_gemm_place) {
    int kind;
    INDEX each[WIDTH], at[VECTORS][PIECES];
    int first[VECTORS][PIECES];
};

/* The pieces of the vector whose pixels are at each[...]: a new one begins where pixels are not neighbours. A load from
 * at[j] on stays between the first pixel of the vector and the last, wherever it begins. */
static void FN(conv_gemm_cut)(private const INDEX *each, private INDEX *at, private int *first)
{
    int j = 0;
    for (int i = 0; i < PIECES; i++) {
        at[i] = each[0];
        first[i] = i ? LANES : 0;
    }
    for (int lane = 1; lane < LANES; lane++)
        if (each[lane] != each[lane - 1] + 1 && j + 1 < PIECES) {
            at[++j] = each[lane] - lane;
            first[j] = lane;
        }
}

/* `origin`: where the image begins. Most tiles lie side by side, which their first pixel and the last one tell. */
NCL_APART static void FN(conv_gemm_find)(SIZES size, INDEX p, INDEX origin, private struct FN(conv_gemm_place) * place)
{
    const INDEX first = FN(conv_gemm_at)(size, p), last = FN(conv_gemm_at)(size, min(p + WIDTH, PIXELS) - 1);
    place->kind = PIXELS < WIDTH || ROW < ROW_MIN ? ANYWHERE : last - first == WIDTH - 1 ? ALONG : BROKEN;
    place->each[0] = first - origin;
    if (place->kind == ALONG)
        return;
    for (int i = 1; i < WIDTH; i++)
        place->each[i] = FN(conv_gemm_at)(size, min(p + i, PIXELS - 1)) - origin;
    for (int v = 0; v < VECTORS; v++)
        FN(conv_gemm_cut)(place->each + v * LANES, place->at[v], place->first[v]);
}

#if STRIP
NCL_BORDER_ROW(FN(conv_gemm_row), private, NCL_T0, float)

/* The rows of a channel from output row `first` on. */
static void FN(conv_gemm_strip)(SIZES size, INDEX first, global const NCL_T0 *x, private float *strip)
{
    const INDEX extent = PITCH, width = IN(1), stride = STRIDE(1);
    for (INDEX slot = 0; slot < SLOTS(0) * SLOTS(1); slot++)
        for (INDEX q = 0; q < STRIP_ROWS; q++, strip += extent) {
            const INDEX at = (first + q) * STRIDE(0) + slot / SLOTS(1) * DILATION(0) % STRIDE(0) - BEFORE(0);
            const INDEX row = BORDER(at, IN(0));
            if (row >= 0)
                FN(conv_gemm_row)(extent, slot % SLOTS(1) * DILATION(1) % stride - BEFORE(1), stride, width,
                                  x + row * width, strip);
            for (INDEX e = 0; e < extent && row < 0; e++)
                strip[e] = 0;
        }
}
#endif

/* Rows [k, end) of the image for a tile: x[c][at(p + lane) + TAP(t)] with k = c TAPS + t. */
static void FN(conv_gemm_pack)(SIZES size, private const struct FN(conv_gemm_place) * place, INDEX k, INDEX end,
                               IMAGE const IMAGE_T *x, private V *to)
{
    const INDEX channel = CHANNEL, taps = TAPS;
    const int kind = place->kind;
    INDEX t = k % taps;
    x += k / taps * channel;
    if (kind == ALONG) {
        x += place->each[0];
        for (; k < end; x += channel, t = 0)
            for (const INDEX last = min(t + end - k, taps); t < last; t++, k++, to += VECTORS) {
                IMAGE const IMAGE_T *from = x + TAP(t);
#pragma unroll
                for (int v = 0; v < VECTORS; v++)
                    to[v] = NCL_VLOAD(IMAGE_T, from + v * LANES);
            }
        return;
    }
    INDEX at[VECTORS][PIECES];
    VI behind[VECTORS][PIECES];
#pragma unroll
    for (int i = 0; i < VECTORS * PIECES; i++) {
        at[i / PIECES][i % PIECES] = place->at[i / PIECES][i % PIECES];
        behind[i / PIECES][i % PIECES] = NCL_RAMP >= (VI)place->first[i / PIECES][i % PIECES];
    }
    for (; k < end; k++, to += VECTORS) {
        IMAGE const IMAGE_T *from = x + TAP(t);
        if (kind == BROKEN) {
#pragma unroll
            for (int v = 0; v < VECTORS; v++) {
                V pixels = NCL_VLOAD(IMAGE_T, from + at[v][0]);
#pragma unroll
                for (int j = 1; j < PIECES; j++)
                    pixels = select(pixels, NCL_VLOAD(IMAGE_T, from + at[v][j]), behind[v][j]);
                to[v] = pixels;
            }
        } else {
            for (int i = 0; i < WIDTH; i++)
                ((private float *)to)[i] = NCL_AT(IMAGE_T, from, place->each[i]);
        }
        if (++t == taps) {
            t = 0;
            x += channel;
        }
    }
}

/* sum[r] += sum over k of w[k][r] x[k], r < MR; `next`: vectors from row to row of sum */
NCL_APART static void FN(conv_gemm_tile)(INDEX depth, global const float *w, private const V *x, private V *sum,
                                         INDEX next)
{
    V c[MR][VECTORS];
#pragma unroll
    for (int i = 0; i < MR * VECTORS; i++)
        c[i / VECTORS][i % VECTORS] = sum[i / VECTORS * next + i % VECTORS];
    for (INDEX k = 0; k < depth; k++, w += MR, x += VECTORS) {
        V pixels[VECTORS];
#pragma unroll
        for (int v = 0; v < VECTORS; v++)
            pixels[v] = x[v];
#pragma unroll
        for (int r = 0; r < MR; r++) {
            const V weight = w[r];
#pragma unroll
            for (int v = 0; v < VECTORS; v++)
                c[r][v] = fma(weight, pixels[v], c[r][v]);
        }
    }
#pragma unroll
    for (int i = 0; i < MR * VECTORS; i++)
        sum[i / VECTORS * next + i % VECTORS] = c[i / VECTORS][i % VECTORS];
}

/* Those of lanes [from, to) that a vector has. */
NCL_APART static void FN(conv_gemm_put)(SIZES size, V value, int from, int to, global NCL_CELL *y, INDEX at,
                              INDEX channel CHAIN_PARAMETERS)
{
    const int end = clamp(to, 0, LANES);
    if (from >= end)
        return;
    NCL_AFTER(value, end, at, channel)
    if (from <= 0) {
        NCL_STORE(NCL_CELL, value, y + at, end);
        return;
    }
    float each[LANES];
    VSTORE(value, each);
    for (int lane = from; lane < end; lane++)
        NCL_PUT(NCL_CELL, each[lane], y, at + lane);
}

/* The rows of a panel for tiles [tile, tile + tiles), side by side in `sum`; row 0 of the image starts at y + at. Only
 * the last tile of an image may have pixels that others have, or none. */
NCL_APART static void FN(conv_gemm_store)(SIZES size, INDEX rows, INDEX tile, INDEX tiles, private const V *sum,
                                          global NCL_CELL *y, INDEX at, INDEX channel CHAIN_PARAMETERS)
{
    const INDEX pixels = PIXELS, whole = min(tile + tiles, pixels / WIDTH) - tile;
    for (INDEX r = 0; r < rows; r++, at += pixels, channel++, sum += tiles * VECTORS) {
        for (INDEX i = 0; i < whole * VECTORS; i++)
            NCL_STORE_AFTER(sum[i], LANES, y, at + tile * WIDTH + i * LANES, channel)
        if (whole == tiles)
            continue;
        const INDEX wanted = (tile + whole) * WIDTH, p = max(pixels - WIDTH, (INDEX)0);
        const int from = (int)(wanted - p), to = (int)(pixels - p);
        for (int v = 0; v < VECTORS; v++)
            FN(conv_gemm_put)(size, sum[whole * VECTORS + v], from - v * LANES, to - v * LANES, y, at + p + v * LANES,
                              channel CHAIN_ARGUMENTS);
    }
}

/* Rows [k, end) of the image for `tiles` tiles; those of a tile are KC apart. `first`: row of the first pixel. */
#if STRIP
NCL_APART static void FN(conv_gemm_image)(SIZES size, private const struct FN(conv_gemm_place) * place, INDEX tiles,
                                          INDEX first, INDEX k, INDEX end, global const NCL_T0 *x,
                                          private V *image)
{
    float strip[STRIP_MAX];
    const INDEX taps = TAPS;
    for (INDEX part = k, next; part < end; part = next) {
        const INDEX channel = part / taps;
        next = min((channel + 1) * taps, end);
        FN(conv_gemm_strip)(size, first, x + channel * CHANNEL, strip);
        for (INDEX s = 0; s < tiles; s++)
            FN(conv_gemm_pack)(size, place + s, part - channel * taps, next - channel * taps, strip,
                               image + (s * KC + part - k) * VECTORS);
    }
}
#else
NCL_APART static void FN(conv_gemm_image)(SIZES size, private const struct FN(conv_gemm_place) * place, INDEX tiles,
                                          INDEX first, INDEX k, INDEX end, global const NCL_T0 *x,
                                          private V *image)
{
    for (INDEX part = k; part < end; part += PART)
        for (INDEX s = 0; s < tiles; s++)
            FN(conv_gemm_pack)(size, place + s, part, min(part + PART, end), x, image + (s * KC + part - k) * VECTORS);
}
#endif

static void FN(conv_gemm)(INDEX task, SIZES size, global const NCL_T0 *x, global const float *w, global const float *b,
                          global NCL_CELL *y CHAIN_PARAMETERS)
{
    V image[TILES_MAX * KC * VECTORS], sums[TILES_MAX * BLOCK_MAX * MR * VECTORS];
    const INDEX pixels = PIXELS, filters = FILTERS, depth = CHANNELS * TAPS, panels = (filters + MR - 1) / MR;
    const INDEX pixel_blocks = (pixels + WIDTH * TILES - 1) / (WIDTH * TILES), blocks = (panels + BLOCK - 1) / BLOCK;
    INDEX rest = task;
    const INDEX tile = rest % pixel_blocks * TILES, panel = (rest /= pixel_blocks) % blocks * BLOCK;
    const INDEX g = (rest /= blocks) % GROUPS, n = rest / GROUPS;
    const INDEX tiles = min(TILES, (pixels + WIDTH - 1) / WIDTH - tile), block = min(BLOCK, panels - panel);
    w += (g * panels + panel) * depth * MR;
    x += n * IN_IMAGE + g * CHANNELS * CHANNEL;
    const INDEX channel = g * filters + panel * MR, image_at = n * OUT_IMAGE;
    b += channel * BIAS;
    struct FN(conv_gemm_place) place[TILES_MAX];
    const INDEX first = max(min(tile * WIDTH, pixels - WIDTH), (INDEX)0) / ROW;
    for (INDEX s = 0; s < tiles; s++)
        FN(conv_gemm_find)(size, max(min((tile + s) * WIDTH, pixels - WIDTH), (INDEX)0), STRIP ? first * PITCH : 0,
                           place + s);
    for (INDEX i = 0; i < block; i++)
        for (INDEX r = 0; r < MR; r++) {
            const V start = NO_BIAS ? 0 : b[min(i * MR + r, filters - 1 - panel * MR) * BIAS];
            for (INDEX s = 0; s < tiles * VECTORS; s++)
                sums[(i * MR + r) * tiles * VECTORS + s] = start;
        }
    for (INDEX k = 0; k < depth; k += KC) {
        const INDEX end = min(k + KC, depth);
        FN(conv_gemm_image)(size, place, tiles, first, k, end, x, image);
        for (INDEX i = 0; i < block; i++)
            for (INDEX s = 0; s < tiles; s++)
                FN(conv_gemm_tile)(end - k, w + (i * depth + k) * MR, image + s * KC * VECTORS,
                                   sums + (i * MR * tiles + s) * VECTORS, tiles * VECTORS);
    }
    for (INDEX i = 0; i < block; i++)
        FN(conv_gemm_store)(size, min((INDEX)MR, filters - (panel + i) * MR), tile, tiles,
                            sums + i * tiles * MR * VECTORS, y, image_at + (channel + i * MR) * pixels,
                            channel + i * MR CHAIN_ARGUMENTS);
}
