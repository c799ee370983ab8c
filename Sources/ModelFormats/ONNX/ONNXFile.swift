import RelevancePropagation

enum ONNXFile {
  static func recognises(_ bytes: Bytes) -> Bool { false }
  static func load(_ bytes: Bytes, path: String?, inputSize: Extent?) throws -> LoadedModel {
    throw ModelFileError("not yet")
  }
}
