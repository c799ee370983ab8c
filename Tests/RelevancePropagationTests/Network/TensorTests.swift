import Compute
import Foundation
import Synchronization
import TestDevices
import Testing

@testable import RelevancePropagation

@Suite struct TensorTests {
  @Test("a shape counts its scalars, and says so where the product does not fit")
  func counts() {
    #expect(Shape([2, 3, 4]).count == 24 && Shape([]).count == 1 && Shape([3, 0]).count == 0)
    #expect(Shape([2, 3]).description == "[2, 3]")
    #expect(Shape.checkedCount([2, 3, 4]) == 24)
    #expect(Shape.checkedCount([1 << 40, 1 << 40]) == nil)
    #expect(Shape.checkedCount([-1, 3]) == nil)
  }

  @Test("entries of a stack are what was stacked")
  func stack() {
    let images = SmallNetwork.images(3, seed: 1)
    let again = Tensor.stack([images[0], images[1], images[2]])
    expectIdentical(again, images, "stacked again")
    #expect(images[1].reshaped([6, 24]).shape == [6, 24])
    #expect(images[1].reshaped([6, 24]).scalars == images[1].scalars)
  }

  @Test("the first number that is not finite is found, wherever it stands", arguments: [0, 1, 4095, 4096, 9999])
  func nonFinite(_ position: Int) {
    for value in [Float.nan, .infinity, -.infinity] {
      var scalars = [Float](repeating: .greatestFiniteMagnitude, count: 10_000)
      #expect(Tensor(shape: [10_000], scalars: scalars).firstNonFinite == nil)
      scalars[position] = value
      scalars[9999] = .nan
      #expect(Tensor(shape: [10_000], scalars: scalars).firstNonFinite == position)
    }
  }
}

@Suite struct LargeTensorTests {
  @Test("of several numbers that are not finite the first is found, in memory and in a file, whoever looks where")
  func nonFinite() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var scalars = [Float](repeating: -.greatestFiniteMagnitude, count: 5 << 19)
    for position in [(2 << 20) + 3, (1 << 20) + 17, (1 << 20) - 1] {
      scalars[position] = position % 2 == 0 ? .nan : -.infinity
      #expect(Tensor(shape: [scalars.count], scalars: scalars).firstNonFinite == position)
      try Data(scalars.withUnsafeBytes { Array($0) }).write(to: URL(fileURLWithPath: path))
      let mapped = Tensor(shape: [scalars.count - 1], mapping: try MappedFile(path: path), byteOffset: 4)
      #expect(mapped.firstNonFinite == position - 1)
    }
  }
}

@Suite struct FilledTensorTests {
  @Test("what is filled in is there, all else is 0, and the device reads it", arguments: [0, 1, 999, 70_000])
  func filled(_ count: Int) throws {
    let tensor = try Tensor(shape: [count]) { scalars in
      for index in stride(from: 0, to: scalars.count, by: 3) { scalars[index] = Float(index) + 0.5 }
    }
    let expected = (0..<count).map { $0 % 3 == 0 ? Float($0) + 0.5 : 0 }
    #expect(tensor.scalars == expected && tensor.reshaped([1, count]).scalars == expected)
    #expect(tensor == Tensor(shape: [count], scalars: expected))
    let queue = TestDevice.engine.queue
    #expect(try queue.read(tensor.buffer(on: TestDevice.engine, for: "a tensor"), count: count) == expected)
  }

  @Test("converted scalars are kept, and made again where they are read after they were let go and nobody holds them")
  func converted() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    let file = try MappedFile(path: path)
    let times = Mutex(0)
    func tensor(_ count: Int) throws -> Tensor {
      try Tensor(shape: [count], from: file) { scalars in
        times.withLock { $0 += 1 }
        for index in scalars.indices { scalars[index] = Float(index) }
      }
    }
    let few = try tensor(10)
    few.letGo()
    #expect(few.scalars == (0..<10).map(Float.init) && times.withLock { $0 } == 1)
    let count = 70_000
    let many = try tensor(count)
    let expected = (0..<count).map(Float.init)
    #expect(many.scalars == expected && many.file === file && times.withLock { $0 } == 2)
    // A device that computes in this memory holds it.
    var buffer: Buffer<Float>? = try many.buffer(on: TestDevice.cpu, for: "a tensor")
    many.letGo()
    #expect(many.scalars == expected && times.withLock { $0 } == 2)
    try TestDevice.cpu.queue.finish()
    #expect(buffer?.count == count)
    buffer = nil
    #expect(many.scalars == expected && many.reshaped([1, count]).scalars == expected)
    #expect(times.withLock { $0 } >= 3)
  }
}

@Suite struct TargetTests {
  @Test("relevance starts from a logit or from 1, targets of one image side by side")
  func start() {
    // Two images of three scores.
    let scores = Tensor(shape: [2, 3], scalars: [0.5, -2, 3, 7, 8, -9])
    let start = Target.start([[.logit(1), .one(2)], [.logit(2), .logit(0)]], scores: scores)
    #expect(start.shape == [4, 3])
    #expect(start.scalars == [0, -2, 0, 0, 0, 1, 0, 0, -9, 7, 0, 0])
  }

  @Test("scores of a fully convolutional network keep their axes")
  func axes() {
    let scores = Tensor(shape: [1, 2, 1, 1], scalars: [4, 5])
    #expect(Target.start([[.logit(0)]], scores: scores) == Tensor(shape: [1, 2, 1, 1], scalars: [4, 0]))
  }
}
