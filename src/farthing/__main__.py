"""`python -m farthing` and the `farthing` command."""

from farthing.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
