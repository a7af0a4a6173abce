import Foundation

/// Prints one line past the buffer, since `bench/run` reads it through a pipe.
func printLine(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
