import Testing

@testable import relprop

@Suite struct ShardOptionsTests {
  private func choice(_ arguments: [String], _ environment: [String: String] = [:]) throws -> ShardOptions.Choice? {
    try ShardOptions.parse(arguments).choice(environment: environment)
  }

  @Test("Without options the work is not shared, whatever the environment says")
  func notShared() throws { #expect(try choice([], ["SLURM_ARRAY_TASK_ID": "3"]) == nil) }

  @Test("--shard states the part")
  func stated() throws {
    #expect(try choice(["--shard", "2/5"]) == .init(index: 2, count: 5, source: "--shard"))
  }

  @Test(
    "The environment names the part",
    arguments: [
      (["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_PROCID": "0", "SLURM_NTASKS": "1"], 3),
      (["OMPI_COMM_WORLD_RANK": "1", "SLURM_ARRAY_TASK_ID": "3"], 1), (["PMI_RANK": "2"], 2),
      (["JOB_COMPLETION_INDEX": "0"], 0), (["SLURM_PROCID": "1", "SLURM_NTASKS": "2"], 1),
    ])
  func fromEnvironment(_ environment: [String: String], _ index: Int) throws {
    let found = try #require(try choice(["--shards", "4"], environment))
    #expect(found.index == index && found.count == 4)
    #expect(environment.keys.contains(found.source))
  }

  @Test("auto takes the number of parts from the environment too")
  func auto() throws {
    let environment = ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "8"]
    #expect(try choice(["--shards", "auto"], environment) == .init(index: 1, count: 8, source: "OMPI_COMM_WORLD_RANK"))
  }

  @Test(
    "What names no part is refused with what to do",
    arguments: [
      (["--shard", "4/4"], [:], "parts count from 0"), (["--shard", "x"], [:], "expected i/N"),
      (["--shard=-1/4"], [:], "parts count from 0"), (["--shard", "0/0"], [:], "expected i/N"),
      (["--shards", "4"], [:], "--shard i/4"), (["--shards", "0"], ["PMI_RANK": "0"], "positive"),
      (["--shards", "4"], ["SLURM_ARRAY_TASK_ID": "4"], "--array=0-3"),
      (["--shards", "auto"], ["SLURM_ARRAY_TASK_ID": "1"], "--shards N"),
      (["--shards", "4"], ["PMI_RANK": "one"], "expected a number"),
      (["--shards", "4", "--shard", "1/4"], [:], "exclude"),
    ] as [([String], [String: String], String)])
  func refused(_ arguments: [String], _ environment: [String: String], _ message: String) throws {
    let error = #expect(throws: CommandError.self) { try choice(arguments, environment) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
