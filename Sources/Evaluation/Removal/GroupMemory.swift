import Compute
import RelevancePropagation

/// What the kernels of a removal read and write for a group of entries (Kernels/evaluation/removal.cl).
struct GroupMemory {
  let entries: Int
  /// The group's images, and what stands in the place of their pixels, `[I, H, W, C]`.
  let x, r: Buffer<Float>
  /// The image and the class of every entry.
  let images, targets: Buffer<Int32>
  /// For every entry's pixels, how many units go before theirs; for every entry, its units in order.
  let ranks, sequence: Buffer<Int32>
  /// Row and column of the unit that an entry's last step removed.
  let units: Buffer<Int32>
  let curve: Buffer<SIMD2<Float>>

  /// - Parameter steps: K.
  init(
    _ group: [RemovalEntry], of all: [RemovalImage], _ removal: Removal, steps: Int, _ replacements: ReplacementImages,
    on engine: Engine
  ) throws {
    let shape = replacements.shape
    entries = group.count
    // Images that several entries share are uploaded once.
    let used = Array(Set(group.map(\.image))).sorted()
    let place = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, Int32($0)) })
    let images = used.map { all[$0] }
    x = try Buffer(count: used.count * shape.count, on: engine.queue, for: "images")
    r = try Buffer(count: used.count * shape.count, on: engine.queue, for: "replaced images")
    for (index, image) in images.enumerated() { try replacements.write(image.tensor, to: x, at: index) }
    try replacements.make(removal.replacement, of: images, x: x, into: r)

    self.images = try Buffer(group.map { place[$0.image]! }, on: engine.queue, for: "images of entries")
    targets = try Buffer(group.map { Int32($0.target) }, on: engine.queue, for: "targets")
    let units = removal.unit.unitsOfPixels(height: shape[1], width: shape[2])
    let count = removal.unit.count(height: shape[1], width: shape[2])
    ranks = try Buffer(
      group.flatMap { entry in
        // What is in no step stays.
        var rank = [Int32](repeating: .max, count: count)
        for (position, unit) in entry.sequence.enumerated() { rank[Int(unit)] = Int32(position) }
        return units.map { rank[Int($0)] }
      }, on: engine.queue, for: "ranks")
    sequence = try Buffer(
      group.flatMap { $0.sequence.prefix(min(steps, count)) }, on: engine.queue, for: "orders")
    self.units = try Buffer(count: 2 * group.count, on: engine.queue, for: "places")
    curve = try Buffer(count: group.count * (steps + 1), on: engine.queue, for: "curves")
  }
}
