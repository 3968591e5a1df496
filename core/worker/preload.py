"""Slow imports of every run, done once by the fork server; never GPU code.

Not transformers: it takes as long again as all the rest, and only models from outside need it.
"""

import safetensors.torch
import sklearn.ensemble
import sklearn.feature_extraction.text
import sklearn.linear_model
import torch._dynamo  # the first optimiser of a process would import it

import core.worker.pipeline
from core import catalog

__all__ = ["core", "safetensors", "sklearn", "torch"]

catalog.tasks(), catalog.baselines(), catalog.datasets(), catalog.models(), catalog.preprocessors()
