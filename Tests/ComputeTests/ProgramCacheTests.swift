import Foundation
import Testing

@testable import Compute

@Suite struct ProgramCacheTests {
  private let queue = TestQueue.shared

  /// A program of its own, so that no other test's compilation is in the way.
  private func source(_ value: Int) -> String { "kernel void fill(global int *x) { x[0] = \(value); }" }

  private func build(_ value: Int, _ cache: ProgramCache?) throws -> (value: Int32, wasCached: Bool) {
    let program = try Program(name: "cached", source: source(value), on: queue, cache: cache)
    let x = try Buffer<Int32>([0], on: queue)
    try queue.launch(program.kernel("fill"), grid: Grid(1), group: Grid(1), [x])
    return (try queue.read(x, count: 1)[0], program.wasCached)
  }

  @Test("the second build of a program comes from the cache, and computes the same")
  func second() throws {
    let folder = try TemporaryFolder()
    let cache = ProgramCache(folder: folder.path + "/made/when/needed")
    #expect(try build(11, cache) == (11, false))
    #expect(try build(11, cache) == (11, true))
    #expect(try build(12, cache) == (12, false))
    #expect(try build(11, nil) == (11, false))
  }

  @Test("a file that is truncated, changed, empty, foreign or of another format is built anew and replaced")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let cache = ProgramCache(folder: folder.path)
    _ = try build(21, cache)
    let path = folder.path + "/" + folder.files[0]
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    var changed = good
    changed[good.count / 2] ^= 0x10
    let damages: [(String, Data)] = [
      ("truncated", good.prefix(good.count / 2)), ("changed", changed), ("empty", Data()),
      ("cut inside the header", good.prefix(30)), ("foreign", Data("GIF89a, no program at all".utf8)),
      ("another format", Data("relprop-program-9\n".utf8) + good.dropFirst(18)),
    ]
    for (what, data) in damages {
      try data.write(to: URL(fileURLWithPath: path))
      #expect(try build(21, cache) == (21, false), "\(what)")
      #expect(try build(21, cache) == (21, true), "\(what), the second time")
    }
  }

  @Test("an intact file whose binary the driver refuses is built anew")
  func refused() throws {
    let folder = try TemporaryFolder()
    let cache = ProgramCache(folder: folder.path)
    let key = ProgramCache.Key(source: source(31), options: "", device: queue.device)
    cache.store(Array("no binary of this driver".utf8), for: key)
    #expect(cache.binary(for: key) != nil)
    #expect(try build(31, cache) == (31, false))
    #expect(try build(31, cache) == (31, true))
  }

  @Test("a folder that cannot be written is no error, and says why")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/file"
    try Data().write(to: URL(fileURLWithPath: file))
    let cache = ProgramCache(folder: file + "/below")
    #expect(cache.problem == "cannot create \(file)/below")
    #expect(try build(41, cache) == (41, false))
    #expect(try build(41, cache) == (41, false))
    #expect(ProgramCache(folder: folder.path).problem == nil)
  }

  @Test("source, options and device each make another key; nothing leaks from one part to the next")
  func keys() throws {
    let device = queue.device
    let parts = [("a", "b"), ("ab", ""), ("", "ab"), ("b", "a"), ("a", "b ")]
    let digests = parts.map { ProgramCache.Key(source: $0.0, options: $0.1, device: device).digest }
    #expect(Set(digests).count == parts.count)
    #expect(digests.allSatisfy { $0.count == 64 })
    #expect(ProgramCache.Key(source: "a", options: "b", device: device).digest == digests[0])
  }

  @Test("no temporary file is left behind")
  func tidy() throws {
    let folder = try TemporaryFolder()
    _ = try build(51, ProgramCache(folder: folder.path))
    #expect(folder.files.count == 1 && folder.files[0].hasSuffix(".clbin"))
  }

  @Test(
    "compilation ahead is claimed once for a program and a folder of the driver's, and never where nothing can be noted"
  )
  func claim() throws {
    let folder = try TemporaryFolder()
    let cache = ProgramCache(folder: folder.path + "/made/when/needed")
    func claim(_ value: Int, _ driverFolder: String, in cache: ProgramCache) throws -> Bool {
      let program = try Program(name: "claimed", source: source(value), on: queue, cache: nil)
      return cache.claimCompilation(of: program, driverFolder: driverFolder)
    }
    #expect(try claim(31, "a", in: cache))
    #expect(try !claim(31, "a", in: cache))
    #expect(try claim(31, "b", in: cache))
    #expect(try claim(32, "a", in: cache))
    #expect(try !claim(31, "a", in: ProgramCache(folder: "/dev/null/nowhere")))
  }
}
