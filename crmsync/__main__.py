"""`python -m crmsync`."""

from crmsync.cli import main

raise SystemExit(main())
