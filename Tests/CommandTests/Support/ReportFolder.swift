import Foundation

/// Reports of scenes, made as a user makes them.
struct ReportFolder {
  let scenes: ScenesFolder
  var folder: TemporaryFolder { scenes.folder }

  init(count: Int) throws { scenes = try ScenesFolder(count: count) }

  func report(_ arguments: [String], output: String = "report.html") throws -> Command {
    try Command(["report"] + arguments + ["--output", folder.file(output)])
  }

  func text(_ name: String = "report.html") throws -> String {
    try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  /// The files of a page's heatmaps, by row and column, as they stand in it.
  func maps(_ name: String = "report.html") throws -> [String: String] {
    var maps: [String: String] = [:]
    for match in try text(name).matches(of: /data-map="([0-9-]+)".*?src="data:image\/png;base64,([^"]+)"/) {
      maps[String(match.1)] = String(match.2)
    }
    return maps
  }
}
