"""`python -m compplan` is the command `compplan`."""

import sys

from compplan.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
