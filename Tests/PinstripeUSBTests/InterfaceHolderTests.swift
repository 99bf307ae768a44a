import Glibc
import Testing

@testable import PinstripeUSB

@Suite struct InterfaceHolderTests {
  @Test func aProgramThatHasTheNodeOpenIsNamed() throws {
    let path = "/tmp/pinstripe-holder-\(getpid())"
    let file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    #expect(file >= 0)
    defer {
      close(file)
      unlink(path)
    }
    // This process is not meant.
    #expect(InterfaceHolder.find(of: path) == nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 9, path, O_RDONLY, 0)
    let words: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("30"), nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    try #require(posix_spawnp(&process, "sleep", &actions, nil, words, environ) == 0)
    defer {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    var found: InterfaceHolder?
    // It is called as we are until it has become sleep.
    for _ in 0..<200 where found?.name != "sleep" {
      found = InterfaceHolder.find(of: path)
      usleep(10_000)
    }
    #expect(found == InterfaceHolder(name: "sleep", process: process))
  }

  @Test func theSentenceNamesItAndTheWayOut() {
    let device = USBIdentity(
      location: USBLocation(bus: 1, address: 5, ports: [4]), vendorID: 0x041e, productID: 0x4133)
    for (name, remedy) in [
      ("gvfsd-mtp", "eject the player in the file manager"), ("kiod5", "eject the player"),
      ("pinstripe", "wait for it, or end it"),
    ] {
      let failure = USBFailure(
        code: .busy, attempt: .claim, device: device,
        holder: InterfaceHolder(name: name, process: 812))
      #expect(
        "\(failure)".hasPrefix(
          "Cannot use the player 041e:4133 (bus 1, device 5): another program, \(name) (process 812), "
            + "holds its interface; \(remedy)"))
      #expect("\(failure)".hasSuffix(", and try again."))
    }
  }
}
