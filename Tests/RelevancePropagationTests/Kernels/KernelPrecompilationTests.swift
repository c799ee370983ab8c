import Compute
import Foundation
import TestDevices
import Testing

@testable import RelevancePropagation

/// Kernels compiled before somebody launches them for work.
@Suite struct KernelPrecompilationTests {
  @Test("every kernel that is compiled ahead is there, and a launch that has nothing to do succeeds")
  func run() throws {
    #expect(throws: Never.self) { try KernelPrecompilation.run(on: TestDevice.cpu) }
  }

  @Test("it is due once, and on engines whose driver compiles at the first launch alone")
  func due() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let cache = ProgramCache(folder: folder)
    #expect(!KernelPrecompilation.isDue(on: TestDevice.plain, cache: cache))
    #expect(!KernelPrecompilation.isDue(on: TestDevice.gpu, cache: cache))
    #expect(!KernelPrecompilation.isDue(on: TestDevice.cpu, cache: nil))
    #expect(KernelPrecompilation.isDue(on: TestDevice.cpu, cache: cache) == TestDevice.cpu.device.keepsPrograms)
    #expect(!KernelPrecompilation.isDue(on: TestDevice.cpu, cache: cache))
  }
}
