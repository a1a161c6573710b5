/* SPDX-License-Identifier: Apache-2.0 */
/* pad.c: pad. */
#include "op_suite.h"

#define X(type, shape, call)                                                                                           \
    "graph g( x ) -> ( y )\n{\n    x = external<" type ">(shape = [" shape "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"zeros", X("scalar", "2,3", "pad(x, padding = [(1,1),(2,0)])"), "1..6", "7*0 1..3 0 0 4..6 5*0"},
    {"a value", X("scalar", "2,3", "pad(x, padding = [(1,0),(0,2)], border = 'constant', value = 2.5)"), "1..6",
     "5*2.5 1..3 2.5 2.5 4..6 2.5 2.5"},
    {"constant", X("scalar", "4,5", "pad(x, padding = [(2,1),(1,3)], border = 'constant')"), "1..20",
     "19*0 1..5 4*0 6..10 4*0 11..15 4*0 16..20 12*0"},
    {"constant of long rows", X("scalar", "2,21", "pad(x, padding = [(0,1),(9,2)], border = 'constant')"), "1..42",
     "9*0 1..21 11*0 22..42 34*0"},
    {"constant of outer axes",
     X("scalar", "2,2,3,2", "pad(x, padding = [(0,0),(1,1),(2,0),(0,0)], border = 'constant')"), "1..24",
     "14*0 1..6 4*0 7..12 24*0 13..18 4*0 19..24 10*0"},
    {"replicate", X("scalar", "4,5", "pad(x, padding = [(2,1),(1,3)], border = 'replicate')"), "1..20",
     "1 1..5 3*5 1 1..5 3*5 1 1..5 3*5 6 6..10 3*10 11 11..15 3*15 16 16..20 3*20 16 16..20 3*20"},
    {"replicate of long rows", X("scalar", "2,21", "pad(x, padding = [(0,1),(9,2)], border = 'replicate')"), "1..42",
     "10*1 2..21 21 21 10*22 23..42 42 42 10*22 23..42 42 42"},
    {"replicate of outer axes",
     X("scalar", "2,2,3,2", "pad(x, padding = [(0,0),(1,1),(2,0),(0,0)], border = 'replicate')"), "1..24",
     "1 2 1 2 1..6 1 2 1 2 1..8 7 8 7..12 7 8 7 8 7..14 13 14 13..18 13 14 13 14 13..20 19 20 19..24 19 20 19 20 "
     "19..24"},
    {"reflect", X("scalar", "4,5", "pad(x, padding = [(2,1),(1,3)], border = 'reflect')"), "1..20",
     "12 11..15 14 13 12 7 6..10 9 8 7 2 1..5 4 3 2 7 6..10 9 8 7 12 11..15 14 13 12 17 16..20 19 18 17 12 11..15 14 "
     "13 12"},
    {"reflect of long rows", X("scalar", "2,21", "pad(x, padding = [(0,1),(9,2)], border = 'reflect')"), "1..42",
     "10 9 8 7 6 5 4 3 2 1..21 20 19 31 30 29 28 27 26 25 24 23 22..42 41 40 10 9 8 7 6 5 4 3 2 1..21 20 19"},
    {"reflect of outer axes", X("scalar", "2,2,3,2", "pad(x, padding = [(0,0),(1,1),(2,0),(0,0)], border = 'reflect')"),
     "1..24",
     "11 12 9 10 7..12 5 6 3 4 1..6 11 12 9 10 7..12 5 6 3 4 1..6 23 24 21 22 19..24 17 18 15 16 13..18 23 24 21 22 "
     "19..24 17 18 15 16 13..18"},
    {"reflect-even", X("scalar", "4,5", "pad(x, padding = [(2,1),(1,3)], border = 'reflect-even')"), "1..20",
     "6 6..10 10 9 8 1 1..5 5 4 3 1 1..5 5 4 3 6 6..10 10 9 8 11 11..15 15 14 13 16 16..20 20 19 18 16 16..20 20 19 "
     "18"},
    {"reflect-even of long rows", X("scalar", "2,21", "pad(x, padding = [(0,1),(9,2)], border = 'reflect-even')"),
     "1..42",
     "9 8 7 6 5 4 3 2 1 1..21 21 20 30 29 28 27 26 25 24 23 22 22..42 42 41 30 29 28 27 26 25 24 23 22 22..42 42 41"},
    {"reflect-even of outer axes",
     X("scalar", "2,2,3,2", "pad(x, padding = [(0,0),(1,1),(2,0),(0,0)], border = 'reflect-even')"), "1..24",
     "3 4 1 2 1..6 3 4 1 2 1..6 9 10 7 8 7..12 9 10 7 8 7..12 15 16 13 14 13..18 15 16 13 14 13..18 21 22 19 20 "
     "19..24 21 22 19 20 19..24"},
    {"cuts only", X("scalar", "4,5", "pad(x, padding = [(-1,0),(0,-2)])"), "1..20", "6..8 11..13 16..18"},
    {"cuts rows only", X("scalar", "4,5", "pad(x, padding = [(-1,-2),(0,0)]) + 1.0"), "1..20", "7..11"},
    {"cuts and replicates", X("scalar", "4,5", "pad(x, padding = [(-1,2),(3,-2)], border = 'replicate')"), "1..20",
     "4*6 7 8 4*11 12 13 4*16 17 18 4*16 17 18 4*16 17 18"},
    {"cuts all but the border", X("scalar", "2,3", "pad(x, padding = [(0,0),(-4,6)], value = 7.0)"), "1..6", "10*7"},
    {"cuts and reflects", X("scalar", "6", "pad(x, padding = [(2,-5)], border = 'reflect')"), "1..6", "3 2 1"},
    {"as far as it goes", X("scalar", "3", "pad(x, padding = [(2,2)], border = 'reflect')"), "1..3", "3 2 1..3 2 1"},
    {"as far as it goes, evenly", X("scalar", "3", "pad(x, padding = [(3,3)], border = 'reflect-even')"), "1..3",
     "3 2 1 1..3 3 2 1"},
    {"ignore", X("scalar", "3", "pad(x, padding = [(1,2)], border = 'ignore', value = 7.0)"), "1..3", "0 1..3 0 0"},
    {"reflects again", X("scalar", "3", "pad(x, padding = [(6,4)], border = 'reflect')"), "1..3",
     "3 2 1 2 3 2 1..3 2 1 2 3"},
    {"reflects again, evenly", X("scalar", "2", "pad(x, padding = [(5,3)], border = 'reflect-even')"), "1..2",
     "1 1 2 2 1 1 2 2 1 1"},
    {"reflects one element", X("scalar", "1", "pad(x, padding = [(2,1)], border = 'reflect')"), "4", "4*4"},
    {"far", X("scalar", "3", "pad(x, padding = [(5,5)], border = 'replicate')"), "1..3", "6*1 2 6*3"},
    {"nothing", X("scalar", "2,3", "pad(x, padding = [(0,0),(0,0)])"), "1..6", "1..6"},
    {"long rows", X("scalar", "2,9000", "pad(x, padding = [(0,1),(1,0)], value = 3.0)"), "9000*1 9000*2",
     "3 9000*1 3 9000*2 9001*3"},
    {"images, zeros and a cut", X("scalar", "1,9,2,2", "pad(x, padding = [(0,0),(0,0),(1,0),(-1,1)])"), "1..36",
     "0 0 2 0 4 0 0 0 6 0 8 0 0 0 10 0 12 0 0 0 14 0 16 0 0 0 18 0 20 0 0 0 22 0 24 0 0 0 26 0 28 0 0 0 30 0 32 0 0 0 "
     "34 0 36 0"},
    {"images, a value", X("scalar", "1,2,1,2", "pad(x, padding = [(0,0),(0,0),(1,0),(0,1)], value = 7.0)"), "1..4",
     "3*7 1 2 7 3*7 3 4 7"},
    {"images, replicate", X("scalar", "2,1,2,2", "pad(x, padding = [(0,0),(0,0),(0,1),(1,0)], border = 'replicate')"),
     "1..8", "1 1 2 3 3 4 3 3 4 5 5 6 7 7 8 7 7 8"},
    {"a line, reflect", X("scalar", "1,2,4", "pad(x, padding = [(0,0),(0,0),(2,1)], border = 'reflect')"), "1..8",
     "3 2 1..4 3 7 6 5..8 7"},
    {"the misspelt name", X("scalar", "3", "pad(x, padding = [(1,0)], border = 'replicated')"), "1..3", "1 1 2 3"},
};

static const struct op_error errors[] = {
    {"border", X("scalar", "3,4", "pad(x, padding = [(1,1),(1,1)], border = 'mirror')"), "border 'mirror' is none of",
     5},
    {"length", X("scalar", "3,4", "pad(x, padding = [(1,1)])"), "padding has 1 items, the input rank 2", 5},
    {"nothing left", X("scalar", "3,4", "pad(x, padding = [(-9,-9),(0,0)])"), "extent below 1", 5},
    {"too large", X("scalar", "3", "pad(x, padding = [(9223372036854775807,9)])"), "too large", 5},
};

OP_SUITE("pad", cases, errors)
