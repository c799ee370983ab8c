package import Compute
internal import KernelSources

extension Engine {
  /// Copies `count` numbers of one buffer into another, on the device.
  package func copy(_ source: Buffer<Float>, from first: Int, into target: Buffer<Float>, at place: Int, count: Int)
    throws
  {
    let slice = SliceGeometry(
      count: Int32(count), sourceStride: 0, sourceOffset: Int32(first), targetStride: 0, targetOffset: Int32(place))
    try launch("copy_slice", grid: Grid(count), slice, source, Int32(0), target)
  }
}
