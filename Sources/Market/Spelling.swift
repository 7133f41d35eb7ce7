// Whoever reads names of a market's configuration also says which one was meant: one import for both.
@_exported public import Spelling
