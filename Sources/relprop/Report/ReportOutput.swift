import Foundation
import RelevancePropagation
import Reporting
import Synchronization

/// Where the pages of a report go: one file, or an index with a page an image beside it.
struct ReportOutput: Sendable {
  /// The report, or its index.
  let path: String
  /// Whether it is an index.
  let hasPages: Bool
  /// Names of the images' pages without folder and extension.
  let stems: [String]

  /// - Parameter names: of all images.
  /// - Throws: `CommandError` where the path is no page's or holds a file that is no report, `FileWriteError`.
  init(_ path: String, names: [String], isSingle: Bool) throws {
    self.path = path
    guard ["html", "htm"].contains((path as NSString).pathExtension.lowercased()) else {
      throw CommandError("--output \(path): expected a page, such as report.html")
    }
    try Self.requireReport(path)
    let folder = (path as NSString).deletingLastPathComponent
    guard folder.isEmpty || access(folder, W_OK | X_OK) == 0 else {
      throw FileWriteError(path: path, reason: "\(String(cString: strerror(errno))); make its folder first")
    }
    hasPages = names.count > 1 && !isSingle
    guard hasPages else {
      stems = names
      return
    }
    var pages = try OutputFolder(Self.pages(of: path))
    _ = try OutputFolder(Self.pages(of: path) + "/" + Self.thumbnails)
    // All pages lie in one folder, whatever folders their images came from.
    stems = names.map { (pages.stem(named: $0.replacing("/", with: "-")) as NSString).lastPathComponent }
  }

  private static let thumbnails = "thumbnails"

  /// "report.pages" of "report.html".
  private static func pages(of path: String) -> String { (path as NSString).deletingPathExtension + ".pages" }
  private var pages: String { Self.pages(of: path) }
  private var folderName: String { (pages as NSString).lastPathComponent }

  /// What page `index` is called on the disk, and as the index refers to it.
  func page(_ index: Int) -> (path: String, link: String) {
    ("\(pages)/\(stems[index]).html", "\(folderName)/\(stems[index]).html")
  }

  func thumbnail(_ index: Int) -> (path: String, link: String) {
    let name = "\(Self.thumbnails)/\(stems[index]).jpg"
    return ("\(pages)/\(name)", "\(folderName)/\(name)")
  }

  /// From page `index` to the index and to its neighbours.
  func links(_ index: Int, names: [String]) -> [ReportPage.Link] {
    guard hasPages else { return [] }
    var links = [ReportPage.Link(text: "All images", path: "../" + (path as NSString).lastPathComponent)]
    if index > 0 { links.append(.init(text: "← \(names[index - 1])", path: stems[index - 1] + ".html")) }
    if index + 1 < names.count { links.append(.init(text: "\(names[index + 1]) →", path: stems[index + 1] + ".html")) }
    return links
  }

  /// A page of one's own is not written over by mistake; an earlier report is.
  private static func requireReport(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG, let file = FileHandle(forReadingAtPath: path) else { return }
    defer { try? file.close() }
    let start = (try? file.read(upToCount: 4096)) ?? nil
    if let start, !start.isEmpty, !String(decoding: start, as: UTF8.self).contains(ReportPage.mark) {
      throw CommandError("--output \(path): it is there and no report of relprop; choose another name, or remove it")
    }
  }
}
