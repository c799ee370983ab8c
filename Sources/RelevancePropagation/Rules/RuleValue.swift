/// A rule's or composite's parameter as a person gives it: in JSON, or as text on the command line.
public enum RuleValue: Sendable, Hashable {
  case number(Double)
  case text(String)
  case numbers([Double])
}

extension RuleValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(stringLiteral value: String) { self = .text(value) }
}

extension RuleValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let text): text
    case .numbers(let numbers): "\(numbers)"
    }
  }

  /// The number it is or reads as.
  var number: Double? {
    switch self {
    case .number(let number): number.isFinite ? number : nil
    case .text(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
    case .numbers: nil
    }
  }

  /// The list it is or reads as: "[0, 1.5]"; a number is a list of one.
  var list: [Double]? {
    switch self {
    case .number(let number): return [number]
    case .numbers(let numbers): return numbers
    case .text(let text):
      let parts = text.filter { !"[] ".contains($0) }.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { Double($0) }
      return numbers.count == parts.count && !numbers.isEmpty ? numbers : nil
    }
  }
}

extension RuleValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let numbers = try? container.decode([Double].self) {
      self = .numbers(numbers)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a number, a text or a list of numbers")
    }
  }
}
