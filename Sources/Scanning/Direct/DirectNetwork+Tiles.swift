import RelevancePropagation

extension DirectNetwork {
  /// Bytes on the device of one tile's network with all that explains it.
  ///
  /// - Parameter tile: output positions.
  public func explainerBytes(tile: Extent, on engine: Engine) throws -> Int {
    func length(_ positions: Int, _ field: ReceptiveField) -> Int {
      TileAxis(extent: .max / 4, positionCount: positions, tile: positions, field: field).length
    }
    let resized = try network(
      for: Extent(length(tile.vertical, fields.rows), length(tile.horizontal, fields.columns)))
    let plan = PropagationPlan(resized, rules: try RuleTable(rules.rules, for: resized), on: engine)
    return DeviceNetwork.bytes(of: resized, batch: 1, on: engine) + plan.modifiedWeightBytes + plan.backwardBytes
  }

  /// The largest tile, in output positions along both axes, of which two networks fit into a limit; a power of 2, 1 at least.
  ///
  /// A tile reads its receptive field, so that large ones compute less twice.
  public func largestTile(within bytes: Int, on engine: Engine) throws -> Extent {
    var tile = 1
    while tile < 64, try 2 * explainerBytes(tile: Extent(2 * tile), on: engine) <= bytes { tile *= 2 }
    return Extent(tile)
  }
}
