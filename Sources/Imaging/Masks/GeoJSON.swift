import Foundation

/// The polygons of a GeoJSON file (RFC 7946), in its own coordinates.
struct GeoJSON {
  struct Point: Hashable {
    var x: Double
    var y: Double
  }

  /// An outer ring and its holes; each ends where it begins.
  struct Polygon: Hashable {
    let rings: [[Point]]
  }

  let polygons: [Polygon]

  /// Parsing takes several times the file's size.
  private static let byteLimit = 128 << 20

  /// Whether a file is to be read as JSON: by its suffix, or its first character.
  static func looksLikeJSON(_ path: String) -> Bool {
    if ["geojson", "json"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()) { return true }
    let head = (try? FileHandle(forReadingAtPath: path)?.read(upToCount: 512)) ?? Data()
    let first = head.drop { [0xef, 0xbb, 0xbf, 0x20, 0x09, 0x0a, 0x0d].contains($0) }.first
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  /// - Throws: `ImageError`, with the place in the file.
  init(path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ImageError(path: path, found: "it cannot be read: \(error.localizedDescription)")
    }
    guard data.count <= Self.byteLimit else {
      throw ImageError(
        path: path, found: "\(data.count >> 20) MiB of GeoJSON are too many (limit \(Self.byteLimit >> 20))",
        remedy: "export the outlines of regions without the cells in them, or a mask image")
    }
    do {
      polygons = try JSONDecoder().decode(GeoJSONFile.self, from: data).polygons
    } catch let fault as Fault {
      throw ImageError(path: path, found: fault.description, remedy: fault.remedy)
    } catch let error as DecodingError {
      throw Self.error(error, in: data, path: path)
    }
  }

  /// A geometry that cannot be used, and where it stands.
  struct Fault: Error, CustomStringConvertible {
    let place: [any CodingKey]
    let found: String
    var remedy: String?

    var description: String { place.isEmpty ? found : "\(GeoJSON.text(place)): \(found)" }
  }

  /// "features[3].geometry.coordinates[0]".
  static func text(_ place: [any CodingKey]) -> String {
    place.reduce(into: "") { text, key in
      text += key.intValue.map { "[\($0)]" } ?? (text.isEmpty ? "" : ".") + key.stringValue
    }
  }

  private static func error(_ error: DecodingError, in data: Data, path: String) -> ImageError {
    switch error {
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return ImageError(path: path, found: "it is no JSON: " + JSONFault(data).description)
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return ImageError(path: path, found: "\(text(context.codingPath)): \(context.debugDescription)")
    case .keyNotFound(let key, let context):
      let place = context.codingPath.isEmpty ? "it" : text(context.codingPath)
      return ImageError(path: path, found: "\(place) has no \"\(key.stringValue)\"", remedy: "is it GeoJSON?")
    @unknown default:
      return ImageError(path: path, found: "it is no GeoJSON: \(error)")
    }
  }
}

/// Where a text stops being JSON.
struct JSONFault: CustomStringConvertible {
  let description: String

  init(_ data: Data) {
    // JSONDecoder does not tell; JSONSerialization does in its error's debug description, but not of a sudden end.
    var text = "unknown failure"
    do {
      _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    } catch {
      text = (error as NSError).userInfo["NSDebugDescription"] as? String ?? error.localizedDescription
    }
    if let match = text.firstMatch(of: /^(.*) around character (\d+)\.?$/), let offset = Int(match.2) {
      description = "\(match.1.lowercased()) at \(Self.place(of: min(offset, data.count), in: data))"
    } else if text.hasPrefix("Unexpected end of file") {
      description = "it ends too early, at \(Self.place(of: data.count, in: data))"
    } else {
      description = text
    }
  }

  /// Both from 1, as editors count.
  private static func place(of offset: Int, in data: Data) -> String {
    let before = data.prefix(offset)
    let line = before.count { $0 == 0x0a } + 1
    let column = offset - (before.lastIndex(of: 0x0a).map { $0 + 1 - before.startIndex } ?? 0) + 1
    return "line \(line), column \(column)"
  }
}
