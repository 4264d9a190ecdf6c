"""Where the practice's exports are. Importing this lets what stands there be imported, as the demo does it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

PRACTICE: Final = Path(__file__).resolve().parent.parent / "examples" / "practice"
sys.path.insert(0, str(PRACTICE))
