/// What a pickle may hold here. Containers are indices into the unpickler's arena, so that cyclic or deeply nested
/// pickles cost neither recursion nor leaks.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case bytes
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  /// A name such as `torch._utils._rebuild_tensor_v2`: inert until something would call it.
  case global(String)
  case storage(PickledStorage)
  case tensor(PickledTensor)
  case mark

  /// For messages: "expected a tuple, found …".
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .integer: "an integer"
    case .float: "a float"
    case .string: "a string"
    case .bytes: "bytes"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global(let name): "\"\(name)\""
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .mark: "a mark"
    }
  }
}

/// A storage as the pickle names it; its numbers lie elsewhere in the file, under `key`.
struct PickledStorage {
  var type: ElementType
  var key: String
  /// In elements.
  var count: Int
  /// Where a view of an older file begins within the storage `key`, in elements.
  var offset = 0
}

/// A tensor as the pickle describes it: a strided window of a storage, in elements.
struct PickledTensor {
  var storage: PickledStorage
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}
