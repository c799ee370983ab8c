import Foundation

/// The images that one argument names.
enum ImageFiles {
  /// A file, and what its results are called below the output folder, without extension.
  struct Found: Equatable {
    var path: String
    var name: String
  }

  /// By which the images of a folder are known. Files that are named themselves may be called anything.
  static let extensions: Set<String> = [
    "jpg", "jpeg", "jpe", "png", "tif", "tiff", "webp", "gif", "ppm", "pgm", "jp2", "jxl", "heic", "heif", "avif",
  ]

  /// What earlier commands left is no photograph, where results lie among the images.
  private static let results = [".heatmap.png", ".overlay.png"]

  /// A file itself, there or not; of a folder the images in it, sorted by name.
  /// - Throws: `CommandError` for a folder that cannot be read or has no image.
  static func at(_ path: String, recursive: Bool) throws -> [Found] {
    guard isFolder(path) else {
      return [Found(path: path, name: withoutExtension((path as NSString).lastPathComponent))]
    }
    let found = try inFolder(path, below: "", recursive: recursive)
    guard !found.isEmpty else {
      throw CommandError("\(path): no image in this folder" + (recursive ? "" : "; --recursive looks into subfolders"))
    }
    return found
  }

  private static func inFolder(_ folder: String, below prefix: String, recursive: Bool) throws -> [Found] {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
      throw CommandError("\(folder): the folder cannot be read; check its permissions")
    }
    return try names.flatMap { name -> [Found] in
      guard !name.hasPrefix(".") else { return [] }
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      if isFolder(path) {
        // A link to a folder may lead back to where it lies.
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        return recursive && !isLink ? try inFolder(path, below: "\(prefix)\(name)/", recursive: true) : []
      }
      let isImage =
        extensions.contains((name as NSString).pathExtension.lowercased())
        && !results.contains(where: { name.hasSuffix($0) })
      return isImage ? [Found(path: path, name: prefix + withoutExtension(name))] : []
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func withoutExtension(_ name: String) -> String { (name as NSString).deletingPathExtension }
}
