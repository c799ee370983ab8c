/// The command line as reports hold it: a thousand reports of a thousand names each would be larger than the results.
struct CommandText: Sendable {
  /// Images on the command line above which a report names its own alone.
  static let most = 8

  private let arguments: [String]
  /// Where the images were, if they are left out.
  private let place: Int?

  /// - Parameter images: those of `arguments` that are images or folders.
  init(_ arguments: [String], images: [String] = []) {
    guard images.count > Self.most else {
      (self.arguments, place) = (arguments, nil)
      return
    }
    let left = Set(images)
    place = arguments.firstIndex { left.contains($0) }
    self.arguments = arguments.filter { !left.contains($0) }
  }

  func arguments(for image: String) -> [String] {
    guard let place else { return arguments }
    return Array(arguments[..<place]) + [image] + arguments[place...]
  }
}
