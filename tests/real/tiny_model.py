"""A tiny llama model with random weights, in a GGUF file: tiny_model.py FILE.

It runs in the environment of its server, which has gguf and numpy, and knows nothing of nemochat.
It talks nonsense, and now and then bytes that are no UTF-8; its template has the rules of Nemo's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gguf
import numpy as np

WIDTH, INNER, HEADS, LAYERS = 32, 64, 4, 2
CONTEXT = 1024  # tokens
SEED = 2407

# Nemo's rules: a system message stands first and is glued to the last question, and roles that do
# not alternate are refused.
TEMPLATE = (
    "{%- if messages[0]['role'] == 'system' %}"
    "{%- set system = messages[0]['content'] %}{%- set turns = messages[1:] %}"
    "{%- else %}{%- set turns = messages %}{%- endif %}"
    "{{- bos_token }}"
    "{%- for message in turns %}"
    "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{- raise_exception('After the optional system message, conversation roles must alternate"
    " user/assistant/user/assistant/...') }}"
    "{%- endif %}"
    "{%- if message['role'] == 'user' %}"
    "{%- if loop.last and system is defined %}"
    "{{- '[INST]' + system + '\n\n' + message['content'] + '[/INST]' }}"
    "{%- else %}{{- '[INST]' + message['content'] + '[/INST]' }}{%- endif %}"
    "{%- else %}{{- message['content'] + eos_token }}{%- endif %}"
    "{%- endfor %}"
)

_SYLLABLES = ("ba", "de", "ki", "lo", "mu", "na", "ré", "sü", "to", "語")
_ENDINGS = ("", ",", ".", "n", "st", "😀")
WORDS = [f"▁{first}{last}{end}" for first in _SYLLABLES for last in "aeiou" for end in _ENDINGS]
END_OF_ANSWER = 2  # the token's number

# How likely a kind of token is, as what its logit gets beside chance.
_LIKELY = {
    gguf.TokenType.NORMAL: 0.0,
    gguf.TokenType.BYTE: -2.5,
    gguf.TokenType.CONTROL: -60.0,
    gguf.TokenType.UNKNOWN: -60.0,
}
_LIKELY_END = 3.0


def vocabulary() -> list[tuple[str, float, int]]:
    """Tokens as their text, their score and their kind."""
    special = [("<unk>", gguf.TokenType.UNKNOWN)]
    special += [(text, gguf.TokenType.CONTROL) for text in ("<s>", "</s>", "[INST]", "[/INST]")]
    tokens = [(text, 0.0, kind) for text, kind in special]
    tokens += [(f"<0x{byte:02X}>", 0.0, gguf.TokenType.BYTE) for byte in range(256)]
    tokens += [(word, -float(at), gguf.TokenType.NORMAL) for at, word in enumerate(WORDS)]
    return tokens


def write(file: Path) -> None:
    """Write the model."""
    tokens = vocabulary()
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _, _ in tokens])
    writer.add_token_scores([score for _, score, _ in tokens])
    writer.add_token_types([kind for _, _, kind in tokens])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(END_OF_ANSWER)
    writer.add_chat_template(TEMPLATE)
    _weights(writer, [kind for _, _, kind in tokens])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _weights(writer: gguf.GGUFWriter, kinds: list[int]) -> None:
    dice = np.random.default_rng(SEED)

    def put(name: str, *shape: int, size: float = 0.3) -> None:
        writer.add_tensor(f"{name}.weight", (dice.standard_normal(shape) * size).astype("float32"))

    def put_ones(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, dtype="float32"))

    # The first number of every embedding is the same, so that the output can lean on it.
    embedding = dice.standard_normal((len(kinds), WIDTH)).astype("float32")
    embedding[:, 0] = 4
    writer.add_tensor("token_embd.weight", embedding)
    for layer in range(LAYERS):
        put_ones(f"blk.{layer}.attn_norm")
        put_ones(f"blk.{layer}.ffn_norm")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            put(f"blk.{layer}.{name}", WIDTH, WIDTH, size=0.1)
        put(f"blk.{layer}.ffn_gate", INNER, WIDTH, size=0.1)
        put(f"blk.{layer}.ffn_up", INNER, WIDTH, size=0.1)
        put(f"blk.{layer}.ffn_down", WIDTH, INNER, size=0.1)
    put_ones("output_norm")
    output = (dice.standard_normal((len(kinds), WIDTH)) * 0.3).astype("float32")
    output[:, 0] = [_LIKELY[kind] / 3 for kind in kinds]  # the norm leaves about 3 of the 4
    output[END_OF_ANSWER, 0] = _LIKELY_END / 3
    writer.add_tensor("output.weight", output)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
