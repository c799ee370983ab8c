internal import Compute

/// Sums over whole tensors, `Engine.chunks` partial results an entry: on a GPU a work-group shares each.
extension Engine {
  /// Enqueues the reduction `name` of relevance/ledger.cl or relevance/quotient.cl over `entries` entries.
  func reduce(_ name: String, entries: Int, _ arguments: any KernelArgument...) throws {
    try reduce(name, entries: entries, with: family == .gpu ? tuned(.reductions) : nil, arguments)
  }

  /// With these parameters, or by the plain form where there are none.
  func reduce(_ name: String, entries: Int, with tuned: TunedKernel?, _ arguments: [any KernelArgument]) throws {
    let grid = Grid(Self.chunks, entries)
    guard let tuned else { return try launch(name, grid: grid, arguments) }
    try launch(tuned, name + "_shared", groups: grid, arguments)
  }

  /// Means, or the roots of means, of `count` numbers from the partial sums of `images` images.
  func mean(
    _ partial: Buffer<Float>, of count: Int, images: Int, root: Bool, into statistics: Buffer<Float>
  ) throws {
    let numbers = [Int32(count), Int32(images), Int32(root ? 1 : 0)]
    guard family == .gpu else {
      return try launch(
        "mean_moment", grid: Grid(images), numbers[0], numbers[1], numbers[2], partial, statistics)
    }
    try launch(
      tuned(.reductions), "mean_moment_shared", groups: Grid(1, images), items: Self.chunks,
      [numbers[0], numbers[1], numbers[2], partial, statistics])
  }
}
