import Foundation
import RelevancePropagation

/// Where tensors may lie outside the model file, and how much memory they may take.
final class TensorSource {
  let allowance: MemoryAllowance
  /// The model's folder; nil for a model in memory.
  private let folder: String?
  private var files: [String: MappedFile] = [:]

  init(path: String?, allowance: MemoryAllowance) {
    folder = path.map { URL(filePath: $0).deletingLastPathComponent().path }
    self.allowance = allowance
  }

  /// The bytes that an initializer's `external_data` names: a file beside the model, an offset, a length.
  func external(_ entries: [String: String], _ place: String) throws -> Bytes {
    guard let folder else { throw ModelFileError(at: place, "lies in another file, but the model is in memory") }
    guard let location = entries["location"], !location.isEmpty else {
      throw ModelFileError(at: place, "lies in another file that is not named")
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !location.contains("\\"), !location.contains("\0"), !parts.contains("..") else {
      throw ModelFileError(
        at: place, "lies in \"\(location)\", outside the model's folder", remedy: "keep its data beside the model")
    }
    let bytes = Bytes(try file(folder + "/" + location, place))
    let offset = try number(entries["offset"], place) ?? 0
    guard offset <= bytes.count else {
      throw ModelFileError(
        at: place, "begins at byte \(offset) of \"\(location)\", which has \(bytes.count)", remedy: "is it complete?")
    }
    return try bytes.slice(at: offset, count: number(entries["length"], place) ?? bytes.count - offset, of: place)
  }

  private func number(_ text: String?, _ place: String) throws -> Int? {
    guard let text else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw ModelFileError(at: place, "expected a number of bytes, found \"\(text.prefix(32))\"")
    }
    return number
  }

  private func file(_ path: String, _ place: String) throws -> MappedFile {
    if let file = files[path] { return file }
    do {
      let file = try MappedFile(path: path)
      files[path] = file
      allowance.extend(fileSize: file.count)
      return file
    } catch let error as MappedFileError {
      throw ModelFileError(at: place, error.description, remedy: "keep the model's data file beside it")
    }
  }
}
