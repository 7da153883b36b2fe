"""Where things are, also where the usual places cannot be used."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from embedviz import paths
from embedviz.errors import OutputError


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Lead the temporary folder here and forget the fall-backs found before."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    paths._fallback.cache_clear()
    yield tmp_path
    paths._fallback.cache_clear()


def lead_usual_cache_to(folder: Path | str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMBEDVIZ_CACHE", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: Path(folder))


def test_the_bundled_sample_and_its_licences_are_there() -> None:
    names = {file.name for file in paths.sample("glove-10k").iterdir()}
    assert names >= {"vectors.npy", "items.tsv", "LICENSE-GloVe-PDDL.txt", "LICENSE-WordNet.txt"}


def test_variables_name_other_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path / "deep" / "cache"))
    monkeypatch.setenv("EMBEDVIZ_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("EMBEDVIZ_RUNS", str(tmp_path / "trainings"))
    assert paths.runs() == tmp_path / "trainings"
    assert paths.runs().is_dir()
    assert paths.cache() == tmp_path / "deep" / "cache"
    assert paths.kernels() == tmp_path / "deep" / "cache" / "kernels"
    assert paths.kernels().is_dir()
    assert paths.settings_file() == tmp_path / "config" / "settings.json"
    assert (tmp_path / "config").is_dir()


def test_a_variable_that_names_a_file_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path / "file"))
    with pytest.raises(OutputError, match="EMBEDVIZ_CACHE names"):
        paths.cache()


def test_the_usual_place_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_usual_cache_to(tmp_path / "usual", monkeypatch)
    assert paths.cache() == tmp_path / "usual"
    assert (tmp_path / "usual").is_dir()


@pytest.mark.parametrize("usual", ["a file is in the way", "no home folder is known"])
def test_a_private_folder_takes_the_place_of_one_that_cannot_be_used(
    usual: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary / "file").touch()
    lead_usual_cache_to("~/.cache/embedviz" if usual.startswith("no") else temporary / "file" / "cache", monkeypatch)
    found = paths.cache()
    assert found.is_dir()
    assert found.is_relative_to(temporary)
    assert found == paths.cache()
    if os.name == "posix":
        assert stat.S_IMODE(found.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps temporary folders per user")
def test_a_shared_folder_that_others_may_write_is_not_trusted(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = temporary / f"embedviz-{os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    lead_usual_cache_to("~/.cache/embedviz", monkeypatch)
    found = paths.cache()
    assert not found.is_relative_to(planted)
    assert stat.S_IMODE(found.stat().st_mode) == 0o700


def test_a_named_folder_that_may_not_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="may not be written"):
        paths.cache()


def test_runs_stand_with_the_data_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMBEDVIZ_RUNS")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path / "data")
    assert paths.runs() == tmp_path / "data" / "runs"
    assert paths.runs().is_dir()


def test_a_file_in_the_place_of_the_runs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMBEDVIZ_RUNS")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path)
    (tmp_path / "runs").touch()
    with pytest.raises(OutputError, match=r"cannot be used for trainings: File exists\. Remove what stands there"):
        paths.runs()


def test_runs_go_to_a_private_folder_where_the_usual_one_cannot_be_used(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary / "file").touch()
    monkeypatch.delenv("EMBEDVIZ_RUNS")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: temporary / "file" / "data")
    assert paths.runs().is_dir()
    assert paths.runs().is_relative_to(temporary)
