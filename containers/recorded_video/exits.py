"""What a job ends with, and what AWS Batch is told of it."""

EXIT_OK, EXIT_FAULT, EXIT_BAD_INPUT, EXIT_UNREACHABLE, EXIT_REFUSED, EXIT_INTERRUPTED = range(6)
# A repeat can't mend these.
EXIT_CODES_FOR_GOOD = (EXIT_BAD_INPUT, EXIT_REFUSED)
# The time of a video whose time is not known: Batch's parameters can't be left away.
UNKNOWN_TIME = "unknown"
