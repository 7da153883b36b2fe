"""Whether a window can open here: Qt's system libraries and a screen, checked before Qt would end the process."""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
from collections.abc import Callable, Mapping

from embedviz.errors import DisplayError, MissingLibraryError

DEBIAN_PACKAGES = ("libgl1", "libegl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0")

DEBIAN_X11_PACKAGES = (
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxkbcommon-x11-0",
)

_X11_LIBRARIES = (
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-randr.so.0",
    "libxcb-render-util.so.0",
    "libxcb-shape.so.0",
    "libxkbcommon-x11.so.0",
)

_OTHERWISE = "The other commands (embedviz --help) work without one."


def x11_answers() -> bool:
    """Whether the X server named by DISPLAY takes a connection (https://xcb.freedesktop.org/PublicApi/)."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)


def require_window(
    *,
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    import_module: Callable[[str], object] = importlib.import_module,
    load_library: Callable[[str], object] = ctypes.CDLL,
    display_answers: Callable[[], bool] = x11_answers,
) -> None:
    """Return if Qt can open a window; DisplayError without a screen, MissingLibraryError without a library.

    On X11 the libraries of Qt's xcb plugin are loaded and the display is called, since Qt aborts where either fails.
    """
    on_linux = platform.startswith("linux")
    if on_linux and not _has_screen(environment):
        raise DisplayError(
            "A window needs a screen, but neither DISPLAY nor WAYLAND_DISPLAY is set here. "
            f"Start embedviz inside a desktop session. {_OTHERWISE}"
        )
    _require_qt(import_module, names_packages=on_linux)
    if on_linux and _takes_x11(environment):
        _require_x11(load_library)
        if not display_answers():
            raise DisplayError(
                f"The X11 display “{environment.get('DISPLAY', '')}” does not answer. "
                f"Start embedviz inside a desktop session. {_OTHERWISE}"
            )


def _has_screen(environment: Mapping[str, str]) -> bool:
    return any(environment.get(name) for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"))


def _takes_x11(environment: Mapping[str, str]) -> bool:
    plugin = environment.get("QT_QPA_PLATFORM")
    if plugin:
        return plugin.split(":")[0].split(";")[0] == "xcb"
    return not environment.get("WAYLAND_DISPLAY")


def _require_qt(import_module: Callable[[str], object], *, names_packages: bool) -> None:
    try:
        import_module("PySide6.QtWidgets")
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            f"The window needs PySide6, which is not installed ({error}). Install embedviz again with pip."
        ) from error
    except ImportError as error:
        if names_packages:
            raise _missing(str(error), (*DEBIAN_PACKAGES, *DEBIAN_X11_PACKAGES)) from error
        raise MissingLibraryError(f"Qt did not load: {error}. Install embedviz again with pip.") from error


def _require_x11(load_library: Callable[[str], object]) -> None:
    for name in _X11_LIBRARIES:
        try:
            load_library(name)
        except OSError as error:
            raise _missing(str(error), DEBIAN_X11_PACKAGES) from error


def _missing(reason: str, packages: tuple[str, ...]) -> MissingLibraryError:
    return MissingLibraryError(
        f"Qt lacks a system library: {reason}. "
        f"On Debian or Ubuntu this brings what it needs: sudo apt install {' '.join(packages)}"
    )
