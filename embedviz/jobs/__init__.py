"""Long work on worker threads: generators driven to their end, cancelled or stopped at any step."""

from embedviz.jobs.job import Job
from embedviz.jobs.lanes import Jobs

__all__ = ["Job", "Jobs"]
