"""`python -m containers.edge_publisher`."""

import sys

from containers.edge_publisher.main import main

sys.exit(main())
