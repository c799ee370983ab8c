import Foundation
import RelevancePropagation
import Testing

@testable import ModelFormats

@Suite("PyTorch files")
struct PyTorchTests {
  private let expected = try! ModelFile.stateDictionary(path: Fixture.path("vgg11.safetensors"))

  private func message(_ name: String) throws -> String {
    let path = Fixture.path(name)
    let error = try #require(throws: ModelFileError.self) { try ModelFile.load(path: path) }
    return error.description.replacingOccurrences(of: path, with: "FILE")
  }

  @Test(
    "Zip, legacy, deflated, wrapped and strided files hold the numbers of the safetensors file",
    arguments: [
      ("vgg11_zip.pth", "PyTorch zip"), ("vgg11_legacy.pth", "PyTorch legacy"), ("deflated.pth", "PyTorch zip"),
      ("checkpoint.pth", "PyTorch zip"), ("views.pth", "PyTorch zip"),
    ])
  func containers(_ name: String, _ format: String) throws {
    let dictionary = try ModelFile.stateDictionary(path: Fixture.path(name))
    #expect(Set(dictionary.names) == Set(expected.names))
    for key in expected.names { #expect(dictionary[key] == expected[key], "\(key)") }
    let model = try ModelFile.load(path: Fixture.path(name))
    #expect(model.format == format)
    #expect(model.architecture == "VGG-11")
  }

  @Test(
    "Half, bfloat16 and double files hold the numbers as far as they can",
    arguments: [("half.pth", Float(0x1p-11)), ("bfloat16.safetensors", 0x1p-8), ("double.safetensors", 0)])
  func precisions(_ name: String, _ tolerance: Float) throws {
    let dictionary = try ModelFile.stateDictionary(path: Fixture.path(name))
    for key in expected.names {
      for (a, b) in zip(try #require(dictionary[key]).scalars, expected[key]!.scalars) {
        // Half a unit in the last place, relative, and the half of binary16's smallest step.
        #expect(abs(a - b) <= tolerance * abs(b) + (tolerance == 0 ? 0 : 0x1p-25), "\(key)")
      }
    }
  }

  @Test("A checkpoint's wrapper and the prefix of DataParallel are noted")
  func checkpoint() throws {
    #expect(
      try ModelFile.load(path: Fixture.path("checkpoint.pth")).notes == [
        "the tensors were taken from the checkpoint's \"state_dict\"", "the names' prefix \"module.\" was dropped",
      ])
  }

  @Test("VGG with batch norm is recognised, its step counters are bookkeeping")
  func batchNorm() throws {
    let model = try ModelFile.load(path: Fixture.path("vgg11_bn.pth"))
    #expect(model.architecture == "VGG-11 with batch norm")
    #expect(model.network["features.1"]?.layer is BatchNormalization)
    #expect(model.network["features.2"]?.layer is ReLU)
    #expect(try ModelFile.stateDictionary(path: Fixture.path("vgg11_bn.pth")).bookkeeping.count == 8)
  }

  @Test("A pickle that would run a command is refused by name, in both containers")
  func command() throws {
    for name in ["command.pth", "command_legacy.pth"] {
      #expect(
        try message(name)
          == "FILE: refuses to run \"posix.system\" from the pickle; only tensors and dictionaries are read")
    }
    let byHand =
      Array("\u{80}\u{2}cos\nsystem\n(X".unicodeScalars.map { UInt8($0.value) }) + [2, 0, 0, 0] + Array("lstR.".utf8)
    var unpickler = Unpickler(Bytes(byHand))
    #expect(
      throws: ModelFileError(
        "refuses to run \"os.system\" from the pickle", remedy: "only tensors and dictionaries are read")
    ) {
      try unpickler.run()
    }
  }

  @Test("A whole pickled module is refused with advice to save the state dict")
  func wholeModule() throws {
    #expect(try message("module.pth").contains("refuses to make an object of \"__main__.TinyVGG\""))
    #expect(try message("module.pth").contains("torch.save(model.state_dict(), …)"))
    // ('module', net.Model, …) as a persistent id: what the legacy stream writes.
    var unpickler = Unpickler(
      Bytes(Array("\u{80}\u{2}(U\u{6}modulecnet\nModel\ntQ.".unicodeScalars.map { UInt8($0.value) })))
    let error = try #require(throws: ModelFileError.self) { try unpickler.run() }
    #expect(error.description.contains("\"net.Model\""))
  }

  @Test("Big-endian files and foreign archives are refused")
  func foreign() throws {
    #expect(
      try message("big_endian.pth") == "FILE: byteorder: expected little, found big; save it on a little-endian machine"
    )
    // An empty archive: only its end record, so it does not begin like an archive either.
    let empty: [UInt8] = [0x50, 0x4B, 5, 6] + Array(repeating: 0, count: 18)
    #expect(throws: ModelFileError.self) { try ModelFile.load(bytes: empty, name: "m") }
    let cut = Array(try Fixture.bytes("vgg11_zip.pth").prefix(5000))
    try Fixture.withFile(cut) { path -> Void in
      #expect(
        throws: ModelFileError(
          file: path, "begins like a zip archive but its directory, at the end, cannot be read",
          remedy: "is the file complete?")
      ) {
        try ModelFile.load(path: path)
      }
    }
  }

  @Test("Numbers, strings and containers of a pickle, by hand")
  func values() throws {
    // {'a': (1, -2, 300, None), 'b': [True, 1.5, 'é']} with every kind of integer.
    let pickle: [UInt8] =
      [
        0x80, 2, 0x7D, 0x71, 0, 0x28, 0x55, 1, 0x61, 0x28, 0x4B, 1, 0x4A, 0xFE, 0xFF, 0xFF, 0xFF, 0x8A, 2, 0x2C, 0x01,
        0x4E, 0x74,
      ]
      + [
        0x8C, 1, 0x62, 0x5D, 0x28, 0x88, 0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0, 0x58, 2, 0, 0, 0, 0xC3, 0xA9, 0x65, 0x75,
        0x2E,
      ]
    var unpickler = Unpickler(Bytes(pickle))
    let value = try unpickler.run()
    #expect(unpickler.position == pickle.count)
    let items = try #require(unpickler.arena.items(value))
    #expect(items.map(\.key) == ["a", "b"])
    let tuple = try #require(unpickler.arena.elements(items[0].value))
    let list = try #require(unpickler.arena.elements(items[1].value))
    guard case .integer(1) = tuple[0], case .integer(-2) = tuple[1], case .integer(300) = tuple[2],
      case .none = tuple[3],
      case .bool(true) = list[0], case .float(1.5) = list[1], case .string("é") = list[2]
    else { return #expect(Bool(false), "\(tuple) \(list)") }
  }

  @Test("Cyclic and deeply nested pickles neither hang nor overflow the stack")
  func cyclic() throws {
    // l = []; l.append(l), then 200 000 tuples around it.
    let pickle: [UInt8] = [0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61] + Array(repeating: 0x85, count: 200_000) + [0x2E]
    var unpickler = Unpickler(Bytes(pickle))
    guard case .tuple = try unpickler.run() else { return #expect(Bool(false)) }
    var endless = Unpickler(Bytes([0x80, 2] + Array(repeating: UInt8(ascii: "N"), count: 1_100_000)))
    #expect(throws: ModelFileError.self) { try endless.run() }
  }

  @Test("A tensor that reaches beyond its storage is refused, one that repeats it costs its allowance")
  func reach() throws {
    func tensor(_ shape: [Int], _ strides: [Int]?, offset: Int = 0) throws -> Tensor {
      try StoredTensor(
        type: .float32, shape: shape, strides: strides, offset: offset, bytes: Bytes(Array(repeating: 0, count: 24))
      )
      .tensor(named: "w", allowance: MemoryAllowance(fileSize: 24))
    }
    #expect(try tensor([2, 3], [3, 1]).shape == [2, 3])
    #expect(try tensor([3, 2], [1, 3]).shape == [3, 2])
    #expect(try tensor([1, 6], [Int.max, 1]).shape == [1, 6])
    #expect(try tensor([0, Int.max / 32, 2], [1, 1, 1]).count == 0)
    for (shape, strides, offset) in [
      ([2, 3], [3, 1], 1), ([2, 3], [4, 1], 0), ([2], [Int.max], 0), ([2, 2], [Int.max, Int.max], 0), ([7], [1], 0),
      ([2, 3], [-3, 1], 0), ([2, 3], [3], 0), ([-2, -3], [3, 1], 0), ([6], [1], Int.max), ([6], [1], -1),
      ([1 << 30], [0], 0), ([Int.max, Int.max], [0, 0], 0),
    ] {
      #expect(throws: ModelFileError.self) { try tensor(shape, strides, offset: offset) }
    }
  }

  @Test("Every one of the 65536 half-precision numbers becomes the float of the same value")
  func halves() throws {
    let bytes = (0...UInt16.max).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let stored = StoredTensor(type: .float16, shape: [65536], bytes: Bytes(bytes))
    let scalars = try stored.tensor(named: "w", allowance: MemoryAllowance(fileSize: bytes.count)).scalars
    for (bits, scalar) in scalars.enumerated() {
      let expected = Float(Float16(bitPattern: UInt16(bits)))
      guard expected.isNaN ? scalar.isNaN : scalar.bitPattern == expected.bitPattern else {
        return #expect(scalar == expected, "bits \(bits)")
      }
    }
  }
}
