"""`python -m containers.vision_worker`."""

import sys

from containers.vision_worker.main import main

sys.exit(main())
