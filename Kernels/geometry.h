// Structures passed by value from Swift to the kernels: one definition, read by both compilers.
// Letters: C, H, W input channels, rows, columns; K, P, Q output; R, S filter. All in elements.
#ifndef RELPROP_GEOMETRY_H
#define RELPROP_GEOMETRY_H

// A convolution of one image. Weights [K, C/groups, R, S].
typedef struct {
  int C, H, W;
  int K, P, Q;
  int R, S;
  int strideY, strideX;
  int padTop, padLeft;
  int dilationY, dilationX;
  int groups;
} ConvolutionGeometry;

// A sliding window over one image's channels.
typedef struct {
  int C, H, W;
  int P, Q;
  int kernelY, kernelX;
  int strideY, strideX;
  int padTop, padLeft;
  int dilationY, dilationX;
} WindowGeometry;

// Averages over a grid of P x Q cells; the cells themselves are tables (see pooling/average.cl).
typedef struct {
  int C, H, W;
  int P, Q;
} CellGeometry;

// A part of a number a: positive * max(a, 0) + negative * min(a, 0). (1, 1) is a itself, (1, 0) its positive part,
// (1 + gamma, 1) is a + gamma * a+. Where a kernel reads `power` (poolings, sums, step 4): sign(a) * |a|^power.
typedef struct {
  float positive, negative;
  float power;
} SignPart;

// What is added to a denominator z: (epsilon + relative * statistic(z)) * sign, where `mode` is the sign:
// 0: that of z, sign(0) = +1; 1: always +; 2: +, and only where z is exactly 0.
typedef struct {
  float epsilon, relative;
  int mode;
} StabilizerParameters;

// A block of `count` elements in every entry of a batch.
typedef struct {
  int count;
  int sourceStride, sourceOffset;
  int targetStride, targetOffset;
} SliceGeometry;

// Where the weights of a convolution lie, seen from its outputs or, turned, from its inputs (cpu/filters.cl).
typedef struct {
  int outputs, inputs;
  int R, S;
  int outputStride, inputStride;
  int turned;
} FilterView;

// A dense layer's weights on a CPU (cpu/dense.h), a row of K numbers for every input: numbers of a row in whole vectors, and from one
// row to the next. Rows in the same sets of a cache would drive each other out.
static inline int dense_length(const int K) { return (K + 15) / 16 * 16; }
static inline int dense_pitch(const int K) { return dense_length(K) + (dense_length(K) % 512 == 0 ? 32 : 0); }

// Terms of packed filters that a CPU's product asks for ahead (cpu/tile.h); behind the last there is room for as many.
enum { TERMS_AHEAD = 32 };

// What is done with finished sums (epilogue.h): a set of EPILOGUE_ flags, and their numbers.
typedef struct {
  int steps;
  int count;    // elements of an entry of the output
  int targets;  // entries of one image
  int biasMode;
  int accumulate;
  int activationStride;  // 0: one entry for the whole batch
  int gate;
  int isShifted;    // whether z of step 2 is a stored number and one that no image changes
  int shiftBorder;  // that one is the same number of a channel at all pixels so far from the border; negative: at none
  int isLarge;    // whether the output does not stay in a cache until it is read
  float coefficient;
  SignPart part;
  StabilizerParameters stabilizer;
} Epilogue;

enum {
  EPILOGUE_PRODUCT = 1,   // step 4
  EPILOGUE_KEEP = 2,      // also store the number as it is now
  EPILOGUE_RECTIFY = 4,   // max(z, 0)
  EPILOGUE_QUOTIENT = 8,  // step 2
};

// What one launch reads and counts for the ledger (relevance/ledger.h).
typedef struct {
  int count;       // numbers of an entry
  int targets;     // entries of one image
  int C;           // channels
  int first;       // of the partial results, in units of one
  int source;      // where R comes from: a LEDGER_ number
  int divides;     // whether s is read
  int spreads;     // whether s is f * s' * share of windows of 2 x 2 pixels side by side, s' in its place
  int H, W;        // of the image, with `spreads`
  float share;     // what each pixel of a window gets
  int isShifted;   // whether z is a stored number and one that no image changes
  int biasMode;    // of the bias whose share is counted; 0: none
  int countsIdle;  // whether units are read
  int gate;
  float coefficient;
  StabilizerParameters stabilizer;
} LedgerReading;

enum {
  LEDGER_NONE = 0,      // not read: the bias' share alone is counted
  LEDGER_STORED = 1,    // R lies there
  LEDGER_QUOTIENT = 2,  // R = s * stab(z)
  LEDGER_FACTOR = 3,    // R = s * a / f
  LEDGER_PRODUCT = 4,   // R = c * a, c in the place of R
};

// A 3 x 3 convolution of stride 1 by Winograd's algorithm (cpu/winograd.cl), in either direction.
typedef struct {
  int C, H, W;
  int K, P, Q;
  int padTop, padLeft;
  int tilesY, tilesX;  // of an entry
  int targets;         // entries of one image
  int tiles;           // of all entries, or of those that are transformed together
  int tilesAtOnce;     // of one piece of work
  int pitch;           // elements between tiles of V: C and some more, so that rows do not share cache sets
  int spreads;         // whether the input is what 2 x 2 windows side by side send back, times a factor
  float share;         // what each pixel of a window gets of it
} WinogradGeometry;

// A second set of filters in a launch of cpu/winograd.cl, whose sums z make factors f = a / stab(z).
typedef struct {
  int isMade;
  int biasMode;  // of z: 0 none, 1 [K], 2 [P,Q,K]
  StabilizerParameters stabilizer;
} FactorParameters;

// A max pooling of 2 x 2 windows side by side in a launch of cpu/winograd.cl, and f of a pooling treated as an average.
typedef struct {
  int isMade;
  int masks;  // whether the convolution's own f is 0 where a window's maximum is not, or is again
  FactorParameters factor;
} PoolingParameters;

// A convolution over gathered inputs (cpu/gather.cl), in either direction.
typedef struct {
  int channels, H, W;  // of the input; `channels` of all groups
  int C, K;            // inputs and outputs of a bundle of groups
  int outputs, P, Q;   // of the output; `outputs` of all groups
  int entries;
  int phases;          // whose pieces of work take turns
  int run;             // taps in a row that are neighbours in an image of one group, else 1
  int stepInY, stepInX;
  int stepOutY, stepOutX;
  int rowsAtOnce;      // positions of one piece of work
  int outputsAtOnce;   // and its outputs of a bundle, a multiple of TILE_COLUMNS
  int rowsOfMemory;    // rowsAtOnce and the rows that tiles may compute too many
  int depthAtOnce;     // numbers of a row gathered at a time
  int pitch;           // elements between gathered rows
} GatherGeometry;

// One phase of it: outputs (y + i * stepOutY, x + j * stepOutX) and the taps they meet; its filters begin at number `filters`
// of U.
typedef struct {
  int y, x;
  int firstTap, taps;
  int filters;
} GatherPhase;

// f(a) = positive * max(a, 0) + negative * min(a, 0) + always, for each channel of an image and several sums
// (cpu/scatter.cl): the K numbers of the first, of the second ...; room behind them for whole vectors.
typedef struct {
  int parts;  // sums, at most 16 / K; 0: none
  float positive[32], negative[32], always[32];
} ChannelFactors;

// A convolution of few input channels (cpu/direct.cl).
typedef struct {
  int C, H, W;
  int K, P, Q;
  int R, S;
  int strideY, strideX;
  int padTop, padLeft;
  int dilationY;
  int rowsAtOnce, columnsAtOnce;  // outputs of one piece of work
  int pitch;                      // elements between rows of inputs, with room for a vector more
} DirectGeometry;

// Windows cut from a strip of an image (windows/cut.cl).
typedef struct {
  int C, H, W;        // of a window
  int rows, columns;  // of the strip; what lies beyond is padding
} CutGeometry;

// Windows of one grid row laid on the map (windows/place.cl).
typedef struct {
  int C, H, W;           // of a window
  int planes;            // of the map: 1, the sum over channels, or C
  int count;             // windows
  int y;                 // row of the map where they begin; negative above it
  int top, left;         // first row and column of the map that they touch
  int columns, ringRows; // of the map: columns, and rows in work
  int keptFrom;          // slots from here on lie in the second buffer
} PlaceGeometry;

// A copy of an image moved by (dy, dx), down and to the right (translation/). The unmoved copy lies at (top, left) of the source.
typedef struct {
  int C, H, W;  // of the copy
  int sourceH, sourceW;
  int top, left;
  int dy, dx;
} ShiftGeometry;

// A transposed convolution towards few channels (cpu/scatter.cl).
typedef struct {
  int C, P, Q;      // of s
  int K, H, W;      // of the output
  int width;        // numbers of a product: K of each part of w
  int taps, S;      // of a filter, and of its row
  int tapsOfBlock;  // side by side in a block of TILE_COLUMNS
  int strideY, strideX;
  int padTop, padLeft;
  int dilationY, dilationX;
  int rowsAtOnce, columnsAtOnce;  // outputs of one piece of work
  int openRows;                   // of outputs that a row of s meets, and between them
  int positions;                  // along a row of s that meet them, at most
} ScatterGeometry;

#endif
