import RelevancePropagation

/// Windows that are explained and laid on the map together, in the order of the grid.
struct WindowBatch {
  struct Window {
    let row: Int
    let column: Int
    /// Its pixels on the map.
    let rectangle: PixelRectangle
    let plan: WindowPlan
    /// Where its relevance lies; nil where it is left out.
    let slot: Slot?
  }

  enum Slot {
    /// In the explainer's batch.
    case batch(Int)
    case kept(KeptWindows.Entry)
  }

  private(set) var windows: [Window] = []
  /// Those to be explained, in rows and columns of the grid, by slot.
  private(set) var places: [(row: Int, column: Int)] = []
  /// What explains them.
  private(set) var explainer: Explainer?
  /// Slots of colours that were met first here.
  private(set) var colours: [UInt32: Int] = [:]

  /// Whether a window of this explainer can join those to be explained.
  func hasRoom(for other: Explainer) -> Bool {
    guard let explainer else { return true }
    return explainer === other && places.count < explainer.batch
  }

  mutating func append(_ window: Window) { windows.append(window) }

  /// The slot of a window to be explained.
  /// - Precondition: there is room.
  mutating func explain(row: Int, column: Int, with explainer: Explainer, plan: WindowPlan) -> Slot {
    self.explainer = explainer
    if case .constant(let colour) = plan { colours[colour] = places.count }
    places.append((row, column))
    return .batch(places.count - 1)
  }

  /// Windows with relevance, by grid row: each run begins at one row of pixels.
  var runs: [[Window]] {
    var runs: [[Window]] = []
    for window in windows where window.slot != nil {
      if runs.last?.last?.row == window.row {
        runs[runs.count - 1].append(window)
      } else {
        runs.append([window])
      }
    }
    return runs
  }
}
