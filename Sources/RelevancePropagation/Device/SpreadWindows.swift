internal import Compute

/// s of a layer behind which windows of 2 × 2 pixels side by side are averaged, not stored but as its two parts.
///
///     s[h, w] = f[h, w] · s'[h / 2, w / 2] / 4      0 where no window lies
struct SpreadWindows {
  /// s' of the pooling, an entry a target.
  let windows: Buffer<Float>
  /// f of the layer's outputs, an entry an image.
  let factors: Buffer<Float>
}
