import RelevancePropagation

/// Indices in the order of their values: the same on every machine, ties by the lower index.
///
/// A sort by digits: four passes over the 32 bits of a number, whatever the values.
enum Ranking {
  /// From the largest value to the smallest; of equal ones the lower index first.
  static func descending(_ values: [Float]) -> [Int32] { sorted(values.map { ~key($0) }) }

  /// From the smallest value to the largest; of equal ones the lower index first.
  static func ascending(_ values: [Float]) -> [Int32] { sorted(values.map(key)) }

  /// Of sums in Double, which a float would round together.
  static func descending(_ values: [Double]) -> [Int32] {
    values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }.map { Int32($0) }
  }

  static func ascending(_ values: [Double]) -> [Int32] {
    values.indices.sorted { (values[$0], $0) < (values[$1], $1) }.map { Int32($0) }
  }

  /// All indices in an order drawn at random (Fisher and Yates), fixed by the seed.
  static func random(_ count: Int, seed: UInt64) -> [Int32] {
    var numbers = SplitMix64(seed: seed)
    var order = (0..<Int32(count)).map { $0 }
    // Written out: the library's shuffle may change with its version, and results with it.
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(numbers.next().multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }

  /// Bits that are ordered as the numbers are; −0 is 0.
  private static func key(_ value: Float) -> UInt32 {
    let bits = (value == 0 ? 0 : value).bitPattern
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }

  private static func sorted(_ keys: [UInt32]) -> [Int32] {
    var order = (0..<Int32(keys.count)).map { $0 }
    var next = order
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      var starts = [Int](repeating: 0, count: 257)
      for key in keys { starts[Int(key >> shift & 255) + 1] += 1 }
      for digit in 1...256 { starts[digit] += starts[digit - 1] }
      for index in order {
        let digit = Int(keys[Int(index)] >> shift & 255)
        next[starts[digit]] = index
        starts[digit] += 1
      }
      swap(&order, &next)
    }
    return order
  }
}
