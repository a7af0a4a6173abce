// What `bench/run` measures inside a Swift process: the mapping engine alone, and the two libraries at the gateway's
// edges alone, so that a row can say how much of a cost is ours.

import Foundation

let usage = """
    usage: Bench engine SECONDS SAMPLE-FILE
           Bench hostile-bytes SECONDS FOLDER-OF-SHAPES
           Bench signatures SECONDS
           Bench translate COUNT SAMPLE-FILE
           Bench bare-endpoint
           Bench raw-endpoint
           Bench client-ceiling URL SECONDS CONCURRENCY

    """

/// Leaves with the exit code for a wrong command line.
func exitWithUsage() -> Never {
    FileHandle.standardError.write(Data(usage.utf8))
    exit(64)
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("engine", 3):
    guard let seconds = Double(arguments[1]) else { exitWithUsage() }
    let sample = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
    let translate = try refersionToRefCampaign()
    try EngineBenchmark(sample: [UInt8](sample), translate: translate).run(seconds: seconds)
case ("translate", 3):
    guard let count = Int(arguments[1]) else { exitWithUsage() }
    let sample = try Data(contentsOf: URL(fileURLWithPath: arguments[2]))
    let translate = try refersionToRefCampaign()
    for _ in 0..<count { _ = try translate([UInt8](sample)) }
case ("hostile-bytes", 3):
    guard let seconds = Double(arguments[1]) else { exitWithUsage() }
    try HostileBytes(corpus: URL(fileURLWithPath: arguments[2])).run(seconds: seconds)
case ("signatures", 2):
    guard let seconds = Double(arguments[1]) else { exitWithUsage() }
    try SignatureCost().run(seconds: seconds)
case ("bare-endpoint", 1):
    try await BareEndpoint().run()
case ("raw-endpoint", 1):
    try await RawEndpoint().run()
case ("client-ceiling", 4):
    guard let seconds = Double(arguments[2]), let concurrency = Int(arguments[3]), concurrency > 0 else {
        exitWithUsage()
    }
    try await ClientCeiling(url: arguments[1], concurrency: concurrency).run(seconds: seconds)
default:
    exitWithUsage()
}
