extension ObjectPropertyList {
  /// Reads a dataset while it arrives, so that a folder's list need not be in memory whole.
  struct Reader {
    /// Entries that are still to come; nil before the count was read.
    private(set) var left: UInt32?
    /// What was received and is no whole entry yet.
    private var rest: [UInt8] = []

    /// Takes the next bytes, and tells every entry that they complete.
    ///
    /// - Throws: ``DatasetError`` for an entry of unknown type.
    mutating func feed(
      _ bytes: UnsafeRawBufferPointer, entry: (Entry) -> Void
    ) throws(DatasetError) {
      guard left != 0 else { return }
      rest.append(contentsOf: bytes)
      var reader = DatasetReader(rest)
      if left == nil {
        guard let count = try? reader.number("NumberOfElements", as: UInt32.self) else { return }
        left = count
      }
      var read = reader.offset
      while let count = left, count > 0 {
        do throws(DatasetError) {
          entry(try reader.listEntry())
        } catch {
          // The end of what has come is not the end of the dataset.
          guard error.fault != .unknownType else { throw error }
          break
        }
        read = reader.offset
        left = count - 1
      }
      rest.removeFirst(read)
    }

    /// Refuses a dataset that has ended before its entries have.
    func end() throws(DatasetError) {
      guard left == 0 else {
        throw DatasetError(.countTooLarge, field: "NumberOfElements", offset: 0)
      }
    }
  }
}
