/// An image that is read in bands from the top to the bottom.
struct BandSource {
  let width: Int
  let height: Int
  /// RGB of `count` rows from row `top` on, interleaved: width · count · 3 bytes.
  let read: (_ top: Int, _ count: Int) throws -> [UInt8]
}
