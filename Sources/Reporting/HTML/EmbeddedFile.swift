/// A picture inside a page, as the bytes of its file.
public struct EmbeddedFile: Sendable, Hashable {
  /// "image/png"
  public let type: String
  public let bytes: [UInt8]

  public init(type: String, bytes: [UInt8]) {
    self.type = type
    self.bytes = bytes
  }

  public static func png(_ bytes: [UInt8]) -> EmbeddedFile { .init(type: "image/png", bytes: bytes) }
  public static func jpeg(_ bytes: [UInt8]) -> EmbeddedFile { .init(type: "image/jpeg", bytes: bytes) }
}
