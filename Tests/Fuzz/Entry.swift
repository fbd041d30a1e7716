/// What libFuzzer calls with each input. `Target` is named by the file beside this one that is built with it; what it
/// promises stands among the tests of its room, which run it too.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    if let fault = Target.fault(in: input) { fatalError(fault) }
    return 0
}
