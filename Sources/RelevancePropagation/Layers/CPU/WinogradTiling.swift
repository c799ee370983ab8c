/// The tiles of Winograd's algorithm over one image: `side` × `side` outputs each, from (side + 2)² points.
struct WinogradTiling {
  let side: Int
  let rows: Int
  let columns: Int

  /// - Parameter image: `[C, H, W]`.
  init(side: Int, over image: Shape) {
    self.side = side
    rows = (image[1] + side - 1) / side
    columns = (image[2] + side - 1) / side
  }

  var count: Int { rows * columns }
  var points: Int { (side + 2) * (side + 2) }
  /// Multiplications for each pair of an input channel with an output channel.
  var products: Int { count * points }
}
