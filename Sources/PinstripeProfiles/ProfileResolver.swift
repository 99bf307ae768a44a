import PinstripeProfile

/// Chooses, of the files with one id, the one that is used: that of the topmost layer, and the one below
/// it where that cannot be used.
struct ProfileResolver {
  /// The profiles; those of upper layers stand before the others.
  private(set) var entries: [ProfileRegistry.Entry] = []
  /// The families that the profiles add to.
  private(set) var families: [ProfileStatement] = []
  /// The files that could not be used, and why.
  private(set) var problems: [ProfileError] = []
  /// The families that can be used, the topmost of each id first.
  private var usable: [String: [(file: ProfileFile, profile: DeviceProfile)]] = [:]
  private var added: Set<String> = []

  /// - Parameter layers: For each layer, what was read and what could not be; the lowest first.
  init(layers: [[Result<ProfileFile, ProfileError>]]) {
    var files: [ProfileFile] = []
    for layer in layers { files = parsed(layer) + files }
    // Of the lowest, because a family that became a model, or a model a family, would take others along.
    let kinds = Dictionary(files.map { ($0.id, $0.isFamily) }) { $1 }
    files = files.filter { file in
      if file.isFamily == kinds[file.id] { return true }
      note(file.statement.error("id", file.isFamily ? Self.isModels : Self.isFamilys))
      return false
    }
    for file in files where file.isFamily { addFamily(file) }
    for file in files where !file.isFamily && !added.contains(file.id) { addModel(file) }
  }

  private static let isModels = "is that of a player's profile; a family needs another"
  private static let isFamilys = "is that of a family; a player's profile needs another"

  /// The files of one layer that are profiles, the first of each id.
  private mutating func parsed(_ layer: [Result<ProfileFile, ProfileError>]) -> [ProfileFile] {
    var files: [ProfileFile] = []
    var names: [String: String] = [:]
    for result in layer {
      switch result {
      case .success(let file):
        if let other = names.updateValue(file.name, forKey: file.id) {
          note(file.statement.error("id", "is that of \(other), too, and only one can be used"))
        } else {
          files.append(file)
        }
      case .failure(let error): note(error)
      }
    }
    return files
  }

  private mutating func addFamily(_ file: ProfileFile) {
    do throws(ProfileError) {
      let profile = try file.profile()
      if usable[file.id] == nil { families.append(file.statement) }
      usable[file.id, default: []].append((file, profile))
    } catch {
      note(error)
    }
  }

  /// Takes a model, with the topmost of its families that suits it.
  private mutating func addModel(_ file: ProfileFile) {
    let families = file.base.flatMap { usable[$0] } ?? []
    var misfits: [ProfileError] = []
    for family in families {
      let profile = Result { () throws(ProfileError) in
        try file.profile(family: family.profile)
      }
      switch profile {
      case .success(let profile):
        for misfit in misfits { note(misfit) }
        return add(profile, of: file)
      case .failure(let error):
        misfits.append(family.file.statement.error("family", "does not suit its member: \(error)"))
      }
    }
    // It has no base, or is wrong whatever its family is.
    do throws(ProfileError) {
      add(try file.profile(family: families.last?.profile), of: file)
    } catch {
      note(error)
    }
  }

  private mutating func add(_ profile: DeviceProfile, of file: ProfileFile) {
    added.insert(file.id)
    entries.append(ProfileRegistry.Entry(profile, of: file))
  }

  private mutating func note(_ error: ProfileError) {
    // A family that cannot be used is every model's error.
    guard !problems.contains(where: { $0.description == error.description }) else { return }
    problems.append(error)
  }
}
