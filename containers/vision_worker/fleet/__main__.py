"""The process of one shard, started by KCL's daemon: `python -m containers.vision_worker.fleet`."""

import sys

from containers.vision_worker.fleet.process import main

sys.exit(main())
