"""`python -m descentlab`: the command line."""

from descentlab.cli import main

if __name__ == "__main__":
    main()
