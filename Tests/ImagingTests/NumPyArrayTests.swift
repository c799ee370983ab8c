import Foundation
import Imaging
import RelevancePropagation
import Testing

@Suite("NumPy files in Imaging")
struct NumPyArrayTests {
  @Test(
    "What is written is read",
    arguments: [
      NumPyArray(shape: [2, 3], elements: .float32([1, -2.5, .nan, .infinity, 0, -0.0])),
      NumPyArray(shape: [2], elements: .float64([.pi, -1e300])),
      NumPyArray(shape: [1, 1, 3], elements: .uint8([0, 7, 255])),
      NumPyArray(shape: [], elements: .float32([4])),
      NumPyArray(shape: [0, 3], elements: .float32([])),
    ])
  func roundTrip(array: NumPyArray) throws {
    let folder = try TemporaryFolder()
    try array.write(to: folder.path("array.npy"))
    let read = try NumPyArray(path: folder.path("array.npy"))
    #expect(read.shape == array.shape)
    #expect("\(read.elements)" == "\(array.elements)")
    let bytes = Array(try Data(contentsOf: folder.url.appendingPathComponent("array.npy")))
    #expect((bytes.firstIndex(of: 0x0a)! + 1) % 64 == 0, "data begin at a multiple of 64")
  }

  @Test("Files of NumPy are read")
  func numPy() throws {
    let doubles = try NumPyArray(path: Fixture.path("doubles.npy"))
    #expect(doubles == NumPyArray(shape: [1, 3], elements: .float64([1.5, -2.25, 0.1])))
    #expect(doubles.tensor.scalars == [1.5, -2.25, 0.1])
    #expect(try NumPyArray(path: Fixture.path("scalar.npy")) == NumPyArray(shape: [], elements: .float32([2.5])))
  }

  @Test("Heatmaps and tensors are saved as float32")
  func heatmap() throws {
    let tensor = Tensor(shape: [1, 2, 2], scalars: [1, 2, 3, 4])
    #expect(try NumPyArray(Heatmap(tensor)) == NumPyArray(shape: [2, 2], elements: .float32([1, 2, 3, 4])))
    #expect(NumPyArray(tensor).tensor == tensor)
  }

  @Test("Other types and orders are refused with what to do")
  func refused() throws {
    let integers = try #require(throws: NumPyError.self) { try NumPyArray(path: Fixture.path("integers.npy")) }
    #expect(
      integers.description.hasSuffix("expected type float32, float64 or uint8, found '<i8'; convert it with astype"))
    let fortran = try #require(throws: NumPyError.self) { try NumPyArray(path: Fixture.path("fortran.npy")) }
    #expect(fortran.description.hasSuffix("it is in Fortran order; save it after numpy.ascontiguousarray"))
  }

  @Test("Every truncation and every shape that does not fit is an error")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let bytes = try Fixture.bytes("doubles.npy")
    for length in 0..<bytes.count {
      let path = try folder.write(Array(bytes.prefix(length)), as: "short.npy")
      #expect(throws: NumPyError.self, "\(length) bytes") { try NumPyArray(path: path) }
    }
    let text = String(decoding: bytes.dropFirst(10).prefix(while: { $0 != 0x0a }), as: UTF8.self)
    for shape in ["(1, 4)", "(9223372036854775807, 9)", "(99999999999999999999,)", "(-1, 3)", "('a',)"] {
      var header = text.replacingOccurrences(of: "(1, 3)", with: shape)
      header = header.prefix(text.count).padding(toLength: text.count, withPad: " ", startingAt: 0)
      let path = try folder.write(
        Array(bytes.prefix(10)) + Array(header.utf8) + bytes.dropFirst(10 + text.utf8.count), as: "shape.npy")
      #expect(throws: NumPyError.self, "shape \(shape)") { try NumPyArray(path: path) }
    }
    #expect(throws: NumPyError.self) { try NumPyArray(path: folder.path("none.npy")) }
  }
}
