import ArgumentParser

/// A class by index or by name.
enum ClassChoice {
  /// - Throws: `CommandError` listing what is near, where no class or several classes match.
  static func index(of text: String, among labels: [String]) throws -> Int {
    if let index = Int(text) {
      guard labels.indices.contains(index) else {
        throw CommandError(
          "--class \(text): the network has classes 0 to \(labels.count - 1)")
      }
      return index
    }
    let wanted = text.lowercased()
    func synonyms(_ label: String) -> [String] {
      [label.lowercased()] + label.lowercased().split(separator: ",").map { $0.drop { $0 == " " }.description }
    }
    let exact = labels.indices.filter { synonyms(labels[$0]).contains(wanted) }
    if exact.count == 1 { return exact[0] }
    let partial = exact.isEmpty ? labels.indices.filter { labels[$0].lowercased().contains(wanted) } : exact
    if partial.count == 1 { return partial[0] }
    let list = partial.prefix(8).map { "\($0) \(labels[$0])" }.joined(separator: "; ")
    throw CommandError(
      partial.isEmpty
        ? "--class \(text): no class of this name; give its index (0 to \(labels.count - 1)) or --labels FILE"
        : "--class \(text): \(partial.count) classes match: \(list); give an index")
  }
}
