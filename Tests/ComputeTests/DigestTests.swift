import Testing

@testable import Compute

@Suite struct DigestTests {
  @Test(
    "SHA-256 of known vectors (FIPS 180-4)",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func known(_ text: String, _ expected: String) {
    #expect(Array(text.utf8).withUnsafeBytes { Digest.sha256($0) } == expected)
    let inPieces = Digest()
    for character in text { inPieces.update(String(character)) }
    #expect(inPieces.finish() == expected)
  }

  @Test("a status has its OpenCL name")
  func status() {
    #expect(Status(rawValue: -11).description == "CL_BUILD_PROGRAM_FAILURE (-11)")
    #expect(Status(rawValue: -9999).description == "OpenCL status -9999")
  }
}
