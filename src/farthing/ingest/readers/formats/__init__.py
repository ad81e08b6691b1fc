"""One module for each format, each with the same two functions; formats do not know each other.

identify(source) -> int                        how sure it is that the file is of its format, 0 to 100, from a look
read(source, wishes) -> Reading                the whole of it, or `StatementUnreadable` with the reason
"""
