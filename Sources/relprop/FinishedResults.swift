import Foundation

/// Finds out which images have their results already, all of them and made with the same settings.
struct FinishedResults {
  /// Digest of the settings without an image.
  let settings: String
  /// What targets add to an image's name; nil where that depends on its scores.
  let suffixes: [String]?
  /// Targets an image.
  let count: Int
  /// Endings of the files of one target.
  let endings: [String]

  /// Names of reports in each folder, by the names of images they may belong to: for classes that the scores choose.
  private var byClass: [String: [String: [String]]] = [:]

  init(settings: String, suffixes: [String]?, count: Int, endings: [String]) {
    self.settings = settings
    self.suffixes = suffixes
    self.count = count
    self.endings = endings
  }

  /// - Parameter stem: path of the image's results without suffix and extension.
  mutating func contain(_ image: String, stem: String) -> Bool {
    guard let wanted = ExplanationSettings.digest(settings, image: image) else { return false }
    let stems = suffixes.map { $0.map { stem + $0 } } ?? candidates(stem)
    let whole = stems.filter { stem in
      endings.allSatisfy { access(stem + $0, F_OK) == 0 } && Self.settings(ofReport: stem + ".json") == wanted
    }
    return whole.count == count
  }

  private static func settings(ofReport path: String) -> String? {
    struct Report: Decodable { var settings: String? }
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return (try? JSONDecoder().decode(Report.self, from: data))?.settings
  }

  /// "FOLDER/NAME.class3", for every report NAME.class3….json there is.
  private mutating func candidates(_ stem: String) -> [String] {
    let folder = (stem as NSString).deletingLastPathComponent
    if byClass[folder] == nil {
      var found: [String: [String]] = [:]
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(".json") {
        guard let mark = name.range(of: ".class", options: .backwards) else { continue }
        found[String(name[..<mark.lowerBound]), default: []].append("\(folder)/\(name.dropLast(".json".count))")
      }
      byClass[folder] = found
    }
    return byClass[folder]?[(stem as NSString).lastPathComponent] ?? []
  }
}
