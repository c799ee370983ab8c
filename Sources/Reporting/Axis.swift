import Foundation

/// A linear axis from 0 to a round number, with ticks at round numbers.
public struct Axis: Sendable, Hashable {
  /// Ascending from 0; the last is the end of the axis.
  public let ticks: [Double]
  public var end: Double { ticks.last! }

  /// - Parameter largest: what must fit; 0 or less gives an axis to 1.
  public init(largest: Double) {
    let span = largest > 0 && largest.isFinite ? largest : 1
    // About five steps of 1, 2 or 5 times a power of ten.
    let rough = span / 5
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 }!
    let count = Int((span / step - 1e-9).rounded(.up))
    ticks = (0...max(count, 1)).map { Double($0) * step }
  }

  /// Pixels from the axis's start.
  public func position(_ value: Double, length: Double) -> Double { value / end * length }

  /// A tick's number with no more digits than it needs.
  public static func text(_ value: Double) -> String { String(format: "%.6g", value) }
}
