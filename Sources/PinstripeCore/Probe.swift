import CPinstripe

@c @implementation
public func pinstripe_abi_version() -> UInt32 { 1 }
