// A convolution and its transpose as one gather: every output reads the inputs that reach it, and no other.
//
// Along each axis the outputs fall into phases, those of one phase read the same taps:
//
//   output position  first + step * i,                       0 <= i < count
//   input position   i * inputStep + offset + t * offsetStep, 0 <= t < taps, weighted by tap firstTap + t * tapStep
//
// A convolution has one phase. Its transpose has `stride` of them: output h = phase + stride * i receives from input
// p = (h + pad - r * dilation) / stride, for the taps r where that is whole: with stride 2 about half of them, and the
// others are not multiplied by zero but left out.
#ifndef RELPROP_GATHER_H
#define RELPROP_GATHER_H

typedef struct {
  int count, first, step;
  int inputStep, offset, offsetStep;
  int taps, firstTap, tapStep;
} GatherAxis;

GatherAxis gather_axis(const int outputs, const int filter, const int stride, const int pad, const int dilation,
                       const int transposed, const int phase) {
  GatherAxis axis = {outputs, 0, 1, stride, -pad, dilation, filter, 0, 1};
  if (!transposed) return axis;
  axis.count = (outputs - phase + stride - 1) / stride;
  axis.first = phase;
  axis.step = stride;
  axis.inputStep = 1;
  while (axis.firstTap < filter && (phase + pad - axis.firstTap * dilation) % stride != 0) axis.firstTap++;
  while (axis.tapStep * dilation % stride != 0) axis.tapStep++;
  axis.taps = (filter - axis.firstTap + axis.tapStep - 1) / axis.tapStep;
  axis.offset = (phase + pad - axis.firstTap * dilation) / stride;
  axis.offsetStep = -(axis.tapStep * dilation / stride);
  return axis;
}

// A place in the sum of one output: channel of the group, and tap of the phase.
typedef struct {
  int channel, y, x;
} GatherTerm;

void gather_advance(GatherTerm *term, const int by, const int channels, const int tapsX) {
  term->channel += by;
  while (term->channel >= channels) {
    term->channel -= channels;
    if (++term->x == tapsX) {
      term->x = 0;
      term->y++;
    }
  }
}

#endif
