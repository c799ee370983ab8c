// Means over cells of each channel (pooling/average.cl) with the epilogue, and maxima over windows (pooling/maximum.cl), for
// CPUs: a row of outputs a work-item. Steps 4 and 2 of LRP need no trip through memory where a max pooling is treated as an
// average.
//
//   apply      z[p,q,c] = 1/n(p,q) * sum over the cell of part(x), and the epilogue
//   transpose  c[h,w,c] = sum of s[p,q,c] / n(p,q) over the cells that hold (h, w), and the epilogue
//   maximum    y[p,q,c] = max over the window; padding never wins; and f = y / stab(mean over the window) where factors
//              are made for a backward pass that treats it as an average
//   route      c[h,w,c] = sum of s[p,q,c] over the windows that (h, w) wins, and the epilogue: the first maximum takes all,
//              or with `shared` all maxima take equal shares (pooling/maximum.cl)
//
// `cells` as in pooling/average.cl; x [entries][H,W,C] with xStride elements an entry, s [entries][P,Q,C].
// Grid: apply and maximum (P, entries), transpose (H, entries), route (H, entries) or with `pairs` (P, entries) in groups of 1.
#include "epilogue.h"
#include "cpu/tile.h"

// Memory answers late, and rows a few pixels long are too short for a core to guess what comes next: it is asked for, so many numbers
// ahead.
enum { NUMBERS_AHEAD = 1024 };

// Row p of the means.
static inline __attribute__((always_inline)) void average_row(const CellGeometry g, global const int *cells, const Epilogue e,
                                                              const EpilogueArrays arrays, const int p, const int entry,
                                                              global const float *image, const SignPart part) {
  global const int *columns = cells + 3 * g.P;
  const FinishedEntry finished = finished_entry(e, arrays, entry);
  const int plain = is_all(part) && part.power == 1.0f;
  for (int q = 0; q < g.Q; q++) {
    const float count = cells[2 * g.P + p] * columns[2 * g.Q + q];
    for (int c = 0; c < g.C; c += 16) {
      float16 sum = 0.0f;
      for (int h = cells[p]; h < cells[g.P + p]; h++) {
        float16 row = 0.0f;
        for (int w = columns[q]; w < columns[g.Q + q]; w++) {
          const float16 a = load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C);
          row += plain ? a : powered_part_of(part, a);
        }
        sum += row;
      }
      finish(e, arrays, sum / count, finished, ((size_t)p * g.Q + q) * g.C + c, c, g.C);
    }
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void average_apply_finished(
    const CellGeometry g, global const int *cells, const Epilogue e, global const float *x, const int xStride,
    const SignPart part, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int p = get_global_id(0), entry = get_global_id(1);
  global const float *image = x + (size_t)entry * xStride;
  if (is_run(e, EPILOGUE_QUOTIENT, 0))
    average_row(g, cells, run_of(e, EPILOGUE_QUOTIENT, 0), arrays, p, entry, image, part);
  else
    average_row(g, cells, e, arrays, p, entry, image, part);
}

// What the cells firstP .. lastP - 1, firstQ .. lastQ - 1 send to a pixel's channels from c on. Rare: compiled once.
WIDE static __attribute__((noinline)) float16 sum_of_cells(const CellGeometry g, global const int *cells, const int firstP,
                                                           const int lastP, const int firstQ, const int lastQ,
                                                           const int c, global const float *s) {
  global const int *columns = cells + 3 * g.P;
  float16 sum = 0.0f;
  for (int p = firstP; p < lastP; p++)
    for (int q = firstQ; q < lastQ; q++)
      sum += load_lanes(s + ((size_t)p * g.Q + q) * g.C, c, g.C) / (float)(cells[2 * g.P + p] * columns[2 * g.Q + q]);
  return sum;
}

// Row h of what the cells send back.
static inline __attribute__((always_inline)) void average_row_back(const CellGeometry g, global const int *cells,
                                                                   const Epilogue e, const EpilogueArrays arrays,
                                                                   const int h, const int entry, global const float *s) {
  global const int *columns = cells + 3 * g.P, *rowFirst = columns + 3 * g.Q, *columnFirst = rowFirst + 2 * g.H;
  const FinishedEntry finished = finished_entry(e, arrays, entry);
  const int firstP = rowFirst[h], lastP = rowFirst[g.H + h];
  for (int w = 0; w < g.W; w++) {
    const int firstQ = columnFirst[w], lastQ = columnFirst[g.W + w];
    const size_t index = ((size_t)h * g.W + w) * g.C;
    // Cells that do not overlap.
    const int isAlone = lastP - firstP == 1 && lastQ - firstQ == 1;
    global const float *from = s + ((size_t)firstP * g.Q + firstQ) * g.C;
    const float count = isAlone ? cells[2 * g.P + firstP] * columns[2 * g.Q + firstQ] : 0;
#pragma unroll 1
    for (int c = 0; c < g.C; c += 16) {
      float16 sum = 0.0f;
      if (isAlone) sum = load_lanes(from, c, g.C) / count;
      else sum = sum_of_cells(g, cells, firstP, lastP, firstQ, lastQ, c, s);
      finish(e, arrays, sum, finished, index + c, c, g.C);
    }
  }
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void average_transpose_finished(
    const CellGeometry g, global const int *cells, const Epilogue e, global const float *s, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int h = get_global_id(0), entry = get_global_id(1);
  global const float *from = s + (size_t)entry * g.P * g.Q * g.C;
  if (is_run(e, EPILOGUE_PRODUCT, 0))
    average_row_back(g, cells, run_of(e, EPILOGUE_PRODUCT, 0), arrays, h, entry, from);
  else if (is_run(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0))
    average_row_back(g, cells, run_of(e, EPILOGUE_PRODUCT | EPILOGUE_QUOTIENT, 0), arrays, h, entry, from);
  else
    average_row_back(g, cells, e, arrays, h, entry, from);
}

// The maximum, and its factor, of what of a window lies in the image: `rows` x `columns` pixels from `corner` on.
static inline __attribute__((always_inline)) void maximum_window(const WindowGeometry g, const FactorParameters factor,
                                                                 const int rows, const int columns,
                                                                 global const float *corner, global float *y,
                                                                 global float *f) {
  const size_t down = (size_t)g.dilationY * g.W * g.C, right = (size_t)g.dilationX * g.C;
#pragma unroll 1
  for (int c = 0; c < g.C; c += 16) {
    float16 best = -INFINITY, sum = 0.0f;
    for (int r = 0; r < rows; r++) {
      float16 rowSum = 0.0f;
      for (int s = 0; s < columns; s++) {
        global const float *pixel = corner + r * down + s * right;
        const float16 value = load_lanes(pixel, c, g.C);
        EXPECT_NEAR(pixel + c + NUMBERS_AHEAD);
        best = larger_of(best, value);
        rowSum += value;
      }
      sum += rowSum;
    }
    store_lanes(best, y, c, g.C);
    if (!factor.isMade) continue;
    const float count = rows * columns;
    store_lanes(stabilized_quotient(best, sum / count, factor.stabilizer.epsilon, factor.stabilizer.mode), f, c, g.C);
  }
}

// The first of a window's `count` pixels along an axis of `size` pixels that lies in the image, and the one behind the last.
static inline int first_inside(const int begin, const int dilation) {
  return begin < 0 ? (-begin + dilation - 1) / dilation : 0;
}
static inline int last_inside(const int begin, const int dilation, const int count, const int size) {
  return begin >= size ? 0 : min(count, (size - 1 - begin) / dilation + 1);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void maximum_rows(const WindowGeometry g,
                                                                              const FactorParameters factor,
                                                                              global const float *x, global float *y,
                                                                              global float *factors) {
  const int p = get_global_id(0), entry = get_global_id(1), top = p * g.strideY - g.padTop;
  const int firstRow = first_inside(top, g.dilationY), rows = last_inside(top, g.dilationY, g.kernelY, g.H) - firstRow;
  global const float *row = x + ((size_t)entry * g.H + top + firstRow * g.dilationY) * g.W * g.C;
  size_t at = ((size_t)entry * g.P + p) * g.Q * g.C;
#pragma unroll 1
  for (int q = 0; q < g.Q; q++, at += g.C) {
    const int left = q * g.strideX - g.padLeft, first = first_inside(left, g.dilationX);
    const int columns = last_inside(left, g.dilationX, g.kernelX, g.W) - first;
    global const float *corner = row + (size_t)(left + first * g.dilationX) * g.C;
    // The usual windows with their sizes as constants.
    if (rows == 2 && columns == 2) maximum_window(g, factor, 2, 2, corner, y + at, factors + at);
    else if (rows == 3 && columns == 3) maximum_window(g, factor, 3, 3, corner, y + at, factors + at);
    else maximum_window(g, factor, rows, columns, corner, y + at, factors + at);
  }
}

// What window (p, q) sends to pixel (h, w) of it: R, a part of it, or nothing.
static inline __attribute__((always_inline)) float16 won(const WindowGeometry g, global const float *image, const float16 R,
                                                         const int p, const int q, const int h, const int w, const int c,
                                                         const int shared) {
  const float16 value = load_lanes(image + ((size_t)h * g.W + w) * g.C, c, g.C), zero = 0.0f;
  float16 result = R, maxima = 0.0f;
  for (int r = 0; r < g.kernelY; r++) {
    const int y = p * g.strideY - g.padTop + r * g.dilationY;
    if (y < 0 || y >= g.H) continue;
    for (int s = 0; s < g.kernelX; s++) {
      const int x = q * g.strideX - g.padLeft + s * g.dilationX;
      if (x < 0 || x >= g.W) continue;
      const float16 other = load_lanes(image + ((size_t)y * g.W + x) * g.C, c, g.C);
      result = other > value ? zero : result;
      if (shared) maxima += other == value ? (float16)1.0f : zero;
      else if (y < h || (y == h && x < w)) result = other == value ? zero : result;
    }
  }
  return shared ? result * (maxima > zero ? (float16)1.0f / maxima : zero) : result;
}

// The same of a window of 3 x 3 neighbours that lies in the image, to its pixel number `own`.
static inline __attribute__((always_inline)) float16 won_of_nine(global const float *corner, const size_t down, const int C,
                                                                 const int own, const int c, const float16 R) {
  const float16 value = load_lanes(corner + own / 3 * down + (size_t)(own % 3) * C, c, C), zero = 0.0f;
  int16 isBeaten = 0;
#pragma unroll
  for (int i = 0; i < 9; i++) {
    const float16 other = load_lanes(corner + i / 3 * down + (size_t)(i % 3) * C, c, C);
    const int16 isBefore = i < own ? -1 : 0;
    isBeaten |= (other > value) | ((other == value) & isBefore);
  }
  return isBeaten ? zero : R;
}

// The windows along an axis that reach over pixel `at`, first and last. Last may be less than first: none does.
typedef struct {
  int first, last;
} WindowRange;

static inline WindowRange windows_that_hold(const int at, const int pad, const int size, const int dilation, const int stride,
                                            const int count) {
  const int before = at + pad - (size - 1) * dilation;
  const WindowRange result = {before > 0 ? (before + stride - 1) / stride : 0, min((at + pad) / stride, count - 1)};
  return result;
}

// Row h of what any windows send back. Sums begin with the last window.
static inline __attribute__((always_inline)) void route_row(const WindowGeometry g, const Epilogue e,
                                                            const EpilogueArrays arrays, const int h, const int entry,
                                                            global const float *image, global const float *R,
                                                            const int shared) {
  const FinishedEntry finished = finished_entry(e, arrays, entry);
  const size_t down = (size_t)g.W * g.C;
  const int dilates = g.dilationY != 1 || g.dilationX != 1;
  const int areNine = g.kernelY == 3 && g.kernelX == 3 && !dilates && !shared;
  const WindowRange rows = windows_that_hold(h, g.padTop, g.kernelY, g.dilationY, g.strideY, g.P);
#pragma unroll 1
  for (int w = 0; w < g.W; w++) {
    const WindowRange columns = windows_that_hold(w, g.padLeft, g.kernelX, g.dilationX, g.strideX, g.Q);
#pragma unroll 1
    for (int c = 0; c < g.C; c += 16) {
      float16 sum = 0.0f;
#pragma unroll 1
      for (int p = rows.last; p >= rows.first; p--)
#pragma unroll 1
        for (int q = columns.last; q >= columns.first; q--) {
          const int top = p * g.strideY - g.padTop, left = q * g.strideX - g.padLeft;
          if (dilates && ((h - top) % g.dilationY != 0 || (w - left) % g.dilationX != 0)) continue;  // between its pixels
          const float16 output = load_lanes(R + ((size_t)p * g.Q + q) * g.C, c, g.C);
          if (areNine && top >= 0 && left >= 0 && top + 3 <= g.H && left + 3 <= g.W)
            sum += won_of_nine(image + top * down + (size_t)left * g.C, down, g.C, 3 * (h - top) + w - left, c, output);
          else
            sum += won(g, image, output, p, q, h, w, c, shared);
        }
      finish(e, arrays, sum, finished, ((size_t)h * g.W + w) * g.C + c, c, g.C);
    }
  }
}

// Rows 2p and 2p + 1 where windows are 2 x 2 and side by side, and behind the last windows what none of them reads.
static inline __attribute__((always_inline)) void route_pairs(const WindowGeometry g, const Epilogue e,
                                                              const EpilogueArrays arrays, const int p, const int entry,
                                                              global const float *image, global const float *R,
                                                              const int shared) {
  const FinishedEntry finished = finished_entry(e, arrays, entry);
  const float16 zero = 0.0f, one = 1.0f;
  for (int q = 0; q < g.Q; q++) {
    const size_t corner = ((size_t)2 * p * g.W + 2 * q) * g.C;
    for (int c = 0; c < g.C; c += 16) {
      const float16 output = load_lanes(R + ((size_t)p * g.Q + q) * g.C, c, g.C);
      float16 x[4], part[4];
#pragma unroll
      for (int i = 0; i < 4; i++) x[i] = load_lanes(image + corner + ((size_t)(i / 2) * g.W + i % 2) * g.C, c, g.C);
#pragma unroll
      for (int i = 0; i < 4; i++) {
        float16 maxima = 0.0f;
        part[i] = output;
#pragma unroll
        for (int j = 0; j < 4; j++) {
          part[i] = x[j] > x[i] ? zero : part[i];
          if (shared) maxima += x[j] == x[i] ? one : zero;
          else if (j < i) part[i] = x[j] == x[i] ? zero : part[i];
        }
        if (shared) part[i] *= maxima > zero ? one / maxima : zero;
      }
#pragma unroll
      for (int i = 0; i < 4; i++)
        finish(e, arrays, part[i], finished, corner + ((size_t)(i / 2) * g.W + i % 2) * g.C + c, c, g.C);
    }
  }
  for (int h = 2 * p; h < (p + 1 == g.P ? g.H : 2 * p + 2); h++)
    for (int w = h < 2 * g.P ? 2 * g.Q : 0; w < g.W; w++)
      for (int c = 0; c < g.C; c += 16) finish(e, arrays, zero, finished, ((size_t)h * g.W + w) * g.C + c, c, g.C);
}

WIDE kernel __attribute__((reqd_work_group_size(1, 1, 1))) void maximum_route_rows(
    const WindowGeometry g, const int pairs, const int shared, const Epilogue e, global const float *x,
    global const float *R, FINISH_PARAMETERS) {
  const EpilogueArrays arrays = FINISH_ARRAYS;
  const int row = get_global_id(0), entry = get_global_id(1);
  global const float *image = x + (size_t)(entry / e.targets) * g.H * g.W * g.C;
  global const float *outputs = R + (size_t)entry * g.P * g.Q * g.C;
  if (!pairs)
    route_row(g, e, arrays, row, entry, image, outputs, shared);
  else if (!shared && is_run(e, EPILOGUE_PRODUCT, 0))
    route_pairs(g, run_of(e, EPILOGUE_PRODUCT, 0), arrays, row, entry, image, outputs, 0);
  else
    route_pairs(g, e, arrays, row, entry, image, outputs, shared);
}
