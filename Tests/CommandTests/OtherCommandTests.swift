import Foundation
import Imaging
import Testing

/// The commands beside `explain`.
@Suite struct OtherCommandTests {
  @Test("The demo explains its scene, and most positive relevance lies on the thing")
  func demo() throws {
    let folder = try TemporaryFolder()
    let command = try Command(["demo", "--output", folder.path])
    #expect(command.status == 0, "\(command.errors)")
    #expect(
      folder.names == [
        "demo.heatmap.png", "demo.json", "demo.mask.png", "demo.overlay.png", "demo.png", "demo.relevance.npy",
        "demo.scene.png",
      ])
    let line = try #require(command.output.split(separator: "\n").first { $0.contains("of the positive relevance") })
    let numbers = line.split(separator: " ").compactMap { Double($0) }
    #expect(numbers.count == 2)
    #expect(numbers[0] > 2 * numbers[1], "relevance inside \(numbers[0]) %, mask \(numbers[1]) %")
  }

  @Test("doctor finds nothing wrong where the tests run, and every fault where it is made")
  func doctor() throws {
    let well = try Command(["doctor"])
    #expect(well.status == 0, "\(well.output)")
    #expect(well.output.contains("all is well"))
    #expect(well.output.contains("ok   vector registers: ") == well.output.contains("(cpu, "), "\(well.output)")

    let noDriver = try Command(["doctor"], environment: ["OCL_ICD_VENDORS": "/nonexistent"])
    #expect(noDriver.status > 0)
    #expect(noDriver.output.contains("apt-get install pocl-opencl-icd"))
    let noLoader = try Command(["doctor"], environment: ["RELPROP_OPENCL_LIBRARY": "/nonexistent"])
    #expect(noLoader.output.contains("apt-get install ocl-icd-libopencl1"))
    let noCache = try Command(["doctor"], environment: ["RELPROP_CACHE_DIR": "/proc/cache"])
    #expect(noCache.output.contains("BAD  program cache"))
    let littleMemory = try Command(["doctor"], environment: ["POCL_MEMORY_LIMIT": "1"])
    #expect(littleMemory.output.contains("BAD  memory"))
  }

  @Test("doctor tells a kernel that computes wrong numbers")
  func doctorWrongKernel() throws {
    let folder = try TemporaryFolder()
    let kernels = folder.file("Kernels")
    try FileManager.default.copyItem(
      atPath: Repository.root.appendingPathComponent("Kernels").path, toPath: kernels)
    let path = kernels + "/convolution/naive.cl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacing("sum += channel;", with: "sum += 1.001f * channel;")
      .write(toFile: path, atomically: true, encoding: .utf8)
    let command = try Command(["doctor"], environment: ["RELPROP_KERNELS": kernels])
    #expect(command.status > 0)
    #expect(command.output.contains("BAD  kernels: plain kernels: the forward pass is off"))
  }

  @Test("devices lists what is there and what would be used")
  func devices() throws {
    let command = try Command(["devices"])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("* would be used"))
  }

  @Test("rules lists every rule and composite")
  func rules() throws {
    let command = try Command(["rules"])
    #expect(command.status == 0)
    for name in ["epsilon", "alpha-beta", "box", "epsilon_plus_flat"] { #expect(command.output.contains(name)) }
  }

  @Test("scenes writes pictures, masks and an index")
  func scenes() throws {
    let folder = try TemporaryFolder()
    let command = try Command(["scenes", "--count", "3", "--output", folder.path])
    #expect(command.status == 0, "\(command.errors)")
    #expect(folder.names.count == 7)
    #expect(folder.names.contains("scenes.json"))
  }
}
