internal import Compute
internal import KernelSources

/// A block of every entry of a batch, or of every pixel, copied or added from one buffer to another. In elements.
struct Slice {
  /// Blocks in an entry.
  var blocks = 1
  var count: Int
  var sourceStride: Int
  var sourceOffset: Int
  var targetStride: Int
  var targetOffset: Int

  static func whole(_ count: Int) -> Slice {
    Slice(count: count, sourceStride: count, sourceOffset: 0, targetStride: count, targetOffset: 0)
  }

  /// The same block, the other way.
  var reversed: Slice {
    Slice(
      blocks: blocks, count: count, sourceStride: targetStride, sourceOffset: targetOffset, targetStride: sourceStride,
      targetOffset: sourceOffset)
  }

  func copy(
    _ source: Buffer<Float>, into target: Buffer<Float>, accumulate: Bool, batch: Int, on engine: Engine
  ) throws {
    let geometry = SliceGeometry(
      count: Int32(count), sourceStride: Int32(sourceStride), sourceOffset: Int32(sourceOffset),
      targetStride: Int32(targetStride), targetOffset: Int32(targetOffset))
    try engine.launch(
      "copy_slice", grid: Grid(engine.vectors(count), batch * blocks), geometry, source, Int32(accumulate ? 1 : 0),
      target)
  }
}
