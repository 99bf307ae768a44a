import CDeviceProfiles
import Glibc
import PinstripeFiles

extension ProfileRegistry {
  /// The profiles of `DeviceProfiles/`, which are compiled into the library.
  ///
  /// - Throws: ``ProfileError``; the tests make sure that it does not.
  public static func builtIn() throws(ProfileError) -> ProfileRegistry {
    let registry = ProfileRegistry(layers: [builtInFiles])
    if let problem = registry.problems.first { throw problem }
    return registry
  }

  /// The built-in profiles, and over them those of the system's administrator and of the person.
  ///
  /// A file of theirs that cannot be used is one of the ``problems``; it hides nothing.
  ///
  /// - Parameter folders: Where theirs are, later ones winning.
  public static func standard(
    folders: [String] = ProfileFolders.standard
  ) -> ProfileRegistry {
    ProfileRegistry(layers: [builtInFiles] + folders.map { files(in: $0) })
  }

  /// The built-in profiles, and over them single files.
  public static func builtIn(with paths: [String]) -> ProfileRegistry {
    ProfileRegistry(layers: [builtInFiles, paths.map { file(at: $0) }])
  }

  /// What is wrong with a file beside these profiles; of them nothing is said.
  ///
  /// - Parameter file: Its name.
  /// - Throws: ``ProfileError`` when it cannot be read at all.
  package func findings(
    about bytes: [UInt8], file: String
  ) throws(ProfileError) -> [ProfileError] {
    let own = try ProfileFile(parsing: bytes, name: file)
    return ProfileLint.findings(in: try adding(own)).filter { $0.file == file }
  }

  /// The compiled-in texts, in the order of `CDeviceProfiles`.
  static let builtInTexts: [[UInt8]] = {
    let bytes = UnsafeRawBufferPointer(
      start: pinstripe_device_profiles(), count: pinstripe_device_profiles_size())
    return bytes.split(separator: 0).map { Array($0) }
  }()

  private static var builtInFiles: [Result<ProfileFile, ProfileError>] {
    builtInTexts.map { text in
      Result { () throws(ProfileError) in try ProfileFile(parsing: text, name: nil) }
    }
  }

  /// No profile is longer; what is is no profile.
  private static let maximumSize = 1 << 20

  private static func files(in folder: String) -> [Result<ProfileFile, ProfileError>] {
    let names: [String]
    do throws(FileError) {
      names = try SystemFolder.names(in: folder)
    } catch {
      guard error.code != ENOENT else { return [] }
      return [.failure(ProfileError(folder, "cannot be listed: \(error.reason)"))]
    }
    return names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted()
      .map { file(at: "\(folder)/\($0)") }
  }

  private static func file(at path: String) -> Result<ProfileFile, ProfileError> {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try SystemFile.contents(of: path, atMost: maximumSize)
    } catch {
      let reason =
        switch error.code {
        case EFBIG: "is too large to be a profile"
        case EISDIR: "is a folder, and no file"
        case EINVAL: "is a pipe or a device, and no file"
        default: "cannot be read: \(error.reason)"
        }
      return .failure(ProfileError(path, reason))
    }
    return Result { () throws(ProfileError) in try ProfileFile(parsing: bytes, name: path) }
  }
}

/// Where profiles of the administrator and of the person lie.
public enum ProfileFolders {
  /// `/etc/pinstripe/profiles`, then `$XDG_CONFIG_HOME/pinstripe/profiles` or else
  /// `~/.config/pinstripe/profiles`; later ones win.
  public static var standard: [String] {
    find { name in getenv(name).map { String(cString: $0) } }
  }

  /// The same with the environment given.
  ///
  /// Empty values count as absent, and so does a relative `XDG_CONFIG_HOME` (XDG Base Directory
  /// Specification 0.8).
  static func find(environment: (String) -> String?) -> [String] {
    var folders = ["/etc/pinstripe/profiles"]
    if let configuration = environment("XDG_CONFIG_HOME"), configuration.hasPrefix("/") {
      folders.append(configuration + "/pinstripe/profiles")
    } else if let home = environment("HOME"), !home.isEmpty {
      folders.append(home + "/.config/pinstripe/profiles")
    }
    return folders
  }
}

extension ProfileError {
  fileprivate init(_ path: String, _ reason: String) {
    self.init(file: path, line: 0, column: 0, key: "", reason: reason)
  }
}
