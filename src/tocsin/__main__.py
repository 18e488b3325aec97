"""`python -m tocsin`: the same as the command `tocsin`."""

from tocsin.cli import main

if __name__ == "__main__":
    main()
