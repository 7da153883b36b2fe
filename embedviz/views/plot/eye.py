"""What sees the data: the camera before a plane, or the one in space. Both tell where on the widget places are seen."""

from __future__ import annotations

from embedviz.views.plot.camera import Camera
from embedviz.views.plot.solid_camera import SolidCamera

Eye = Camera | SolidCamera
