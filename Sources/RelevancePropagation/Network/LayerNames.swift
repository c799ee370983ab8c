extension Network {
  /// The node that a user's name of a layer means, canonizers' removals included.
  /// - Throws: `UnknownLayer` with the nearest names.
  public func layer(named name: String) throws -> String {
    guard let node = resolve(name), node != inputName else {
      throw UnknownLayer(name: name, nearest: nearestNames(to: name), isInput: name == inputName)
    }
    return node
  }

  /// Up to five names that look like `name`, the most alike first: equal but for case, one within the other, then by
  /// edit distance.
  func nearestNames(to name: String) -> [String] {
    let wanted = name.lowercased()
    func distance(_ candidate: String) -> Int {
      let other = candidate.lowercased()
      if other == wanted { return 0 }
      let edits = editDistance(Array(wanted.utf8), Array(other.utf8))
      return other.contains(wanted) || wanted.contains(other) ? min(1, edits) : edits
    }
    let ranked = nodes.map { (name: $0.name, distance: distance($0.name)) }.enumerated().sorted {
      ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
    }
    return ranked.prefix(5).map(\.element.name)
  }

  /// The part of the network that `name` needs, with `name` as its output.
  func truncated(at name: String) throws -> Network {
    name == outputName ? self : try replacing(nodes: nodes, outputName: name)
  }
}

/// Insertions, deletions and replacements from one to the other (Levenshtein).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}

/// A layer that does not exist, with names that do.
public struct UnknownLayer: Error, CustomStringConvertible {
  public let name: String
  public let nearest: [String]
  let isInput: Bool
  public var description: String {
    (isInput ? "\(name) is the input, no layer" : "no layer \"\(name)\"")
      + "; near it: \(nearest.joined(separator: ", "))"
  }
}
