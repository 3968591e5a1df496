"""A Llama network in a GGUF file, converted once to safetensors."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.pretrained.files import CONFIG, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS

if TYPE_CHECKING:
    from gguf import GGUFReader

CONTROL = 3  # the kind of a token that stands for no text
PARTS = {  # of a layer: names there, and here
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
}  # fmt: skip
WHOLE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def converted(file: Path, folder: Path) -> Path:
    """Return the folder of a converted model, made once.

    Args:
        file: GGUF, known to the byte.
        folder: Where the model is kept.
    """
    if (folder / CONFIG).is_file():
        return folder
    from gguf import GGUFReader

    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        reader = GGUFReader(file)
        _write(reader, staged)
        if not folder.exists():  # another process may have been quicker
            staged.rename(folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return folder


def _write(reader: "GGUFReader", folder: Path) -> None:
    from safetensors.numpy import save_file

    known = {name: field.contents() for name, field in reader.fields.items()}
    config = _config(known, any(tensor.name == "output.weight" for tensor in reader.tensors))
    save_file(_weights(reader, config), folder / WEIGHTS, {"format": "pt"})
    _tokenizer(known).save(str(folder / TOKENIZER))
    (folder / TOKENIZER_CONFIG).write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))
    (folder / CONFIG).write_text(json.dumps(config))


def _config(known: Mapping[str, Any], has_head: bool) -> dict[str, Any]:
    def said(name: str) -> Any:
        return known[f"llama.{name}"]

    return {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_act": "silu",
        "hidden_size": said("embedding_length"), "intermediate_size": said("feed_forward_length"),
        "num_hidden_layers": said("block_count"), "num_attention_heads": said("attention.head_count"),
        "num_key_value_heads": said("attention.head_count_kv"),
        "rms_norm_eps": said("attention.layer_norm_rms_epsilon"),
        "rope_theta": said("rope.freq_base"), "max_position_embeddings": said("context_length"),
        "vocab_size": len(known["tokenizer.ggml.tokens"]), "tie_word_embeddings": not has_head,
        "bos_token_id": known.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": known.get("tokenizer.ggml.eos_token_id"),
    }  # fmt: skip


def _weights(reader: "GGUFReader", config: Mapping[str, Any]) -> dict[str, NDArray[np.float16]]:
    from gguf import dequantize

    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    found = {}
    for tensor in reader.tensors:
        part, numbers = tensor.name.removesuffix(".weight"), dequantize(tensor.data, tensor.tensor_type)
        if part in WHOLE:
            name = WHOLE[part]
        else:
            _, layer, part = part.split(".")
            name = f"model.layers.{layer}.{PARTS[part]}"
        if part in heads:
            numbers = _as_written(numbers, heads[part])
        found[f"{name}.weight"] = np.ascontiguousarray(numbers, dtype=np.float16)
    return found


def _as_written(weights: NDArray[Any], heads: int) -> NDArray[Any]:
    """Return query or key weights in transformers' order of rotary pairs."""
    half = weights.shape[0] // heads // 2
    return weights.reshape(heads, half, 2, *weights.shape[1:]).swapaxes(2, 1).reshape(weights.shape)


def _tokenizer(known: Mapping[str, Any]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokens, merges = known["tokenizer.ggml.tokens"], known["tokenizer.ggml.merges"]
    pairs = [tuple(merge.split(" ", 1)) for merge in merges]
    tokenizer = Tokenizer(models.BPE({token: place for place, token in enumerate(tokens)}, pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = known["tokenizer.ggml.token_type"]
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return tokenizer
