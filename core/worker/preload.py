"""Imported once by the fork server: whatever takes seconds to import and initialises no GPU."""

import safetensors.torch
import sklearn.feature_extraction.text
import sklearn.linear_model
import torch
import transformers.models.auto.tokenization_auto
import transformers.models.bert.modeling_bert

import core.worker.run_process
from core import catalog

__all__ = ["core", "safetensors", "sklearn", "torch", "transformers"]

catalog.tasks(), catalog.datasets(), catalog.models(), catalog.preprocessors()
