"""Pay periods: what is locked stays as it was paid; what is learnt later is an adjustment of the next one."""
