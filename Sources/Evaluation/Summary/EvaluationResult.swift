/// All scores of one map of one image.
public struct EvaluationResult: Sendable, Codable, Equatable {
  /// By the score's name.
  public var scores: [String: Double] = [:]
  /// Why a score has no value, by its name.
  public var undefined: [String: String] = [:]
  /// By the removal's name.
  public var curves: [String: Curve] = [:]

  /// f(x_0) … f(x_K): the target's score and its probability.
  public struct Curve: Sendable, Codable, Equatable {
    public var logits: [Double]
    public var probabilities: [Double]

    public init(logits: [Double], probabilities: [Double]) {
      (self.logits, self.probabilities) = (logits, probabilities)
    }
  }

  public init() {}

  mutating func set(_ name: String, _ value: () throws -> Double) throws {
    do { scores[name] = try value() } catch let error as EvaluationError { undefined[name] = error.description }
  }
}
