internal import Compute

/// How batches go up to a device and their results come down while it computes: queues beside that of the kernels, one for each
/// direction, and host memory for two batches.
///
///     up        images 1 │ images 2          │ images 3 …
///     kernels            │ forward 1, back 1 │ forward 2, back 2 │ forward 3 …
///     down                                   │ relevance 1       │ relevance 2 …
///
/// A batch's images wait until its input has been read by the batch before the last; its kernels wait for its images; its
/// relevance comes down when its backward pass is done; and the next backward pass, which writes to the same memory, waits until
/// it is down. Nothing waits on the host.
final class Transfers {
  private let engine: Engine
  private let up: Queue
  private let down: Queue
  /// Taken in turn, one for each input of the network.
  private let slots: [Slot]
  private var current = 0
  /// Everything that was enqueued before the latest batch: whatever reads the input that is taken next.
  private var before: Event?
  /// The latest batch's results are down.
  private var fetched: Event?

  /// Host memory of one batch.
  final class Slot {
    fileprivate let images: StagingMemory<Float>
    /// `[N, K]`, in the device's order.
    let scores: StagingMemory<Float>
    /// `[N · targets, H, W, C]`.
    let relevance: StagingMemory<Float>
    /// The ledger's partial sums, of the plan that has most of them.
    fileprivate(set) var partials: StagingMemory<SIMD8<Float>>?
    fileprivate var sent: Event?
    /// Whose results lie here until it has taken them.
    weak var owner: PendingExplanations?

    fileprivate init(_ network: DeviceNetwork, targets: Int) throws {
      let (queue, input) = (network.engine.queue, network.batch * network.network.inputShape.count)
      images = try StagingMemory(count: input, on: queue, for: "images on their way")
      scores = try StagingMemory(
        count: network.batch * network.network.outputShape.count, on: queue, for: "scores on their way")
      relevance = try StagingMemory(count: input * targets, on: queue, for: "relevance on its way")
    }
  }

  /// - Throws: `ComputeError`.
  init(_ network: DeviceNetwork, targets: Int) throws {
    engine = network.engine
    (up, down) = (try Queue(beside: engine.queue), try Queue(beside: engine.queue))
    slots = try (0..<2).map { _ in try Slot(network, targets: targets) }
  }

  // Commands that are under way read and write the slots.
  deinit {
    try? up.finish()
    try? down.finish()
  }

  /// The slot of the latest batch.
  var slot: Slot { slots[current] }

  /// Begins to send images `[N, C, H, W]` to the input that the latest batch does not read; kernels that are enqueued from here on
  /// find them in `network.input`. The tensor is not needed any longer.
  func send(_ images: Tensor, to network: DeviceNetwork) throws {
    let earlier = before
    before = try engine.queue.mark()
    try engine.queue.flush()
    current = 1 - current
    network.turnInput()
    slot.owner?.collect()
    try slot.sent?.wait()
    ChannelsLast.write(images, into: slot.images.elements)
    if let earlier { try up.hold(until: earlier) }
    let sent = try up.write(slot.images, count: images.count, to: network.input)
    try up.flush()
    try engine.queue.hold(until: sent)
    slot.sent = sent
  }

  /// Kernels that are enqueued from here on may write relevance and sums.
  func holdBackward() throws { if let fetched { try engine.queue.hold(until: fetched) } }

  /// Begins to fetch the relevance and sums of the pass that was enqueued last; they are in the slot after the event.
  func fetch(_ propagator: Propagator, entries: Int) throws -> Event {
    if let partials = propagator.partials, (slot.partials?.count ?? 0) < partials.count {
      try down.finish()
      slot.partials = try StagingMemory(count: partials.count, on: engine.queue, for: "sums on their way")
    }
    let computed = try engine.queue.mark()
    try engine.queue.flush()
    try down.hold(until: computed)
    if let relevance = propagator.inputRelevance {
      _ = try down.read(relevance, count: entries * propagator.network.network.inputShape.count, into: slot.relevance)
    }
    if let partials = propagator.partials {
      _ = try down.read(partials, count: propagator.partialCount(entries: entries), into: slot.partials!)
    }
    let fetched = try down.mark()
    try down.flush()
    self.fetched = fetched
    return fetched
  }
}
