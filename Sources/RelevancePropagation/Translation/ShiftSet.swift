/// The shifts of a translation average, in the order in which their heatmaps are added.
public struct ShiftSet: Sendable, Hashable, CustomStringConvertible {
  public let shifts: [Shift]
  /// "grid 5 x 5, step 1".
  public let description: String

  /// Pixels a shift may have: more than any network's input.
  private static let mostPixels = 1 << 14
  private static let mostShifts = 1 << 20

  /// Shifts as given; one that is given twice counts twice.
  ///
  /// - Throws: `TranslationError` where there is none, or one beyond all images.
  public init(_ shifts: [Shift]) throws {
    try self.init(shifts, "\(shifts.count) given shifts")
  }

  private init(_ shifts: [Shift], _ description: String) throws {
    guard !shifts.isEmpty else { throw TranslationError("no shifts; a translation average needs one at least") }
    for shift in shifts where [shift.dy, shift.dx].contains(where: { !(-Self.mostPixels...Self.mostPixels ~= $0) }) {
      throw TranslationError("shift \(shift): more than \(Self.mostPixels) pixels; no image is that large")
    }
    self.shifts = shifts
    self.description = description
  }

  /// The grid {−r·step, …, r·step}² with r = (side − 1)/2, row by row: the image itself in its middle.
  ///
  /// - Throws: `TranslationError` for a side that is not odd and positive, and for a step that is not positive.
  public static func grid(_ side: Int, step: Int = 1) throws -> ShiftSet {
    guard side > 0 else { throw TranslationError("a grid of \(side) x \(side) shifts: expected 1, 3, 5, …") }
    guard side % 2 == 1 else {
      throw TranslationError(
        "a grid of \(side) x \(side) shifts has no middle, where the image itself belongs; take \(side - 1) or \(side + 1)"
      )
    }
    guard step > 0 else { throw TranslationError("a step of \(step) pixels between shifts: expected 1 or more") }
    let reach = side / 2
    guard side <= mostShifts / side, reach <= mostPixels / step else {
      throw TranslationError("a grid of \(side) x \(side) shifts, step \(step): that is more than can be meant")
    }
    let offsets = (-reach...reach).map { $0 * step }
    return try ShiftSet(
      offsets.flatMap { dy in offsets.map { Shift(dy, $0) } }, "grid \(side) x \(side), step \(step)")
  }

  /// `count` different shifts of at most `reach` pixels along each axis, drawn evenly; the same seed gives the same shifts in the
  /// same order, and fewer are the first of more.
  ///
  /// - Throws: `TranslationError` where there are not as many.
  public static func random(_ count: Int, reach: Int, seed: UInt64) throws -> ShiftSet {
    guard count > 0 else { throw TranslationError("\(count) random shifts: expected at least 1") }
    guard (1...mostPixels).contains(reach) else {
      throw TranslationError("random shifts of at most \(reach) pixels: expected 1 to \(mostPixels)")
    }
    let side = 2 * reach + 1
    guard count <= min(side * side, mostShifts) else {
      throw TranslationError(
        "\(count) random shifts: there are \(side * side) of at most \(reach) pixels; take fewer, or let them reach further"
      )
    }
    var random = SplitMix64(seed: seed)
    var taken: Set<Shift> = []
    var shifts: [Shift] = []
    while shifts.count < count {
      // The high half of the product: even to one part in 2^58, and the same on every machine.
      func offset() -> Int { Int(random.next().multipliedFullWidth(by: UInt64(side)).high) - reach }
      let dy = offset()
      let shift = Shift(dy, offset())
      if taken.insert(shift).inserted { shifts.append(shift) }
    }
    return try ShiftSet(shifts, "\(count) random shifts of at most \(reach) pixels, seed \(seed)")
  }

  /// The most pixels of any shift, up or down, left or right: how much larger a source must be on each side so that copies
  /// are cut out of it.
  public var margin: Extent {
    Extent(shifts.map { abs($0.dy) }.max() ?? 0, shifts.map { abs($0.dx) }.max() ?? 0)
  }

  /// - Throws: `TranslationError` naming the first shift that leaves nothing of a network's input `[C, H, W]`.
  public func check(for input: Shape) throws {
    guard input.rank == 3 else {
      throw TranslationError("the network reads \(input), no image [C, H, W] that can be moved")
    }
    for shift in shifts where abs(shift.dy) >= input[1] || abs(shift.dx) >= input[2] {
      throw TranslationError(
        "shift \(shift): nothing is left of an image of \(input[1]) x \(input[2]) pixels (rows x columns); "
          + "take smaller shifts")
    }
  }

  /// How many shifts cover each pixel of an image: those for which (i + dy, j + dx) lies inside. Row by row, `height` · `width`.
  public func coverage(height: Int, width: Int) -> [Int] {
    // Each shift covers a rectangle: +1 and -1 at its corners, then sums along both axes.
    let pitch = width + 1
    var counts = [Int](repeating: 0, count: (height + 1) * pitch)
    for shift in shifts {
      let (top, bottom) = (max(0, -shift.dy), min(height, height - shift.dy))
      let (left, right) = (max(0, -shift.dx), min(width, width - shift.dx))
      guard top < bottom, left < right else { continue }
      counts[top * pitch + left] += 1
      counts[top * pitch + right] -= 1
      counts[bottom * pitch + left] -= 1
      counts[bottom * pitch + right] += 1
    }
    for i in 0..<height { for j in 1..<pitch { counts[i * pitch + j] += counts[i * pitch + j - 1] } }
    for i in 1..<max(height, 1) { for j in 0..<width { counts[i * pitch + j] += counts[(i - 1) * pitch + j] } }
    return (0..<height * width).map { counts[$0 / width * pitch + $0 % width] }
  }
}
