import ArgumentParser
import Compute
import Foundation
import RelevancePropagation

/// `relprop doctor`: what is wrong, and the command that mends it.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check loader, driver, device, caches, memory and kernels; say how to mend what is wrong.")

  @OptionGroup var options: DeviceOptions

  /// Least memory a device should have: VGG-16 with its weights and the activations of one image, in bytes.
  private static let comfortableMemory = 1536 << 20

  func run() throws {
    var problems = 0
    func report(_ what: String, _ finding: String?, good: String, mend: String) {
      if let finding {
        problems += 1
        print("BAD  \(what): \(finding)")
        print("     mend: \(mend)")
      } else {
        print("ok   \(what): \(good)")
      }
    }

    report(
      "OpenCL loader", OpenCLLoader.problem, good: "found",
      mend: "apt-get install ocl-icd-libopencl1")
    report(
      "OpenCL driver", OpenCLLoader.problem == nil && OpenCLLoader.platformNames.isEmpty ? "none is installed" : nil,
      good: OpenCLLoader.platformNames.joined(separator: ", "),
      mend: "apt-get install pocl-opencl-icd (runs on any CPU), or your GPU maker's driver")

    var chosen: Device?
    do {
      let choice = try DeviceChoice.choose(
        options.device, environment: ProcessInfo.processInfo.environment, among: Device.all())
      chosen = choice.device
      report("device", nil, good: "\(choice.device) (\(choice.reason))", mend: "")
    } catch {
      report(
        "device", "\(error)", good: "",
        mend: "relprop devices lists what is there; for PoCL: export POCL_CACHE_DIR=$(mktemp -d)")
    }

    if let cache = ProgramCache.standard {
      report(
        "program cache", cache.problem, good: "\(cache.folder) can be written",
        mend: "export \(ProgramCache.environmentVariable)=/a/folder/you/can/write (without it every start compiles)")
    } else {
      report(
        "program cache", "no folder is known (HOME is not set)", good: "",
        mend: "export \(ProgramCache.environmentVariable)=/a/folder/you/can/write")
    }

    if let chosen, chosen.kind == .cpu {
      do {
        let found = try VectorRegisters.of(chosen)
        report(
          "vector registers", nil,
          good: found.map { "\($0.count) of \($0.numbers) numbers" }
            ?? "unknown; relprop tune --kernels cpu finds a tile",
          mend: "")
      } catch {
        report(
          "vector registers", "\(error)", good: "", mend: "update the driver, or use another device: relprop devices")
      }
    }

    if let chosen, let file = TuningFile.standard(for: chosen) {
      do {
        let table = try file.read(limits: DeviceLimits(chosen))
        let found = table == nil ? "the program's own values; relprop tune measures this device" : file.path
        report("tuning", nil, good: found, mend: "")
      } catch {
        report("tuning", "\(error)", good: "", mend: "rm \(file.path)")
      }
    }

    if let chosen {
      let memory = chosen.globalMemory
      report(
        "memory", memory < Self.comfortableMemory ? "\(memory >> 20) MiB on the device" : nil,
        good: "\(memory >> 20) MiB on the device",
        mend: "a VGG-16 needs about 1.5 GiB: free memory, raise POCL_MEMORY_LIMIT, or use --device with another")
      do {
        let family = try KernelFamily.choose(nil, environment: ProcessInfo.processInfo.environment, for: chosen)
        let finding =
          try SelfTest.run(on: Engine(device: chosen, family: family)).map { "kernels \(family.rawValue): \($0)" }
          ?? SelfTest.run(on: Engine(device: chosen, family: .plain)).map { "plain kernels: \($0)" }
        report(
          "kernels", finding, good: "right numbers in the self-test",
          mend: "update the driver, or use another device: relprop devices")
      } catch {
        report("kernels", "\(error)", good: "", mend: "update the driver, or use another device: relprop devices")
      }
    }
    guard problems == 0 else {
      print("\(problems) thing(s) to mend")
      throw ExitCode.failure
    }
    print("all is well")
  }
}
