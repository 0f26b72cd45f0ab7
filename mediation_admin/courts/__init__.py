"""Courts, the numbers they give to cases, and whose data is whose."""
