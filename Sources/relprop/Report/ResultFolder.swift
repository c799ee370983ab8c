import Foundation
import Imaging
import RelevancePropagation

/// The results of `relprop explain` in folders, image by image.
struct ResultFolder {
  /// The results of one image by one network.
  struct Group: Sendable {
    var name: String
    var path: String
    var files: [File]
  }

  /// A report of `relprop explain`.
  struct File: Sendable {
    var path: String
    /// What is explained, and by what: a row and a column of the image's page.
    var target: String
    var method: String
    fileprivate var folder: String
  }

  /// What is read of a report to find its place.
  private struct Head: Decodable {
    struct Model: Decodable {
      var path: String
      var sha256: String
    }
    struct Image: Decodable { var path: String }
    struct Explained: Decodable { var target: String }
    var tool: String
    var model: Model
    var image: Image
    var method: String
    var composite: String
    var explained: Explained
  }

  /// In the order of their files' names.
  let groups: [Group]

  /// - Throws: `CommandError` for a folder that is not there or holds no results.
  init(_ folders: [String]) throws {
    var keys: [[String]] = []
    var groups: [[String]: Group] = [:]
    var networks: Set<String> = []
    for folder in folders {
      for path in try Self.reports(in: folder) {
        guard let data = FileManager.default.contents(atPath: path),
          let head = try? JSONDecoder().decode(Head.self, from: data), head.tool.hasPrefix("relprop ")
        else { continue }
        let key = [head.image.path, head.model.sha256]
        networks.insert(head.model.sha256)
        if groups[key] == nil {
          keys.append(key)
          let network = (head.model.path as NSString).lastPathComponent
          groups[key] = Group(name: network, path: head.image.path, files: [])
        }
        let method = head.composite.isEmpty ? head.method : head.composite
        let file = File(path: path, target: head.explained.target, method: method, folder: folder)
        // An image that was explained twice in one way is shown once.
        let isThere = groups[key]!.files.contains {
          $0.target == file.target && $0.method == method && $0.folder == folder
        }
        if !isThere { groups[key]!.files.append(file) }
      }
    }
    guard !keys.isEmpty else {
      throw CommandError(
        "--from \(folders.joined(separator: ", ")): no results of relprop explain (NAME.json beside NAME.relevance.npy)"
      )
    }
    // Several networks' explanations of an image are pages of their own.
    let names = ReportNames.distinct(keys.map { $0[0] })
    self.groups = zip(keys, names).map { key, name in
      var group = groups[key]!
      group.name = networks.count > 1 ? "\(name) (\(group.name))" : name
      Self.tellApart(&group.files)
      return group
    }
  }

  /// Files of one target and method from several folders get the folder's name as well.
  private static func tellApart(_ files: inout [File]) {
    let folders = Dictionary(grouping: files, by: \.method).mapValues { Set($0.map(\.folder)) }
    for index in files.indices where folders[files[index].method]!.count > 1 {
      files[index].method += " (\(files[index].folder))"
    }
  }

  /// Every .json below a folder, sorted.
  private static func reports(in folder: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue,
      let names = FileManager.default.enumerator(atPath: folder)
    else {
      throw CommandError("--from \(folder): no folder; expected what relprop explain wrote")
    }
    return names.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
  }
}
