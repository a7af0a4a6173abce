import ArgumentParser

/// Which repeat of a conversion `replay --repeat` takes.
enum RepeatChoice: ExpressibleByArgument, CustomStringConvertible, Equatable {
    /// One with other content, from 1.
    case number(Int)
    /// One with the content of the conversion itself: these are only counted.
    case same

    init?(argument: String) {
        if argument == "same" {
            self = .same
        } else if let number = Int(argument), number > 0 {
            self = .number(number)
        } else {
            return nil
        }
    }

    var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .same: "same"
        }
    }
}
