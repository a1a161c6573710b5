/* Convolution as a matrix product on devices with few wide cores: packed filters times a panel of the image that each task packs for itself.
 *
 *   y[n][g][m][p] = b[g FILTERS + m] + sum over c, t of  w[g][m][c t] x[n][g][c][at(p) + TAP(t)]     p: the pixels of the output, rows of ROW
 *
 * at(p): rows PITCH apart, planes of HEIGHT rows PLANE apart. x is the input itself or what conv_halo made of it; w comes from conv_pack.
 * A task computes TILES times 16 pixels for BLOCK panels of MR output channels. KC rows (c, t) of the image at a time are packed to 16 neighbouring pixels, then MR x 16
 * outputs are kept in registers over these rows; sums wait in private memory for the next KC rows. The last pixels of an image share their tile with the ones before.
 *
 * MR          rows of a panel            KC  rows of the image at a time        TILES_MAX, BLOCK_MAX  bounds of TILES and BLOCK
 * PIXELS      of an image of y           CHANNELS, FILTERS  of a group          CHANNEL   elements of a channel of x        BIAS   1: one for each channel, 0: one
 * NO_BIAS     1: no bias, b is not read
 * tasks: batch * GROUPS * ceil(panels / BLOCK) * ceil(PIXELS / 16 TILES) */
#ifndef MR
#define MR 6
#endif
#ifndef KC
#define KC 256
#endif
#define PART 32 /* rows packed for one tile before the next one: neighbouring tiles share cache lines */
#ifndef TILES_MAX
#define TILES_MAX 4
#endif
#ifndef BLOCK_MAX
#define BLOCK_MAX 32
#endif
#ifndef NO_BIAS
#define NO_BIAS 0
#endif
#define PIXELS   SIZE(0)
#define ROW      SIZE(1)
#define HEIGHT   SIZE(2)
#define PITCH    SIZE(3)
#define PLANE    SIZE(4)
#define CHANNEL  SIZE(5)
#define GROUPS   SIZE(6)
#define CHANNELS SIZE(7)
#define FILTERS  SIZE(8)
#define TAPS     SIZE(9)
#define TILES    SIZE(10)
#define BLOCK    SIZE(11)
#define BIAS     SIZE(12)
#define TAP(i)   SIZE(13 + (i))

static INDEX FN(conv_gemm_at)(SIZES size, INDEX p)
{
    const INDEX row = p / ROW;
    return row / HEIGHT * PLANE + row % HEIGHT * PITCH + p % ROW;
}

/* Where the 16 pixels of a tile lie. ALONG: side by side. BROKEN: eight neighbours lie in two rows at most; of the lanes of half h, the first left[h] are at a[h] + lane, the
 * others at b[h] + lane. ANYWHERE: each at its own place. */
#define ALONG    0
#define BROKEN   1
#define ANYWHERE 2
struct FN(conv_gemm_place) {
    int kind;
    INDEX a[2], b[2], each[16];
    int left[2];
};

static void FN(conv_gemm_find)(SIZES size, INDEX p, private struct FN(conv_gemm_place) * place)
{
    const INDEX row = ROW;
    for (int i = 0; i < 16; i++)
        place->each[i] = FN(conv_gemm_at)(size, min(p + i, PIXELS - 1));
    for (int h = 0; h < 2; h++) {
        place->a[h] = place->each[8 * h];
        place->b[h] = place->each[8 * h + 7] - 7;
        place->left[h] = (int)min(row - (p + 8 * h) % row, (INDEX)8);
    }
    place->kind = PIXELS < 16 || row < 7 ? ANYWHERE : place->b[1] - place->a[0] == 8 ? ALONG : BROKEN;
}

/* Rows [k, end) of the image for a tile: x[c][at(p + lane) + TAP(t)] with k = c TAPS + t. */
static void FN(conv_gemm_pack)(SIZES size, private const struct FN(conv_gemm_place) * place, INDEX k, INDEX end, global const float *x, private float8 *to)
{
    const INDEX channel = CHANNEL, taps = TAPS;
    const int8 lane = (int8)(0, 1, 2, 3, 4, 5, 6, 7), low0 = lane < (int8)place->left[0], low1 = lane < (int8)place->left[1];
    const INDEX a0 = place->a[0], b0 = place->b[0], a1 = place->a[1], b1 = place->b[1];
    INDEX t = k % taps;
    x += k / taps * channel;
    for (; k < end; k++, to += 2) {
        global const float *from = x + TAP(t);
        if (place->kind == ALONG) {
            to[0] = vload8(0, from + a0);
            to[1] = vload8(1, from + a0);
        } else if (place->kind == BROKEN) {
            to[0] = select(vload8(0, from + b0), vload8(0, from + a0), low0);
            to[1] = select(vload8(0, from + b1), vload8(0, from + a1), low1);
        } else {
            for (int i = 0; i < 16; i++)
                ((private float *)to)[i] = from[place->each[i]];
        }
        if (++t == taps) {
            t = 0;
            x += channel;
        }
    }
}

/* sum[r] += sum over k of w[k][r] x[k], r < MR */
static void FN(conv_gemm_tile)(INDEX depth, global const float *w, private const float8 *x, private float8 *sum)
{
    float8 c[MR][2];
#pragma unroll
    for (int r = 0; r < MR; r++) {
        c[r][0] = sum[2 * r];
        c[r][1] = sum[2 * r + 1];
    }
    for (INDEX k = 0; k < depth; k++, w += MR, x += 2) {
        const float8 x0 = x[0], x1 = x[1];
#pragma unroll
        for (int r = 0; r < MR; r++) {
            const float8 v = w[r];
            c[r][0] = fma(v, x0, c[r][0]);
            c[r][1] = fma(v, x1, c[r][1]);
        }
    }
#pragma unroll
    for (int r = 0; r < MR; r++) {
        sum[2 * r] = c[r][0];
        sum[2 * r + 1] = c[r][1];
    }
}

/* Lanes [from, to) of the rows of a tile. */
static void FN(conv_gemm_store)(INDEX rows, INDEX pixels, int from, int to, private const float8 *sum, global float *y)
{
    for (INDEX r = 0; r < rows; r++, y += pixels, sum += 2) {
        if (from == 0 && to == 16) {
            vstore8(sum[0], 0, y);
            vstore8(sum[1], 1, y);
        } else {
            for (int lane = from; lane < to; lane++)
                y[lane] = ((private const float *)sum)[lane];
        }
    }
}

static void FN(conv_gemm)(INDEX task, SIZES size, global const float *x, global const float *w, global const float *b, global float *y)
{
    float8 image[TILES_MAX * KC * 2], sums[TILES_MAX * BLOCK_MAX * MR * 2];
    const INDEX pixels = PIXELS, filters = FILTERS, depth = CHANNELS * TAPS, panels = (filters + MR - 1) / MR;
    const INDEX pixel_blocks = (pixels + 16 * TILES - 1) / (16 * TILES), blocks = (panels + BLOCK - 1) / BLOCK;
    INDEX rest = task;
    const INDEX tile = rest % pixel_blocks * TILES, panel = (rest /= pixel_blocks) % blocks * BLOCK, g = (rest /= blocks) % GROUPS, n = rest / GROUPS;
    const INDEX tiles = min(TILES, (pixels + 15) / 16 - tile), block = min(BLOCK, panels - panel);
    w += (g * panels + panel) * depth * MR;
    x += (n * GROUPS + g) * CHANNELS * CHANNEL;
    b += (g * filters + panel * MR) * BIAS;
    y += ((n * GROUPS + g) * filters + panel * MR) * pixels;
    struct FN(conv_gemm_place) place[TILES_MAX];
    for (INDEX s = 0; s < tiles; s++)
        FN(conv_gemm_find)(size, max(min((tile + s) * 16, pixels - 16), (INDEX)0), place + s);
    for (INDEX i = 0; i < block; i++)
        for (INDEX r = 0; r < MR; r++) {
            const float8 v = NO_BIAS ? 0 : b[min(i * MR + r, filters - 1 - panel * MR) * BIAS];
            for (INDEX s = 0; s < tiles; s++)
                sums[((i * tiles + s) * MR + r) * 2] = sums[((i * tiles + s) * MR + r) * 2 + 1] = v;
        }
    for (INDEX k = 0; k < depth; k += KC) {
        const INDEX end = min(k + KC, depth);
        for (INDEX part = k; part < end; part += PART)
            for (INDEX s = 0; s < tiles; s++)
                FN(conv_gemm_pack)(size, place + s, part, min(part + PART, end), x, image + (s * KC + part - k) * 2);
        for (INDEX i = 0; i < block; i++)
            for (INDEX s = 0; s < tiles; s++)
                FN(conv_gemm_tile)(end - k, w + (i * depth + k) * MR, image + s * KC * 2, sums + (i * tiles + s) * MR * 2);
    }
    for (INDEX s = 0; s < tiles; s++) {
        const INDEX wanted = (tile + s) * 16, p = max(min(wanted, pixels - 16), (INDEX)0);
        for (INDEX i = 0; i < block; i++)
            FN(conv_gemm_store)(min((INDEX)MR, filters - (panel + i) * MR), pixels, (int)(wanted - p), (int)min(pixels - p, (INDEX)16), sums + (i * tiles + s) * MR * 2,
                                y + i * MR * pixels + p);
    }
}
