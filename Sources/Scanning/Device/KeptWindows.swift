internal import Compute
import RelevancePropagation

/// Relevance of windows of one colour, kept on the device for others of that colour.
///
/// A colour that finds no room is explained again, with the same result: how much is kept changes no number.
final class KeptWindows {
  struct Entry {
    let slot: Int
    let target: Int?
    let numbers: WindowRecord.Numbers
  }

  /// `[slots, H, W, C]`.
  let relevance: Buffer<Float>
  private let window: Int
  private let slots: Int
  private var entries: [UInt32: Entry] = [:]
  /// Slots by their last use, the oldest first.
  private var order: [UInt32] = []

  static let most = 8

  /// - Parameter window: numbers of a window.
  init(slots: Int, window: Int, on engine: Engine) throws {
    (self.slots, self.window) = (slots, window)
    relevance = try Buffer(count: max(slots * window, 1), on: engine.queue, for: "windows of one colour")
  }

  /// What is known of a colour.
  func use(_ colour: UInt32) -> Entry? {
    guard let entry = entries[colour] else { return nil }
    order.removeAll { $0 == colour }
    order.append(colour)
    return entry
  }

  /// Keeps the window in `slot` of `batch`, in the place of the one that was used least lately.
  /// - Precondition: nothing in work refers to that one.
  func keep(
    _ colour: UInt32, slot: Int, of batch: Buffer<Float>, target: Int?, numbers: WindowRecord.Numbers, on engine: Engine
  ) throws {
    guard slots > 0, entries[colour] == nil else { return }
    var place = entries.count
    if entries.count == slots, let removed = entries.removeValue(forKey: order.removeFirst()) { place = removed.slot }
    try engine.launch(
      "keep_window", of: .windows, grid: Grid(window), Int32(window), Int32(slot), Int32(place), batch, relevance)
    entries[colour] = Entry(slot: place, target: target, numbers: numbers)
    order.append(colour)
  }
}
