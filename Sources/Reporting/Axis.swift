import Foundation

/// A linear axis between round numbers, with ticks at round numbers.
public struct Axis: Sendable, Hashable {
  /// Ascending; the first and the last are the ends of the axis.
  public let ticks: [Double]
  public var end: Double { ticks.last! }

  /// - Parameters: what must fit, of either sign; a single value gets room around it.
  public init(from smallest: Double, to largest: Double) {
    precondition(smallest.isFinite && largest.isFinite && smallest <= largest, "an axis from \(smallest) to \(largest)")
    let span = largest > smallest ? largest - smallest : max(abs(largest), 1)
    // About five steps of 1, 2 or 5 times a power of ten.
    let power = pow(10, log10(span / 5).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= span / 5 * 0.999 }!
    let first = (smallest / step + 1e-9).rounded(.down)
    let last = max((largest / step - 1e-9).rounded(.up), first + 1)
    ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// An axis from 0.
  /// - Parameter largest: what must fit; 0 or less gives an axis to 1.
  public init(largest: Double) { self.init(from: 0, to: largest > 0 && largest.isFinite ? largest : 1) }

  /// Pixels from the axis's start.
  public func position(_ value: Double, length: Double) -> Double { (value - ticks[0]) / (end - ticks[0]) * length }

  /// A tick's number with no more digits than it needs.
  public static func text(_ value: Double) -> String { String(format: "%.6g", value) }
}
