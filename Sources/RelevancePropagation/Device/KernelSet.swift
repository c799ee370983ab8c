internal import Compute
import Synchronization

/// Kernels that are compiled together.
package enum KernelSet: String, Sendable, CaseIterable {
  /// Layers and relevance: one program, because each costs half a second to compile, and every run needs it.
  case network
  /// Images with parts removed, windows of activations, and distances between maps.
  case evaluation
  /// Windows of large images: cut from strips, and their relevance laid on the map.
  case windows
  /// Translated copies of images and the average of their relevance.
  case translation

  /// Their files below Kernels/.
  var files: [String] {
    switch self {
    case .network:
      [
        "convolution/naive.cl", "convolution/pack.cl", "dense/naive.cl", "pooling/maximum.cl", "pooling/average.cl",
        "elementwise/rectifier.cl", "elementwise/slice.cl", "elementwise/addition.cl", "elementwise/normalization.cl",
        "relevance/rho.cl",
        "relevance/quotient.cl", "relevance/product.cl", "relevance/bias.cl", "relevance/ledger.cl",
        "relevance/filter.cl", "relevance/start.cl",
      ]
    case .evaluation:
      ["evaluation/replacement.cl", "evaluation/removal.cl", "evaluation/windows.cl", "evaluation/distances.cl"]
    case .windows: ["windows/cut.cl", "windows/place.cl"]
    case .translation: ["translation/copies.cl", "translation/average.cl"]
    }
  }
}

extension Program {
  convenience init(_ set: KernelSet, options: String, on queue: Queue, cache: ProgramCache?) throws {
    try self.init(
      name: set.rawValue, source: KernelLibrary().program(of: set.files), options: options, on: queue, cache: cache)
  }
}

/// The kernels of one engine by set and name; a set is compiled when its first kernel is asked for.
final class KernelCollection: Sendable {
  private struct Kept: Sendable {
    var programs: [KernelSet: Program]
    var kernels: [KernelSet: [String: Kernel]] = [:]
  }

  private let queue: Queue
  private let cache: ProgramCache?
  private let options: String
  private let kept: Mutex<Kept>

  init(queue: Queue, cache: ProgramCache?, options: String, built: [KernelSet: Program]) {
    (self.queue, self.cache, self.options) = (queue, cache, options)
    kept = Mutex(Kept(programs: built))
  }

  /// - Throws: `ComputeError`, with the compiler's log where the set does not build.
  func kernel(_ name: String, of set: KernelSet) throws -> Kernel {
    try kept.withLock { kept throws in
      if let kernel = kept.kernels[set]?[name] { return kernel }
      let program = try kept.programs[set] ?? Program(set, options: options, on: queue, cache: cache)
      kept.programs[set] = program
      let kernel = try program.kernel(name)
      kept.kernels[set, default: [:]][name] = kernel
      return kernel
    }
  }
}
