"""What all benchmarks share: the runner, measuring in child processes, a private PostgreSQL, the page of results."""
