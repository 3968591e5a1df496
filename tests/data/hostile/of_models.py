"""Folders of pretrained models whose descriptions are deep, huge or never end, and files that run when opened."""

import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.data.hostile.hostile_file import HostileFile, data, packed, raw_zip

MB = 1 << 20
BERT: dict[str, Any] = {
    "model_type": "bert", "vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 24, "architectures": ["BertModel"],
}  # fmt: skip
WORDS = {"[PAD]": 0, "[UNK]": 1, "a": 2, "b": 3}
TOKENIZER: dict[str, Any] = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
    "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100, "vocab": WORDS},
}  # fmt: skip


class _Runs:
    """Makes a file where it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.folder}/canary",)


def weights(header: bytes, length: int = -1, content: bytes = b"\0" * 64) -> bytes:
    """Return a safetensors file with this header, which may say another length than it has."""
    return struct.pack("<Q", len(header) if length < 0 else length) + header + content


def tensors(**shapes: tuple[list[int], list[int]]) -> bytes:
    """Return a safetensors file of these shapes and places."""
    named = {name: {"dtype": "F32", "shape": shape, "data_offsets": at} for name, (shape, at) in shapes.items()}
    return weights(json.dumps(named).encode())


def _model(name: str, *, must: Any = "refused", **files: bytes | Callable[[Path], bytes]) -> HostileFile:
    def make(folder: Path) -> Path:
        usual = {
            "config.json": json.dumps(BERT).encode(),
            "tokenizer.json": json.dumps(TOKENIZER).encode(),
            "model.safetensors": tensors(a=([4, 4], [0, 64])),
        }
        (folder / "model").mkdir()
        for file, content in (usual | {key.replace("__", "."): value for key, value in files.items()}).items():
            written = content(folder) if callable(content) else content
            if written:
                (folder / "model" / file).write_bytes(written)
        return folder / "model"

    return HostileFile(name, make, "model", must)


def _config(**more: Any) -> bytes:
    return json.dumps(BERT | more).encode()


def _tokenizer(**more: Any) -> bytes:
    return json.dumps(TOKENIZER | more).encode()


def _split(expression: str) -> bytes:
    split = {"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": False}
    return _tokenizer(pre_tokenizer=split)


def _replaces(expression: str) -> bytes:
    return _tokenizer(normalizer={"type": "Sequence", "normalizers": [
        {"type": "Replace", "pattern": {"Regex": expression}, "content": "x"}]})  # fmt: skip


def _checkpoint(folder: Path) -> bytes:
    """Return what `torch.save` would write: a ZIP with a pickle in it."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(_Runs(folder)))
        archive.writestr("archive/version", "3")
    return made.getvalue()


def _pickle(folder: Path) -> bytes:
    return pickle.dumps(_Runs(folder))


def _numpy(folder: Path) -> bytes:
    head = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head + _pickle(folder)


DEEP = b'{"model_type": "bert", "a": ' + b"[" * 200_000
HOSTILE = (
    _model("model-config-of-200-thousand-brackets", config__json=DEEP),
    _model("model-config-of-closed-brackets", config__json=DEEP + b"]" * 200_000 + b"}"),
    _model("model-config-of-objects-deep", config__json=b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    _model("model-config-of-objects-some-deep", config__json=b'{"model_type": "bert", "x": ' + b'{"a":' * 900 + b"1"
           + b"}" * 901),
    _model("model-config-of-a-long-number", config__json=b'{"model_type": "bert", "hidden_size": ' + b"9" * MB + b"}"),
    _model("model-config-of-a-billion-layers", config__json=_config(num_hidden_layers=10**9)),
    _model("model-config-of-a-billion-heads", config__json=_config(num_attention_heads=10**9, hidden_size=10**9)),
    _model("model-config-of-a-huge-vocabulary", config__json=_config(vocab_size=10**12)),
    _model("model-config-of-huge-sides-within", config__json=_config(text_config={"hidden_size": 10**10})),
    _model("model-config-of-a-list-of-huge-sides", config__json=json.dumps(
        {"model_type": "resnet", "hidden_sizes": [10**9] * 4, "depths": [10**9] * 4}).encode()),
    _model("model-config-with-less-than-nothing", config__json=_config(hidden_size=-16, num_hidden_layers=-1)),
    _model("model-config-of-twenty-megabytes", config__json=lambda _: _config(x="y" * (20 * MB))),
    _model("model-config-with-a-program", must="", config__json=_config(
        auto_map={"AutoModel": "evil.Model"}, _name_or_path="https://127.0.0.1:9/x")),
    _model("model-config-no-object", config__json=b"[1, 2]"),
    _model("model-config-not-utf-8", config__json=b'{"model_type": "\xff\xfe"}'),
    _model("model-tokenizer-that-backtracks", tokenizer__json=_split("(a+)+$")),
    _model("model-tokenizer-that-backtracks-twice", tokenizer__json=_split("(?:a|a)*(?:a|aa)+c")),
    _model("model-tokenizer-that-backtracks-over-spaces", tokenizer__json=_split(r"(\s*\s*)*x")),
    _model("model-tokenizer-that-replaces-for-ever", tokenizer__json=_replaces("(.*)*=(.*)*")),
    _model("model-tokenizer-with-a-long-expression", tokenizer__json=_split("(" * 20_000 + "a" + ")" * 20_000)),
    _model("model-tokenizer-with-a-billion-repeats", tokenizer__json=_split("(?:a{1,9999}){1,9999}")),
    _model("model-tokenizer-of-brackets", tokenizer__json=b"[" * 200_000),
    _model("model-tokenizer-of-300-megabytes", tokenizer__json=lambda _: b'{"a": "' + b"x" * (300 * MB)),
    _model("model-tokenizer-of-no-model", tokenizer__json=_tokenizer(model={"type": "Evil"})),
    _model("model-tokenizer-with-huge-numbers", tokenizer__json=_tokenizer(
        model=TOKENIZER["model"] | {"vocab": {"a": 2**40}})),
    _model("model-tokenizer-with-numbers-far-apart", tokenizer__json=_tokenizer(
        model=TOKENIZER["model"] | {"vocab": {"[UNK]": 0, "a": 4_000_000_000}})),
    _model("model-settings-of-the-tokenizer-deep", tokenizer_config__json=b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    _model("model-weights-header-of-exabytes", model__safetensors=weights(b"{}", 1 << 62)),
    _model("model-weights-header-of-brackets", model__safetensors=weights(b"[" * 200_000)),
    _model("model-weights-beyond-the-file", model__safetensors=tensors(a=([1 << 40, 1 << 20], [0, 1 << 62]))),
    _model("model-weights-over-each-other", model__safetensors=tensors(a=([4, 4], [0, 64]), b=([4, 4], [0, 64]))),
    _model("model-weights-of-less-than-nothing", model__safetensors=tensors(a=([-4, 4], [0, 64]))),
    _model("model-weights-of-nothing", model__safetensors=b"\0" * 16),
    _model("model-weights-of-too-many-names", model__safetensors=lambda _: weights(
        b"{" + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % n for n in range(300_000)) + b"}")),
    _model("model-weights-as-a-pickle", model__safetensors=b"", pytorch_model__bin=_checkpoint),
    _model("model-weights-that-are-a-pickle", model__safetensors=_pickle),
    _model("model-index-that-points-out", model__safetensors=b"", **{
        "model__safetensors__index__json": json.dumps({"weight_map": {"a": "../../evil.safetensors"}}).encode()}),
    _model("model-index-of-brackets", model__safetensors=b"", **{
        "model__safetensors__index__json": b'{"weight_map": ' + b"[" * 200_000}),
    data("checkpoint-as-a-table", "table.csv", _checkpoint, "refused"),
    data("checkpoint-as-itself", "model.pt", _checkpoint, "refused"),
    data("pickle-as-itself", "rows.pkl", _pickle, "refused"),
    data("pickle-as-a-table", "table.csv", _pickle, "refused"),
    data("pickle-as-parquet", "table.parquet", _pickle, "refused"),
    data("pickle-in-a-zip", "photos.zip", lambda folder: raw_zip([packed("a/data.pkl", _pickle(folder))]), "refused"),
    data("numpy-array-of-objects", "table.npy", _numpy, "refused"),
    data("safetensors-as-a-table", "table.csv", lambda _: tensors(a=([4, 4], [0, 64]))),
    data("hdf5-of-rubbish", "model.h5", lambda _: b"\x89HDF\r\n\x1a\n" + b"\xff" * 999, "refused"),
)  # fmt: skip
