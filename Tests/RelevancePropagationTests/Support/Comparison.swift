import TestDevices
import Testing

@testable import RelevancePropagation

/// Where a test's numbers come from, for the report of a failure.
struct Origin: CustomStringConvertible {
  var what: String
  var shape: Shape
  var seed: UInt64
  /// The test function or suite, for the command that repeats it.
  var filter: String
  var description: String {
    "\(what), shape \(shape), seed \(seed), device \(TestDevice.engine.device)\n"
      + "repeat: RELPROP_DEVICE=\(TestDevice.engine.device.index) swift test --disable-xctest --filter \(filter)"
  }
}

/// max|found − expected| / max|expected|, with the worst element. NaN and infinity count as infinitely wrong.
struct Deviation {
  var relative = 0.0
  var index = 0

  init(_ found: [Float], _ expected: [Double]) {
    var largest = 0.0
    var worst = -1.0
    for i in expected.indices {
      largest = max(largest, abs(expected[i]))
      let difference = abs(Double(found[i]) - expected[i])
      let counted = difference.isFinite ? difference : .infinity
      if counted > worst { (worst, index) = (counted, i) }
    }
    relative = worst <= 0 ? 0 : largest == 0 ? .infinity : worst / largest
  }
}

/// Expects |found − expected| ≤ tolerance · max|expected| everywhere.
func expectClose(
  _ found: [Float], _ expected: [Double], tolerance: Double = 1e-5, _ origin: @autoclosure () -> Origin,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record("\(found.count) numbers, expected \(expected.count): \(origin())", sourceLocation: sourceLocation)
    return
  }
  let deviation = Deviation(found, expected)
  guard !(deviation.relative <= tolerance) else { return }
  let i = deviation.index
  Issue.record(
    """
    off by \(deviation.relative) of the largest, allowed \(tolerance); worst element \(i): \(found[i]), \
    expected \(expected[i]): \(origin())
    """, sourceLocation: sourceLocation)
}

/// Expects the same bits, so that −0 is not 0 and NaN is itself.
func expectIdentical(
  _ found: Tensor, _ expected: Tensor, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let (a, b) = (found.scalars.map(\.bitPattern), expected.scalars.map(\.bitPattern))
  guard a != b else { return }
  let i = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset
  Issue.record(
    "\(what): \(found.shape) is not \(expected.shape) bit for bit, first at \(i.map(String.init) ?? "the length")",
    sourceLocation: sourceLocation)
}
