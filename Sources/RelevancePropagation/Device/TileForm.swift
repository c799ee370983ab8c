internal import Compute
internal import KernelSources

/// The register tile of the CPU's matrix product (Kernels/cpu/tile.h), as the host must know it to size memory.
struct TileForm {
  let kernel: TunedKernel

  init(on engine: Engine) { kernel = engine.tuned(.tile) }

  var rows: Int { kernel["ROWS"] }
  var fewRows: Int { kernel["FEW_ROWS"] }
  var columns: Int { 16 * kernel["VECTORS"] }
  /// Work-groups that do nothing, in front: see tile.h.
  var idleGroups: Int { kernel["IDLE_GROUPS"] }
  /// Rows behind the last that may be read and written.
  var slack: Int { rows - 1 }
  /// Bytes of a core's cache that a work-item's own memory should not exceed, and bytes that it must not.
  var cacheBytes: Int { kernel["CACHE_KIB"] << 10 }

  /// Elements of packed filters: `depth` numbers for each output, outputs in whole vectors, and room behind the last for what
  /// is asked for ahead: an address that is nobody's takes long to find out.
  func packedCount(depth: Int, outputs: Int) -> Int {
    depth * outputs.roundedUp(to: 16) + TERMS_AHEAD * columns
  }

  /// Work-groups for `count` pieces of work.
  func groups(_ count: Int, _ others: Int = 1) -> Grid { Grid(count + idleGroups, others) }
}

extension Int {
  /// The size of the fewest parts of at most `most`, all about as large.
  func evenly(atMost most: Int) -> Int {
    let parts = Swift.max((self + most - 1) / most, 1)
    return (self + parts - 1) / parts
  }
}
