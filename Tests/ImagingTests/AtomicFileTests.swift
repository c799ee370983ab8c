import Foundation
import Imaging
import RelevancePropagation
import Testing

@Suite("Atomic files in Imaging")
struct AtomicFileTests {
  func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("A file appears when it is committed, and replaces the old one")
  func commit() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.txt")
    try AtomicFile.write("old", to: path)
    let file = try AtomicFile(path: path)
    try file.write("ne")
    try file.write("w")
    #expect(try text(path) == "old")
    #expect(folder.contents.count == 2)
    try file.commit()
    #expect(try text(path) == "new")
    #expect(folder.contents == ["a.txt"])
  }

  @Test("A file that is not committed leaves nothing")
  func abandoned() throws {
    let folder = try TemporaryFolder()
    struct Interruption: Error {}
    func interrupted() throws {
      let file = try AtomicFile(path: folder.path("a.txt"))
      try file.write("half")
      throw Interruption()
    }
    #expect(throws: Interruption.self) { try interrupted() }
    #expect(folder.contents.isEmpty)
  }

  @Test("Links are followed and permissions kept")
  func links() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write("old", to: folder.path("a.txt"))
    chmod(folder.path("a.txt"), 0o640)
    symlink("a.txt", folder.path("link.txt"))
    try AtomicFile.write("new", to: folder.path("link.txt"))
    #expect(try text(folder.path("a.txt")) == "new")
    #expect(folder.contents == ["a.txt", "link.txt"])
    var status = stat()
    #expect(lstat(folder.path("link.txt"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(folder.path("a.txt"), &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  @Test("Paths that cannot be written are refused with what to do")
  func refused() throws {
    let folder = try TemporaryFolder()
    func reason(_ path: String) throws -> String {
      try #require(throws: FileWriteError.self) { try AtomicFile.write("x", to: path) }.reason
    }
    #expect(try reason(folder.url.path) == "it is a folder; name a file in it")
    #expect(try reason(folder.path("none/a.txt")) == "No such file or directory; make its folder first")
    #expect(try reason("") == "no file name")
    #expect(folder.contents.isEmpty)
  }

  @Test("A folder that is read-only is refused", .enabled(if: getuid() != 0, "root may write everywhere"))
  func readOnly() throws {
    let folder = try TemporaryFolder()
    chmod(folder.url.path, 0o500)
    defer { chmod(folder.url.path, 0o700) }
    let error = try #require(throws: FileWriteError.self) { try AtomicFile.write("x", to: folder.path("a.txt")) }
    #expect(error.reason == "Permission denied; choose a folder you may write to")
  }

  @Test(
    "A full disk is an error, for every kind of file",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full here"))
  func fullDisk() throws {
    let reason = "No space left on device; free some space or choose another disk"
    let expected = FileWriteError(path: "/dev/full", reason: reason)
    #expect(throws: expected) { try AtomicFile.write("x", to: "/dev/full") }
    #expect(throws: expected) { try Picture(width: 2, height: 2).write(to: "/dev/full") }
    #expect(throws: expected) { try NumPyArray(Tensor(repeating: 1, shape: [2])).write(to: "/dev/full") }
  }

  @Test("A file that was being written is known by its name")
  func temporaryNames() throws {
    let folder = try TemporaryFolder()
    for name in ["9", "windows.csv", ".hidden", "a.b.c"] {
      let file = try AtomicFile(path: folder.path(name))
      let names = folder.contents
      #expect(names.count == 1 && AtomicFile.isTemporary(names[0]), "\(names)")
      _ = consume file
    }
    for name in ["9", ".zattrs", ".zgroup", "windows.csv", ".scan", ".", "..", ".a.b_c", ""] {
      #expect(!AtomicFile.isTemporary(name), "\(name)")
    }
  }
}
