"""Prints the Debian packages that this machine still needs, one a line.

Runs before the virtual environment exists, so it may use the standard library only.
"""

import ctypes
import importlib.util
import shutil
import sys

# What WeasyPrint loads when it is imported. Without the last one it still works, sixteen times slower.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# The second renderer of the golden check, which has to share no code with the first.
TOOLS = {"pdftoppm": "poppler-utils"}
# What Playwright's driver is linked with; a machine without it says only "connection closed".
BROWSER_LIBRARIES = {"libatomic.so.1": "libatomic1"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing_packages(*, browser):
    libraries = LIBRARIES | BROWSER_LIBRARIES if browser else LIBRARIES
    packages = [package for library, package in libraries.items() if not can_load(library)]
    packages += [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if importlib.util.find_spec("ensurepip") is None:
        packages.append("python{}.{}-venv".format(*sys.version_info))
    if browser and not any(map(shutil.which, BROWSERS)):
        packages.append("chromium")
    return packages


def can_load(library):
    # Loading asks the only question that matters; package names and states differ between releases.
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    print("\n".join(missing_packages(browser="--browser" in sys.argv)))
