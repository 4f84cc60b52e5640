enum Receipt { static let longestPath = 128 }
