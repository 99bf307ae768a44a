import CPinstripe
import CProviderOpenSSL
import Testing

@testable import PinstripeKeys

/// The provider's C table: places, checks, positions.
///
/// What it computes is in the vector tests.
struct ProviderOpenSSLTests {
  let provider = ProviderTable()
  let key = [UInt8](0..<32)
  let salt = [UInt8](repeating: 7, count: 32)

  @Test func fillsTheTable() {
    #expect(provider.status == PINSTRIPE_OK)
    #expect(provider.table.struct_size == UInt32(MemoryLayout<pinstripe_provider>.size))
    #expect(provider.table.abi_version == PINSTRIPE_ABI_VERSION)
    #expect(pinstripe_openssl_provider(nil, &provider.table) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_openssl_provider(provider.state, nil) == PINSTRIPE_E_ARGUMENT)
  }

  @Test func holdsKeysInItsPlaces() {
    #expect(provider.key(at: PINSTRIPE_KEY_ZERO) == [UInt8](repeating: 0, count: 32))
    for place in 1..<PINSTRIPE_KEY_PLACES {
      #expect(provider.key(at: place) == nil, "place \(place) is empty at first")
      #expect(provider.load([UInt8](repeating: UInt8(place), count: 32), at: place) == PINSTRIPE_OK)
    }
    for place in 1..<PINSTRIPE_KEY_PLACES {
      #expect(provider.key(at: place) == [UInt8](repeating: UInt8(place), count: 32))
    }
    #expect(pinstripe_openssl_load_key(provider.state, 1, nil) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_openssl_load_key(nil, 1, key) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_openssl_copy_key(provider.state, 1, nil) == PINSTRIPE_E_ARGUMENT)
  }

  @Test(arguments: [24, 25, 31, 32, 33, 1 << 31, .max] as [UInt32])
  func refusesPlacesOutOfRange(place: UInt32) {
    #expect(provider.load(key, at: 1) == PINSTRIPE_OK)
    #expect(provider.load(key, at: place) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.key(at: place) == nil)
    #expect(provider.derive(place, from: 1, salt: [], info: []) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.derive(1, from: place, salt: [], info: []) == PINSTRIPE_E_ARGUMENT)
    let wrapped = [UInt8](repeating: 0, count: 40)
    #expect(provider.unwrap(wrapped, under: place, into: 3) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.unwrap(wrapped, under: 1, into: place) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.mac([1], key: place) == nil)
    #expect(provider.keystream(PINSTRIPE_SUITE_CHACHA20, key: place, from: 0, blocks: 1) == nil)
    provider.table.discard(provider.table.state, place)
    #expect(provider.key(at: 1) == key)
  }

  @Test func neverWritesPlaceZero() {
    #expect(provider.load(key, at: 0) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.derive(0, from: 0, salt: [], info: []) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.unwrap([UInt8](repeating: 0, count: 40), under: 0, into: 0) < 0)
    provider.table.discard(provider.table.state, 0)
    #expect(provider.key(at: 0) == [UInt8](repeating: 0, count: 32))
  }

  @Test func refusesEmptyPlaces() {
    #expect(provider.derive(2, from: 1, salt: [], info: []) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.unwrap([UInt8](repeating: 0, count: 40), under: 8, into: 3) < 0)
    #expect(provider.mac([1], key: 5) == nil)
    #expect(provider.keystream(PINSTRIPE_SUITE_AES_128_CTR, key: 4, from: 0, blocks: 1) == nil)
  }

  @Test func refusesLengthsOutsideTheContract() {
    #expect(provider.load(key, at: 1) == PINSTRIPE_OK)
    for count in [1, 16, 31, 33] {
      let salt = [UInt8](repeating: 1, count: count)
      #expect(
        provider.derive(2, from: 1, salt: salt, info: []) == PINSTRIPE_E_ARGUMENT, "salt \(count)")
    }
    let long = [UInt8](repeating: 1, count: 65)
    #expect(provider.derive(2, from: 1, salt: salt, info: long) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.derive(2, from: 1, salt: salt, info: Array(long.dropLast())) == PINSTRIPE_OK)
    let table = provider.table
    #expect(table.derive(table.state, 1, nil, 32, long, 1, 2) == PINSTRIPE_E_ARGUMENT)
    #expect(table.derive(nil, 1, nil, 0, long, 1, 2) == PINSTRIPE_E_ARGUMENT)
  }

  @Test func derivesIntoTheSamePlace() {
    #expect(provider.load(key, at: 1) == PINSTRIPE_OK)
    #expect(provider.derive(2, from: 1, salt: salt, info: [9]) == PINSTRIPE_OK)
    #expect(provider.derive(1, from: 1, salt: salt, info: [9]) == PINSTRIPE_OK)
    #expect(provider.key(at: 1) == provider.key(at: 2))
    #expect(provider.key(at: 1) != key)
  }

  @Test func changesNothingWhenUnwrappingFails() throws {
    #expect(provider.load(key, at: 8) == PINSTRIPE_OK)
    #expect(provider.load(salt, at: 3) == PINSTRIPE_OK)
    let wrapped = try #require(OpenSSLReference.keyWrap(key, key: key, encrypts: true))
    for bit in 0..<wrapped.count * 8 {
      var damaged = wrapped
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(provider.unwrap(damaged, under: 8, into: 3) == PINSTRIPE_E_UNWRAP, "bit \(bit)")
      #expect(provider.key(at: 3) == salt, "bit \(bit)")
    }
    #expect(provider.unwrap(wrapped, under: 8, into: 8) == PINSTRIPE_OK)
    #expect(provider.key(at: 8) == key)
  }

  @Test func refusesMACStepsOutOfOrder() throws {
    let table = provider.table
    var tag = [UInt8](repeating: 0, count: 32)
    #expect(table.mac_update(table.state, key, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(table.mac_finish(table.state, &tag) == PINSTRIPE_E_ARGUMENT)
    #expect(provider.load(key, at: 5) == PINSTRIPE_OK)
    #expect(provider.mac([1], key: 5) != nil)
    #expect(table.mac_finish(table.state, &tag) == PINSTRIPE_E_ARGUMENT, "twice")
    // A message whose key goes away half-way has no tag.
    #expect(table.mac_begin(table.state, 5) == PINSTRIPE_OK)
    table.discard(table.state, 5)
    #expect(table.mac_finish(table.state, &tag) == PINSTRIPE_E_ARGUMENT)
    // Beginning anew forgets the message that was under way.
    #expect(provider.load(key, at: 5) == PINSTRIPE_OK)
    let whole = try #require(provider.mac([1, 2], [3], key: 5))
    #expect(table.mac_begin(table.state, 5) == PINSTRIPE_OK)
    #expect(table.mac_update(table.state, key, 9) == PINSTRIPE_OK)
    #expect(provider.mac([1], [2, 3], key: 5) == whole)
  }

  @Test func forgets() {
    #expect(provider.load(key, at: 4) == PINSTRIPE_OK)
    #expect(provider.keystream(1, key: 4, from: 0, blocks: 1) != nil)
    provider.table.discard(provider.table.state, 4)
    #expect(provider.key(at: 4) == nil)
    #expect(provider.keystream(1, key: 4, from: 1, blocks: 1) == nil)
    #expect(provider.load(key, at: 4) == PINSTRIPE_OK)
    pinstripe_openssl_destroy(provider.state)
    let bytes = UnsafeRawBufferPointer(
      start: provider.state, count: MemoryLayout<pinstripe_openssl_state>.size)
    #expect(bytes.allSatisfy { $0 == 0 })
    #expect(provider.keystream(1, key: 4, from: 0, blocks: 1) == nil)
    pinstripe_openssl_destroy(provider.state)
    pinstripe_openssl_destroy(nil)
  }
}
