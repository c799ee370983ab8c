import Compute
import Foundation
import RelevancePropagation
import Testing

@testable import relprop

/// The process that compiles kernels beside a first start.
@Suite struct KernelHelperTests {
  @Test("it compiles kernels into the driver's folder, and keeps what it asked the device, nothing else")
  func compiles() throws {
    let folder = try TemporaryFolder()
    let run = try Command(
      ["compile-kernels"],
      environment: ["POCL_CACHE_DIR": folder.path, ProgramCache.environmentVariable: folder.file("relprop")])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.isEmpty)
    guard try Device.all().contains(where: \.keepsPrograms) else { return }
    let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    #expect(files.contains { $0.hasSuffix("convolution_scatter.so") })
    #expect(files.filter { $0.hasPrefix("relprop/") }.count == 1, "\(files)")
  }

  @Test("one that cannot be started is no error, and is not tried again")
  func missing() throws {
    let folder = try TemporaryFolder()
    let cache = ProgramCache(folder: folder.path)
    let engine = try DeviceOptions.parse([]).engine(printing: false, helped: false)
    #expect(!KernelHelper.start(for: engine, program: folder.file("missing"), cache: cache))
    #expect(!KernelHelper.start(for: engine, program: folder.file("missing"), cache: cache))
    #expect(folder.names.count == (engine.device.keepsPrograms && engine.family == .cpu ? 1 : 0))
  }

  @Test("it is no command for users")
  func hidden() throws {
    #expect(try !Command(["--help"]).output.contains("compile-kernels"))
  }
}
