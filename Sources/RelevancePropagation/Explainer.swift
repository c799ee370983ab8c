internal import Compute

/// Explains images with one network and one composite: the whole path from pixels to relevance in one value.
///
/// ```swift
/// let engine = try Engine(device: Device.all()[0])
/// let explainer = try Explainer(network, composite: .named("seed"), low: low, high: high, on: engine)
/// let explanation = try explainer.explain(images) { $0.topClass }[0]
/// ```
/// It canonizes the network, assigns the rules, uploads the weights and plans all memory when it is made; explaining
/// classes allocates nothing on the device. Log-odds, differences and neurons start elsewhere: what they need beside is
/// made when they are first asked for, and shares weights and activations with the rest.
public final class Explainer {
  /// The network as it is explained: after the canonizers.
  public let network: Network
  public let rules: RuleTable
  /// What the explained class starts with.
  public let classStart: Profile.Start
  public let batch: Int
  public let options: PropagationOptions
  /// Whether batches go up and results come down while others are computed.
  public var overlaps: Bool { transfers != nil }
  let deviceNetwork: DeviceNetwork
  let top: BackwardStart
  /// The last start that is not the network's own output.
  var other: BackwardStart?
  let transfers: Transfers?
  /// `[N, K]`, where no transfers overlap.
  let scoresMemory: StagingMemory<Float>
  /// Whose results lie on the device, where no transfers overlap.
  weak var pending: PendingExplanations?
  /// When the latest explanations were there.
  var lastEnd: ContinuousClock.Instant?

  /// - Parameters:
  ///   - low: lower bound of the input per channel, for the box rule (`Preprocessing.low`); `high` likewise.
  ///   - batch: images explained in one pass.
  ///   - overlapping: as below.
  /// - Throws: `NetworkError`, `UnsupportedLayer`, `RuleError`, `ComputeError`.
  public convenience init(
    _ network: Network, composite: Preset, low: [Float], high: [Float], on engine: Engine, batch: Int = 1,
    options: PropagationOptions = .init(), overlapping: Bool = false
  ) throws {
    let canonized = try network.canonized()
    try self.init(
      canonized: canonized,
      rules: composite.composite(for: canonized, low: low, high: high).resolve(for: canonized),
      classStart: composite.start, on: engine, batch: batch, options: options, overlapping: overlapping)
  }

  /// - Parameters:
  ///   - canonized: the network as it is explained, whose nodes `rules` names.
  ///   - overlapping: whether batches that are begun (`begin`) go up and come down while others are computed, for which the
  ///     device holds the images of two. It gains nothing on a device that shares the host's memory, where nothing is copied
  ///     far. Layers that are kept come down when they are asked for, so that it is ignored with them.
  /// - Throws: `UnsupportedLayer`, `ComputeError`.
  public init(
    canonized: Network, rules: RuleTable, classStart: Profile.Start = .logit, on engine: Engine, batch: Int = 1,
    options: PropagationOptions = .init(), overlapping: Bool = false
  ) throws {
    network = canonized
    self.batch = batch
    self.classStart = classStart
    self.options = options
    self.rules = rules
    let overlaps = overlapping && !options.keepsLayers
    deviceNetwork = try DeviceNetwork(
      canonized, on: engine, batch: batch,
      rectifiedInPlace: VanishingRelevance(canonized, rules: rules).rectifiedInPlace(options), inputs: overlaps ? 2 : 1)
    top = try BackwardStart(deviceNetwork, rules: rules, options: options)
    transfers = overlaps ? try Transfers(deviceNetwork, targets: options.targets) : nil
    scoresMemory = try StagingMemory(
      count: overlaps ? 0 : batch * canonized.outputShape.count, on: engine.queue, for: "scores")
  }

  /// Bytes on the device: weights, activations, relevance, modified weights.
  public var deviceBytes: Int {
    deviceNetwork.bytes + top.propagator.bytes
  }

  /// Explains one class of every image of a batch.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`, N ≤ `batch`, as the network reads them.
  ///   - choosing: the class to explain, from an image's scores.
  /// - Throws: what `choosing` throws; `RelevanceError` where relevance is not finite; `ComputeError`.
  public func explain(_ images: Tensor, choosing: (Scores) throws -> Int) throws -> [Explanation] {
    try explain(images, targets: { [.class(try choosing($0), classStart)] }).map { $0[0] }
  }

  /// Explains several targets of every image of a batch, which share its forward pass and all denominators.
  ///
  /// - Parameter targets: as many for every image as `options.targets` says, all at the scores or all at one layer.
  /// - Returns: per image, one explanation a target.
  /// - Throws: what `targets` throws; `TargetError` where a target does not fit the network or the others;
  ///   `RelevanceError` where relevance is not finite; `ComputeError`.
  public func explain(_ images: Tensor, targets: (Scores) throws -> [Target]) throws -> [[Explanation]] {
    try withoutActuallyEscaping(targets) { targets in
      try explain(images, .chosen { _, scores in try targets(scores) })
    }
  }

  /// Explains a batch: `begin`, and its explanations.
  public func explain(_ images: Tensor, _ choice: TargetChoice) throws -> [[Explanation]] {
    try begin(images, choice).explanations()
  }

  /// Begins to explain a batch and returns while the device computes.
  ///
  /// One batch may be begun before the explanations of the one before it are asked for. Where transfers overlap, its images go
  /// up while that one is computed, and that one's relevance comes down while it is computed; elsewhere that one is
  /// waited for first. The results are the same, to the bit.
  ///
  /// - Parameter images: `[N, C, H, W]`, N ≤ `batch`, as the network reads them.
  /// - Throws: what the choice throws, `TargetError`, `ComputeError`; what is wrong with scores the host need not see before it
  ///   returns, and relevance that is not finite, come with the explanations.
  public func begin(_ images: Tensor, _ choice: TargetChoice) throws -> PendingExplanations {
    if let transfers {
      try transfers.send(deviceNetwork.checked(images), to: deviceNetwork)
    } else {
      takeResults()
      try deviceNetwork.load(images)
    }
    let pass = try enqueue(count: images.shape[0], choice)
    let fetched = try transfers.map { (slot: $0.slot, event: try $0.fetch(pass.propagator, entries: pass.entries)) }
    let begun = PendingExplanations(pass, of: self, fetched: fetched)
    if let transfers { transfers.slot.owner = begun } else { pending = begun }
    return begun
  }
}
