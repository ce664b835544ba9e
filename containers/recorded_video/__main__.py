"""`python -m containers.recorded_video`."""

import sys

from containers.recorded_video.main import main

sys.exit(main())
