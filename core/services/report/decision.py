"""What a report for a decision says of a run, before it is written as HTML or Markdown."""

import base64
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.data.pii import find_personal_data
from core.dataset_types_place import Finding
from core.errors import RunNotReady, TouchstoneError
