extension Tensor {
  /// `[C, H, W]` (or `[H, W]`) summed over the channels, in Double, as `[H, W]`: the relevance of every pixel.
  package var summedOverChannels: Tensor {
    precondition(shape.rank == 2 || shape.rank == 3, "no [C, H, W]: \(shape)")
    let extents = [shape[shape.rank - 2], shape[shape.rank - 1]]
    let area = extents[0] * extents[1]
    let sums = withScalars { scalars in
      (0..<area).map { pixel in
        Float(stride(from: pixel, to: scalars.count, by: area).reduce(0.0) { $0 + Double(scalars[$1]) })
      }
    }
    return Tensor(shape: Shape(extents), scalars: sums)
  }
}
