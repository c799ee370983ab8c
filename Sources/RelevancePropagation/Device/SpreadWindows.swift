internal import Compute

/// s of a layer behind which windows of 2 × 2 pixels side by side are pooled, not stored but as its two parts.
///
///     s[h, w] = f[h, w] · s'[h / 2, w / 2] · share      0 where no window lies
struct SpreadWindows {
  /// s' of the pooling, an entry a target.
  let windows: Buffer<Float>
  /// f of the layer's outputs, an entry an image.
  let factors: Buffer<Float>
  /// What each pixel of a window gets.
  let share: Float
}

extension Factor {
  /// What each pixel of a window gets of what the pooling behind sends back: all where f is that of the winners, else an
  /// average's part.
  var share: Float { winners == nil ? 0.25 : 1 }
}
