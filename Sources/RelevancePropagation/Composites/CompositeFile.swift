import Foundation

/// A composite of one's own, as JSON:
///
/// ```json
/// { "name": "mine", "assignments": [ { "layers": { "type": "convolution" }, "rule": "gamma" } ] }
/// ```
/// The schema is in Documentation/Composites.md. The first assignment that means a layer decides; what none means gets the
/// base of all composites, unless `base` is false.
public struct CompositeFile: Sendable {
  public let name: String
  /// Whose conventions hold; nil: zennit's.
  public let profile: Profile?
  /// Whether layers that no assignment means get what all composites end with.
  public let usesBase: Bool
  let assignments: [Entry]
  private let path: String

  struct Entry: Sendable {
    let layers: LayerChoice
    let rule: String
    let parameters: [String: RuleValue]
  }

  /// - Throws: `CompositeFileError` with file, place and what was expected.
  public init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CompositeFileError(path: path, place: "", problem: "cannot be read", remedy: "check the path")
    }
    try self.init(data, path: path)
  }

  public init(_ data: Data, path: String) throws {
    self.path = path
    do {
      let body = try JSONDecoder().decode(Body.self, from: data)
      (name, usesBase) = (body.name, body.base ?? true)
      assignments = body.assignments.map { Entry(layers: $0.layers, rule: $0.rule, parameters: $0.parameters ?? [:]) }
      profile = try body.profile.map { try Profile.named($0) }
    } catch let error as DecodingError {
      throw CompositeFileError(path: path, error)
    } catch let error as UnknownProfile {
      throw CompositeFileError(path: path, place: "profile", problem: "\(error)", remedy: "")
    }
    for (index, entry) in assignments.enumerated() {
      guard Rules.all.contains(where: { $0.name == entry.rule }) else {
        throw CompositeFileError(
          path: path, place: "assignments[\(index)].rule", problem: "no rule \"\(entry.rule)\"",
          remedy: "there are \(Rules.all.map { $0.name }.joined(separator: ", "))")
      }
    }
  }

  /// The composite as a preset, to be resolved for a network like any other.
  public func preset(profile: Profile? = nil) -> Preset {
    let (assignments, path, usesBase) = (assignments, path, usesBase)
    return Preset(
      name: name, summary: "from \(path)", profile: profile ?? self.profile ?? .zennit, usesBase: usesBase
    ) { context in
      try assignments.enumerated().map { index, entry in
        let place = "assignments[\(index)]"
        do {
          let selector = entry.layers.selector
          if let problem = selector.problem(in: context.network) {
            throw CompositeFileError(path: path, place: "\(place).layers", problem: problem, remedy: "see relprop plan")
          }
          return .init(
            selector,
            try Rules.make(
              entry.rule, entry.parameters, profile: context.profile, low: context.low, high: context.high))
        } catch let error as RuleArgumentError {
          throw CompositeFileError(path: path, place: place, problem: "\(error)", remedy: "")
        }
      }
    }
  }

  private struct Body: Decodable {
    let name: String
    let profile: String?
    let base: Bool?
    let assignments: [Line]

    struct Line: Decodable {
      let layers: LayerChoice
      let rule: String
      let parameters: [String: RuleValue]?

      enum CodingKeys: String, CodingKey, CaseIterable { case layers, rule, parameters }
      init(from decoder: any Decoder) throws {
        let container = try decoder.strictContainer(CodingKeys.self)
        layers = try container.decode(LayerChoice.self, forKey: .layers)
        rule = try container.decode(String.self, forKey: .rule)
        parameters = try container.decodeIfPresent([String: RuleValue].self, forKey: .parameters)
      }
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, profile, base, assignments }
    init(from decoder: any Decoder) throws {
      let container = try decoder.strictContainer(CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      profile = try container.decodeIfPresent(String.self, forKey: .profile)
      base = try container.decodeIfPresent(Bool.self, forKey: .base)
      assignments = try container.decode([Line].self, forKey: .assignments)
    }
  }
}

/// A composite file that does not fit: which file, where in it, and what was expected.
public struct CompositeFileError: Error, CustomStringConvertible {
  public let path: String
  /// As in "assignments[2].rule"; empty for the whole file.
  public let place: String
  public let problem: String
  public let remedy: String

  public var description: String {
    "\(path): \(place.isEmpty ? "" : place + ": ")\(problem)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }

  init(path: String, place: String, problem: String, remedy: String) {
    (self.path, self.place, self.problem, self.remedy) = (path, place, problem, remedy)
  }

  init(path: String, _ error: DecodingError) {
    func place(_ keys: [any CodingKey]) -> String {
      keys.reduce("") { path, key in
        if let index = key.intValue { return "\(path)[\(index)]" }
        return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
      }
    }
    switch error {
    case .keyNotFound(let key, let context):
      self.init(
        path: path, place: place(context.codingPath), problem: "\(key.stringValue) is missing", remedy: "add it")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      self.init(
        path: path, place: place(context.codingPath), problem: "expected \(Self.word(type))", remedy: "")
    case .dataCorrupted(let context):
      let isSyntax = context.codingPath.isEmpty && !context.debugDescription.hasPrefix("unknown")
      self.init(
        path: path, place: place(context.codingPath), problem: isSyntax ? "no valid JSON" : context.debugDescription,
        remedy: "see Documentation/Composites.md")
    @unknown default: self.init(path: path, place: "", problem: "\(error)", remedy: "")
    }
  }

  private static func word(_ type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is Int.Type: "a whole number"
    case is Double.Type: "a number"
    case is [any Sendable].Type: "a list"
    default: "\(type)".hasPrefix("Array") ? "a list" : "an object { … }"
    }
  }
}

extension Decoder {
  /// A container that refuses keys it does not know.
  func strictContainer<Key: CodingKey & CaseIterable & RawRepresentable<String>>(_ keys: Key.Type) throws
    -> KeyedDecodingContainer<Key>
  {
    let known = Key.allCases.map(\.rawValue)
    let all = try container(keyedBy: AnyKey.self)
    if let stray = all.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) }) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath,
          debugDescription: "unknown key \"\(stray)\", there are \(known.joined(separator: ", "))"))
    }
    return try container(keyedBy: keys)
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
