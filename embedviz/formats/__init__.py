"""Files to spaces and back.

`open_steps` finds the format of a file by its content and yields progress until the space is complete; `save_steps`
writes a space in the format its suffix names; `sample_steps` opens what comes with the program. A new format is one
module with a `Format` record, named in `catalog`.
"""

from embedviz.formats.atomic import atomic_output, check_output
from embedviz.formats.catalog import FORMATS, READABLE_SUFFIXES, WRITABLE_SUFFIXES
from embedviz.formats.opening import open_steps
from embedviz.formats.projection_file import save_projection
from embedviz.formats.run_file import save_run
from embedviz.formats.samples import SAMPLES, Sample, sample_steps
from embedviz.formats.saving import check_saving, save_steps

KERNELS: tuple[str, ...] = ("embedviz.formats.text_kernels", "embedviz.formats.binary_kernels")

__all__ = [
    "FORMATS",
    "KERNELS",
    "READABLE_SUFFIXES",
    "SAMPLES",
    "WRITABLE_SUFFIXES",
    "Sample",
    "atomic_output",
    "check_output",
    "check_saving",
    "open_steps",
    "sample_steps",
    "save_projection",
    "save_run",
    "save_steps",
]
