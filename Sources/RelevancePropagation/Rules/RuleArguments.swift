/// Parameters by name, read one by one by the rule (or composite) they are for.
///
/// What is not given has the default of the profile; what is given and never asked for is an error that lists the names
/// that were.
public struct RuleArguments {
  /// "rule gamma", "composite epsilon_gamma_box": for messages.
  public let owner: String
  /// Whose conventions hold where nothing is said.
  public let profile: Profile
  /// Bounds of the network's input per channel, for the box rule.
  public let low: [Float]?
  public let high: [Float]?
  private let values: [String: RuleValue]
  private var asked: [String] = []

  public init(
    for owner: String, _ values: [String: RuleValue] = [:], profile: Profile = .zennit, low: [Float]? = nil,
    high: [Float]? = nil
  ) {
    self.owner = owner
    self.values = values
    self.profile = profile
    self.low = low
    self.high = high
  }

  public mutating func number(_ name: String, default other: Float, atLeast least: Float = -.infinity) throws -> Float {
    guard let value = value(name) else { return other }
    guard let number = value.number else { throw problem(name, "a number", value) }
    guard Float(number) >= least else { throw problem(name, "a number of at least \(least)", value) }
    return Float(number)
  }

  /// A number that may be missing.
  public mutating func number(_ name: String) throws -> Float? {
    guard let value = value(name) else { return nil }
    guard let number = value.number else { throw problem(name, "a number", value) }
    return Float(number)
  }

  /// One of a type's names.
  public mutating func choice<T: RawRepresentable<String> & CaseIterable>(_ name: String, default other: T) throws -> T
  {
    guard let value = value(name) else { return other }
    guard case .text(let text) = value, let choice = T(rawValue: text) else {
      throw problem(name, T.allCases.map(\.rawValue).joined(separator: ", "), value)
    }
    return choice
  }

  /// Numbers, one or one per channel.
  /// - Parameter other: what stands where nothing is given; nil where something must be.
  public mutating func numbers(_ name: String, default other: [Float]?) throws -> [Float] {
    guard let value = value(name) else {
      guard let other else {
        throw RuleArgumentError(owner: owner, problem: "no \(name)", remedy: "give one number, or one per channel")
      }
      return other
    }
    guard let list = value.list, list.allSatisfy(\.isFinite) else { throw problem(name, "numbers", value) }
    return list.map { Float($0) }
  }

  public mutating func stabilizer(_ name: String, default other: Stabilizer) throws -> Stabilizer {
    guard let value = value(name) else { return other }
    if case .numbers = value { throw problem(name, Self.stabilizerForms, value) }
    // A plain number keeps the profile's way with signs.
    if let number = value.number, !"\(value)".hasPrefix("+"), number >= 0 {
      return Stabilizer(Float(number), sign: other.sign)
    }
    guard case .text(let text) = value, let stabilizer = Stabilizer(text) else {
      throw problem(name, Self.stabilizerForms, value)
    }
    return stabilizer
  }

  private static let stabilizerForms = "0.1, +0.1, 0:1e-7, 0.25rms or 1e-9+0.25std"

  /// - Throws: `RuleArgumentError` for the first name nobody asked for.
  public func finish() throws {
    guard let stray = values.keys.sorted().first(where: { !asked.contains($0) }) else { return }
    throw RuleArgumentError(
      owner: owner, problem: "no parameter \(stray)",
      remedy: asked.isEmpty ? "it has none" : "there are \(asked.joined(separator: ", "))")
  }

  private mutating func value(_ name: String) -> RuleValue? {
    if !asked.contains(name) { asked.append(name) }
    return values[name]
  }

  /// The error of a value that does not fit.
  public func problem(_ name: String, _ expected: String, _ found: some CustomStringConvertible) -> RuleArgumentError {
    RuleArgumentError(owner: owner, problem: "\(name) \(found)", remedy: "expected \(expected)")
  }
}

/// A parameter that does not fit: whose, what is wrong, and what would fit.
public struct RuleArgumentError: Error, CustomStringConvertible {
  public let owner: String
  public let problem: String
  public let remedy: String
  public var description: String { "\(owner): \(problem); \(remedy)" }
}
