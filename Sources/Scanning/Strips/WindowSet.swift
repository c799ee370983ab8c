import RelevancePropagation

/// What a scan explains: the windows, the network that looks at each, and the target.
protocol WindowSet: AnyObject {
  var layout: any WindowLayout { get }
  var engine: Engine { get }
  /// Colour channels of the networks' input.
  var channels: Int { get }

  /// The explainer of a window; windows of one explainer are explained in batches.
  func explainer(row: Int, column: Int) throws -> Explainer

  /// How the targets of these windows are chosen, one each.
  ///
  /// - Parameter unreadable: what could not be read near the windows, in pixels of the map.
  func choice(of places: [(row: Int, column: Int)], unreadable: [PixelRectangle]) -> TargetChoice

  /// A strip begins whose predecessor is not in memory.
  func begin()

  /// The coverage of a strip whose windows are explained, where it is not the number of windows; nil where it is.
  func coverage(of rectangle: PixelRectangle) -> [Float]?
}

extension WindowSet {
  func begin() {}
  func coverage(of rectangle: PixelRectangle) -> [Float]? { nil }
}

/// Windows of a grid that one explainer looks at.
final class GridWindows: WindowSet {
  let layout: any WindowLayout
  private let explainer: Explainer
  private let target: WindowTarget

  init(
    _ explainer: Explainer, grid: WindowGrid, target: WindowTarget, mask: @escaping @Sendable (PixelRectangle) -> Bool
  ) {
    self.explainer = explainer
    self.target = target
    layout = GridLayout(grid: grid, mask: mask)
  }

  var engine: Engine { explainer.engine }
  var channels: Int { explainer.network.inputShape[0] }

  func explainer(row: Int, column: Int) -> Explainer { explainer }

  func choice(of places: [(row: Int, column: Int)], unreadable: [PixelRectangle]) -> TargetChoice {
    switch target {
    case .fixed(let index): .given(places.map { _ in [.class(index, explainer.classStart)] })
    case .top: .topClass(explainer.classStart)
    }
  }
}
