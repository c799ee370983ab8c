/// Which layers an assignment of a composite file means: all that is stated must hold.
struct LayerChoice: Decodable, Sendable {
  /// Layer types, by `Layer.typeName`.
  let types: [String]
  /// Node names, `*` standing for any characters; one of them.
  let names: [String]
  /// Only the first, only the last of what the rest means.
  let first: Bool
  let last: Bool
  /// Both ends included; by index in execution order from 0, or by name.
  let from: Selector.Place?
  let through: Selector.Place?
  /// Up to and including the pooling of this number, from 1.
  let throughPooling: Int?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case type, name, index, from, through, first, last
    case throughPooling = "through-pooling"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(CodingKeys.self)
    func texts(_ key: CodingKeys) throws -> [String] {
      guard container.contains(key) else { return [] }
      if let text = try? container.decode(String.self, forKey: key) { return [text] }
      guard let texts = try? container.decode([String].self, forKey: key) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "expected a text or a list of texts")
      }
      return texts
    }
    types = try texts(.type)
    names = try texts(.name)
    if let unknown = types.first(where: { !UnsupportedLayer.supported.contains($0) }) {
      throw DecodingError.dataCorruptedError(
        forKey: .type, in: container,
        debugDescription:
          "no layer type \"\(unknown)\", there are \(UnsupportedLayer.supported.joined(separator: ", "))")
    }
    first = try container.decodeIfPresent(Bool.self, forKey: .first) ?? false
    last = try container.decodeIfPresent(Bool.self, forKey: .last) ?? false
    throughPooling = try container.decodeIfPresent(Int.self, forKey: .throughPooling)
    if let index = try container.decodeIfPresent(Int.self, forKey: .index) {
      from = .index(index)
      through = .index(index)
    } else {
      from = try container.decodeIfPresent(Selector.Place.self, forKey: .from)
      through = try container.decodeIfPresent(Selector.Place.self, forKey: .through)
    }
  }

  var selector: Selector {
    var parts: [Selector] = []
    if !types.isEmpty { parts.append(.types(types)) }
    if !names.isEmpty { parts.append(names.count == 1 ? .name(names[0]) : .anyOf(names.map { .name($0) })) }
    if from != nil || through != nil { parts.append(.band(from: from, through: through)) }
    if let throughPooling { parts.append(.throughPooling(throughPooling)) }
    var selector = parts.dropFirst().reduce(parts.first ?? .any) { .both($0, $1) }
    if first { selector = .firstOf(selector) }
    if last { selector = .lastOf(selector) }
    return selector
  }
}

extension Selector.Place: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let index = try? container.decode(Int.self) {
      self = .index(index)
    } else if let name = try? container.decode(String.self) {
      self = .name(name)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a node's name, or its index from 0")
    }
  }
}
