"""The performance contract: what `make bench` measures on this machine, each figure beside its yardstick."""
