/// A kernel file whose tile sizes are data: names, defaults, the values a tuner tries, and what a device must have.
///
/// One file may appear several times, under several names with sizes for different shapes of work.
public struct TunableKernel: Sendable {
  /// "tiled.square": unique, the key of the tuning table.
  public let name: String
  /// One line on what it serves.
  public let purpose: String
  public let family: KernelFamily
  /// Below Kernels/; compiled together.
  let files: [String]
  /// What stands before a parameter's name in the file: TILED for TILED_SLAB.
  let prefix: String
  public let parameters: [Parameter]
  /// What is wrong with values that make no sense together, or nil.
  let inconsistency: @Sendable (TuningValues) -> String?
  /// Work-items of a group and bytes of local memory.
  let needs: @Sendable (TuningValues) -> (items: Int, localBytes: Int)

  /// One tile size.
  public struct Parameter: Sendable {
    /// As in the kernel file, without the prefix.
    public let name: String
    public let standard: Int
    /// Further values a tuner tries.
    public let others: [Int]
    init(_ name: String, _ standard: Int, others: [Int]) {
      self.name = name
      self.standard = standard
      self.others = others
    }
  }

  /// The values of the file itself.
  public var standard: TuningValues {
    TuningValues(uniqueKeysWithValues: parameters.map { ($0.name, $0.standard) })
  }

  /// Why these values cannot run on such a device, or nil.
  public func problem(_ values: TuningValues, on limits: DeviceLimits) -> String? {
    let names = Set(parameters.map(\.name))
    if let unknown = values.keys.sorted().first(where: { !names.contains($0) }) {
      return "\(name) has no parameter \(unknown); it has \(names.sorted().joined(separator: ", "))"
    }
    if let missing = names.subtracting(values.keys).min() { return "\(name): no value for \(missing)" }
    if let negative = values.first(where: { $0.value < 0 }) { return "\(name): \(negative.key) is \(negative.value)" }
    if let problem = inconsistency(values) { return "\(name): \(problem)" }
    let (items, bytes) = needs(values)
    if items > limits.workGroup { return "\(name): \(items) work-items a group, the device allows \(limits.workGroup)" }
    if bytes > limits.localMemory {
      return "\(name): \(bytes) bytes of local memory, the device has \(limits.localMemory)"
    }
    return nil
  }

  /// A kernel of this name, or nil.
  public static func named(_ name: String) -> TunableKernel? { all.first { $0.name == name } }
}

/// Values of a kernel's parameters, by name.
public typealias TuningValues = [String: Int]
