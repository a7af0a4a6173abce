import Foundation
import FuzzProperties

/// libFuzzer asks here with every input that it makes up; `GATEWAY_FUZZ` names the property.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try property.check(Array(UnsafeBufferPointer(start: data, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}

private let property: Property = {
    let name = ProcessInfo.processInfo.environment["GATEWAY_FUZZ"] ?? ""
    guard let property = Property(rawValue: name) else {
        fatalError("GATEWAY_FUZZ must be one of \(Property.allCases.map(\.rawValue).joined(separator: ", ")), found '\(name)'")
    }
    return property
}()
