/// Tiles of the direct approach along one axis: which output positions each owns, and which pixels it reads for them.
///
/// A tile reads what its positions see, from a multiple of the network's stride on, so that its units are units of the whole
/// image. Zero padding may enter only where it enters in the whole image: a tile whose positions see beyond the border ends
/// there. All other tiles have one length, those at the end another one; a network is made for each.
struct TileAxis: WindowSpans, Hashable {
  let extent: Int
  /// Output positions of the whole axis.
  let positionCount: Int
  /// Positions of a tile; the last may own fewer.
  let tile: Int
  private let field: ReceptiveField

  /// - Precondition: all are positive.
  init(extent: Int, positionCount: Int, tile: Int, field: ReceptiveField) {
    precondition(extent > 0 && positionCount > 0 && tile > 0 && field.first <= 0, "\(positionCount) positions")
    (self.extent, self.positionCount, self.tile, self.field) = (extent, positionCount, tile, field)
  }

  var count: Int { (positionCount + tile - 1) / tile }

  /// The positions that a tile owns.
  func positions(of index: Int) -> Range<Int> { index * tile..<min((index + 1) * tile, positionCount) }

  /// The largest multiple of the stride up to `pixel`.
  private func aligned(_ pixel: Int) -> Int {
    pixel >= 0 ? pixel / field.jump * field.jump : -((-pixel + field.jump - 1) / field.jump * field.jump)
  }

  /// Pixels of a tile in the middle.
  var length: Int { (tile - 1) * field.jump + field.first - aligned(field.first) + field.length }

  func span(_ index: Int) -> Range<Int> {
    let positions = positions(of: index)
    let first = max(positions.lowerBound * field.jump + aligned(field.first), 0)
    let seesBorder = field.pixels(of: positions.upperBound - 1).upperBound > extent
    guard seesBorder || first + length > extent else { return first..<first + length }
    return max(aligned(extent - length), 0)..<extent
  }

  /// The first output position of a tile's own network, among those of the whole axis.
  func firstPosition(of index: Int) -> Int { span(index).lowerBound / field.jump }

  /// Pixels of the map that an output position sees.
  func pixels(of position: Int) -> Range<Int> { field.pixels(of: position).clamped(to: 0..<extent) }
}
