"""Files to spaces and back.

`open_steps` finds the format of a file by its content and yields progress until the space is complete; `save_steps`
writes a space in the format its suffix names, `export_steps` a table for other programs; `inspect_steps` says which
columns a table has; `sample_steps` opens what comes with the program; `RunKeeper` keeps a training epoch by epoch, and
`open_run_steps` and `epochs_of` bring them back. A new format is one module with a `Format` record, named in `catalog`.
"""

from embedviz.formats.atomic import atomic_output, check_output
from embedviz.formats.cache_entries import CacheUsage, cache_usage, clear_cache
from embedviz.formats.catalog import FORMATS, READABLE_SUFFIXES, WRITABLE_SUFFIXES
from embedviz.formats.contents import ColumnChoice, Contents
from embedviz.formats.index_cache import kept_index_steps
from embedviz.formats.inspecting import inspect_steps
from embedviz.formats.opening import open_steps
from embedviz.formats.projection_file import save_projection
from embedviz.formats.run_epochs import RunEpochs, epochs_of, named_run_steps, open_run_steps
from embedviz.formats.run_file import save_run
from embedviz.formats.run_keeper import RunKeeper
from embedviz.formats.run_names import PREFIX as RUN_PREFIX
from embedviz.formats.run_store import (
    DamagedRun,
    KeptRun,
    RunList,
    epoch_vectors,
    kept_runs,
    list_runs,
    read_run,
    remove_run,
    rename_run,
    run_state,
)
from embedviz.formats.samples import SAMPLES, Sample, sample_steps
from embedviz.formats.saving import check_saving, files_beside, save_steps
from embedviz.formats.space_cache import copy_in_background, keep_steps
from embedviz.formats.table_export import answer_table, answers_table, export_steps, items_table

KERNELS: tuple[str, ...] = (
    "embedviz.formats.text_kernels",
    "embedviz.formats.binary_kernels",
    "embedviz.space.label_kernels",
)

__all__ = [
    "FORMATS",
    "KERNELS",
    "READABLE_SUFFIXES",
    "RUN_PREFIX",
    "SAMPLES",
    "WRITABLE_SUFFIXES",
    "CacheUsage",
    "ColumnChoice",
    "Contents",
    "DamagedRun",
    "KeptRun",
    "RunEpochs",
    "RunKeeper",
    "RunList",
    "Sample",
    "answer_table",
    "answers_table",
    "atomic_output",
    "cache_usage",
    "check_output",
    "check_saving",
    "clear_cache",
    "copy_in_background",
    "epoch_vectors",
    "epochs_of",
    "export_steps",
    "files_beside",
    "inspect_steps",
    "items_table",
    "keep_steps",
    "kept_index_steps",
    "kept_runs",
    "list_runs",
    "named_run_steps",
    "open_run_steps",
    "open_steps",
    "read_run",
    "remove_run",
    "rename_run",
    "run_state",
    "sample_steps",
    "save_projection",
    "save_run",
    "save_steps",
]
