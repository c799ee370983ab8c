/// How windows become a map.
public struct ScanSettings: Sendable, Hashable {
  public var combine: WindowCombination
  public var target: WindowTarget
  public var constantWindows: ConstantWindows
  /// One plane of relevance a colour channel, instead of their sum.
  public var keepsChannels: Bool
  /// Side of the map's chunks, in pixels: a strip is one row of them.
  public var chunk: Int

  public init(
    combine: WindowCombination = .sum, target: WindowTarget, constantWindows: ConstantWindows = .compute,
    keepsChannels: Bool = false, chunk: Int = 512
  ) {
    precondition(chunk > 0, "chunk \(chunk)")
    self.combine = combine
    self.target = target
    self.constantWindows = constantWindows
    self.keepsChannels = keepsChannels
    self.chunk = chunk
  }
}
