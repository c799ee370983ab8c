import Foundation

/// Reading the small files of a store.
enum StoreFile {
  /// - Returns: nil where there is no such file.
  /// - Throws: `ZarrError` where it cannot be read.
  static func bytes(_ path: String) throws -> Data? {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      return nil
    } catch {
      throw ZarrError(path: path, "it cannot be read: \(error.localizedDescription)")
    }
  }

  /// - Throws: `ZarrError` where it is missing or no JSON object; `hint` says what to do.
  static func json(_ path: String, hint: String) throws -> [String: JSONValue] {
    guard let data = try bytes(path) else { throw ZarrError(path: path, "no such file; \(hint)") }
    do {
      return try JSONDecoder().decode([String: JSONValue].self, from: data)
    } catch {
      throw ZarrError(path: path, "it is no JSON object (\(data.count) bytes); \(hint)")
    }
  }
}

extension StoreFile {
  /// Why the system refused, in its words.
  static func reason(_ error: any Error) -> String {
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard let cause, cause.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return String(cString: strerror(Int32(cause.code)))
  }
}
