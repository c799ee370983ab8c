package import Compute
internal import KernelSources

extension Engine {
  /// Writes an image, moved, as image `place` of a batch.
  ///
  /// - Parameters:
  ///   - source: images, channels last, each larger than a copy by `margin` on every side.
  ///   - shape: of a copy, `[C, H, W]`.
  ///   - fill: what lies outside of the source, per channel; nil for the nearest pixel.
  package func translate(
    _ source: Buffer<Float>, image: Int, of shape: Shape, by shift: Shift, margin: Extent = Extent(0),
    fill: Buffer<Float>?, into batch: Buffer<Float>, at place: Int
  ) throws {
    try launch(
      "translated_copy", of: .translation, grid: Grid(shape[1] * shape[2]),
      ShiftGeometry(shape, by: shift, margin: margin), Int32(image), Int32(place), Int32(fill == nil ? 0 : 1),
      fill ?? source, source, batch)
  }
}

extension ShiftGeometry {
  init(_ shape: Shape, by shift: Shift, margin: Extent) {
    self.init(
      C: Int32(shape[0]), H: Int32(shape[1]), W: Int32(shape[2]), sourceH: Int32(shape[1] + 2 * margin.vertical),
      sourceW: Int32(shape[2] + 2 * margin.horizontal), top: Int32(margin.vertical), left: Int32(margin.horizontal),
      dy: Int32(shift.dy), dx: Int32(shift.dx))
  }
}
