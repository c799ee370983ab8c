import Foundation
import Testing

/// `relprop tune`, and the families of kernels a user can ask for.
@Suite struct TuneCommandTests {
  @Test("tune measures a kernel, keeps the values, and later runs read them")
  func tunes() throws {
    let folder = try TemporaryFolder()
    let environment = ["RELPROP_CACHE_DIR": folder.path]
    let command = try Command(
      ["tune", "--kernels", "gpu", "--only", "reductions", "--only", "vector", "--quick"], environment: environment)
    #expect(command.status == 0, "\(command.output)\(command.errors)")
    #expect(command.output.contains("reductions: sums for the ledger"))
    #expect(command.output.contains("ms  best"))
    #expect(!command.output.contains("rejected"), "\(command.output)")
    let name = try #require(folder.names.first { $0.hasPrefix("tuning-") })
    let text = try String(contentsOfFile: folder.file(name), encoding: .utf8)
    #expect(text.contains("\"reductions\"") && text.contains("\"COLUMN_SHARES\"") && !text.contains("tiled"))
    #expect(try Command(["doctor"], environment: environment).output.contains("ok   tuning: \(folder.file(name))"))

    try text.replacing("\"COLUMN_SHARES\" : ", with: "\"COLUMN_SHARES\" : 9999").write(
      toFile: folder.file(name), atomically: true, encoding: .utf8)
    let doctor = try Command(["doctor"], environment: environment)
    #expect(doctor.status > 0)
    #expect(doctor.output.contains("mend: rm \(folder.file(name))"), "\(doctor.output)")
  }

  @Test("a dry run lists kernels, shapes and values and writes nothing")
  func dryRun() throws {
    let folder = try TemporaryFolder()
    let command = try Command(
      ["tune", "--kernels", "gpu", "--dry-run"], environment: ["RELPROP_CACHE_DIR": folder.path])
    #expect(command.status == 0)
    #expect(command.output.contains("tiled.square: ") && command.output.contains("SLAB            16, tried 8, 32"))
    #expect(folder.names.isEmpty)
  }

  @Test("what there is not is refused, with what there is")
  func refusals() throws {
    let kernel = try Command(["tune", "--kernels", "gpu", "--only", "fast"])
    #expect(kernel.status > 0 && kernel.errors.contains("--only fast: expected one of tiled.wide, tiled.square"))
    let family = try Command(["tune", "--kernels", "tpu"])
    #expect(family.status > 0 && family.errors.contains("--kernels \"tpu\": expected one of plain, cpu, gpu"))
    let variable = try Command(["doctor"], environment: ["RELPROP_KERNEL_FAMILY": "fast"])
    #expect(variable.status > 0 && variable.output.contains("RELPROP_KERNEL_FAMILY \"fast\""))
  }
}
