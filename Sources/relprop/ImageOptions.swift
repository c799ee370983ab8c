import ArgumentParser
import Foundation

/// Which images: files, folders, lists of them.
struct ImageOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "JPEG, PNG, TIFF or WebP files, and folders: the images in them, sorted by name.", valueName: "image"))
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "A text file that names more images and folders, one a line (or ended by NUL, as find -print0 writes them); - reads "
        + "standard input.", valueName: "file"))
  var list: String?

  @Flag(help: "Look into the subfolders of folders too; results go into subfolders of the same names.")
  var recursive = false

  /// All images, in the order of the arguments.
  /// - Throws: `CommandError` for a folder or list that cannot be read or holds no image.
  func files() throws -> [ImageFiles.Found] {
    let arguments = images + (try list.map(Self.lines) ?? [])
    guard !arguments.isEmpty else {
      throw CommandError(
        list.map { "--list \($0): it names no image" } ?? "name images to explain: files, folders, or --list FILE")
    }
    return try arguments.flatMap { try ImageFiles.at($0, recursive: recursive) }
  }

  private static func lines(of list: String) throws -> [String] {
    // A file handle reads pipes too, such as <(find …).
    let file = list == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: list)
    guard let file, let data = try? file.readToEnd() ?? Data() else {
      throw CommandError("--list \(list): it cannot be read; expected a text file that names images, one a line")
    }
    return data.split(separator: data.contains(0) ? 0 : UInt8(ascii: "\n"))
      .map { String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self) }
      .filter { !$0.isEmpty }
  }
}
