import Glibc
import PinstripeFiles
public import PinstripeKeys
import PinstripeMTP

extension Transport {
  /// What the player says of its decoder; nil when it says nothing.
  ///
  /// It is not to be believed before ``DescriptorTrust`` has judged it.
  ///
  /// - Throws: ``PinstripeError``, also for a file that is no descriptor.
  public func descriptor() async throws(PinstripeError) -> DeviceDescriptor? {
    guard let bytes = try await descriptorFile() else { return nil }
    do throws(KeyError) {
      return try DeviceDescriptor(decoding: bytes.span)
    } catch {
      throw PinstripeError(
        .keys, "\(playerName), \(DeviceDescriptor.path.joined(separator: "/")): \(error.reason).",
        underlying: error)
    }
  }
}

extension MTPTransport {
  /// The descriptor's bytes: at most one more than it may have.
  public func descriptorFile() async throws(PinstripeError) -> [UInt8]? {
    guard let folder = DeviceDescriptor.path.first, let name = DeviceDescriptor.path.last else {
      return nil
    }
    do {
      guard let place = try await self.folder(folder, in: .root) else { return nil }
      let file = try await entries(of: place).first {
        !$0.info.isFolder && $0.info.filename == name
      }
      guard let file else { return nil }
      var bytes: [UInt8] = []
      let size = file.size ?? 0
      // A player that gives whole files only would give all of it.
      guard size <= UInt64(DeviceDescriptor.size) else {
        return [UInt8](repeating: 0, count: DeviceDescriptor.size + 1)
      }
      try await read(file, 0..<size) { bytes += $0 }
      return bytes
    } catch {
      throw failure(error, name)
    }
  }
}

extension VolumeTransport {
  /// The descriptor's bytes: at most one more than it may have.
  public func descriptorFile() async throws(PinstripeError) -> [UInt8]? {
    guard let name = DeviceDescriptor.path.last else { return nil }
    return try translated(writing: false) { () throws(FileError) in
      do throws(FileError) {
        return try root.folder(DeviceDescriptor.path.dropLast())
          .contents(of: name, atMost: DeviceDescriptor.size)
      } catch {
        switch error.code {
        case ENOENT, ENOTDIR: return nil
        // What is longer is none; its beginning says so.
        case EFBIG: return [UInt8](repeating: 0, count: DeviceDescriptor.size + 1)
        default: throw error
        }
      }
    }
  }
}
