// Weights of a convolution reordered by taps, once a layer and part: what tiled.cl and depthwise.cl read.
//
//   packed[r,s,k,c] = w[k,c,r,s]
//
// With the channels of one tap side by side both directions read neighbours: the convolution along c, its transpose along
// k or c, so that one copy serves both. No step of LRP, only order.
// w [K,C/groups,R,S] of K * C/groups = `pairs` filters with `taps` taps each; packed [taps][pairs].
// Grid (pairs, taps), any work-group.
kernel void pack_by_taps(const int pairs, const int taps, global const float *w, global float *packed) {
  const int pair = get_global_id(0), tap = get_global_id(1);
  if (pair >= pairs) return;
  packed[(size_t)tap * pairs + pair] = w[(size_t)pair * taps + tap];
}
