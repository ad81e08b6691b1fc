"""Statements changed by a fuzzer that watches which code they reach: whatever comes, only errors of ours, and soon."""
