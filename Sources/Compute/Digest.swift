internal import CLibcrypto

/// SHA-256, as lower-case hexadecimal digits.
public struct Digest {
  // EVP_MD_CTX is used by this value alone and freed once.
  private let context: Context

  private final class Context {
    let raw: OpaquePointer
    init() {
      raw = EVP_MD_CTX_new()!
      precondition(EVP_DigestInit_ex(raw, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")
    }
    deinit { EVP_MD_CTX_free(raw) }
  }

  public init() { context = Context() }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context.raw, bytes.baseAddress, bytes.count) == 1)
  }

  public func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// Ends the digest.
  public consuming func finish() -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    precondition(EVP_DigestFinal_ex(context.raw, &bytes, nil) == 1)
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  public static func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
    let digest = Digest()
    digest.update(bytes)
    return digest.finish()
  }
}
