/// Along one axis: which positions of a layer's output can change when a stretch of the network's input does.
///
/// The axis is divided into stretches of one length, of which one changes; the window that it reaches has one length too, the
/// largest that any of them needs, and lies inside the layer's output. It may hold positions that do not change.
struct AxisReach: Equatable {
  /// Positions of the window.
  let count: Int
  /// Where the window begins, by the number of the stretch of the input.
  let begins: [Int32]

  private init(count: Int, begins: [Int32]) { (self.count, self.begins) = (count, begins) }

  /// The input itself, `extent` positions in stretches of `length`, the last of which the edge cuts off.
  init(input extent: Int, length: Int) {
    let count = min(length, extent)
    self.init(
      count: count, begins: stride(from: 0, to: extent, by: length).map { Int32(min($0, extent - count)) })
  }

  /// Over an output of `extent` positions, each of which reads `kernel` positions, `dilation` apart, from
  /// `position · stride − padding` on.
  func through(kernel: Int, stride: Int, padding: Int, dilation: Int, extent: Int) -> AxisReach {
    window(extent: extent) { begin in
      // p reads something of begin ..< begin + count:  p·stride − padding ≤ begin + count − 1  and
      // p·stride − padding + (kernel − 1)·dilation ≥ begin.
      let first = Self.ceiling(begin + padding - (kernel - 1) * dilation, stride)
      let last = Self.floor(begin + count - 1 + padding, stride)
      return max(first, 0)...max(min(last, extent - 1), max(first, 0))
    }
  }

  /// What either of two windows over one output of `extent` positions holds.
  func joined(_ other: AxisReach, extent: Int) -> AxisReach {
    let ranges = zip(begins, other.begins).map { a, b in
      Int(min(a, b))...max(Int(a) + count, Int(b) + other.count) - 1
    }
    return Self.window(ranges, extent: extent)
  }

  private func window(extent: Int, _ range: (Int) -> ClosedRange<Int>) -> AxisReach {
    Self.window(begins.map { range(Int($0)) }, extent: extent)
  }

  private static func window(_ ranges: [ClosedRange<Int>], extent: Int) -> AxisReach {
    let count = min(ranges.map(\.count).max()!, extent)
    return AxisReach(count: count, begins: ranges.map { Int32(min($0.lowerBound, extent - count)) })
  }

  /// Rounded up and down, whatever the sign.
  private static func ceiling(_ a: Int, _ b: Int) -> Int { a >= 0 ? (a + b - 1) / b : -(-a / b) }
  private static func floor(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
}
