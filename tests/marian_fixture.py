"""A tiny Marian checkpoint that knows five words, in the file layout of an OPUS-MT repository.

A pytest plugin as well (`pytest_plugins = ("marian_fixture",)`): its checkpoints are made once
a run. They are for reading; a test that changes one copies it first.
"""

from __future__ import annotations

import io
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = {
    "red": ("rojo", "красный"),
    "fox": ("zorro", "лис"),
    "sees": ("ve", "видит"),
    "blue": ("azul", "синее"),
    "sky": ("cielo", "небо"),
}
TAGS = (">>spa<<", ">>rus<<")


@pytest.fixture(scope="session")
def tiny_starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint laid out as the starter is."""
    return make_tiny_marian(tmp_path_factory.mktemp("tiny") / "starter")


@pytest.fixture(scope="session")
def tiny_opus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint laid out as OPUS-MT's are."""
    return make_tiny_marian(tmp_path_factory.mktemp("tiny") / "opus", byte_fallback=False)


@pytest.fixture(scope="session")
def tiny_pickled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint as the older OPUS-MT repositories have it: pytorch_model.bin."""
    folder = tmp_path_factory.mktemp("tiny") / "pickled"
    return make_tiny_marian(folder, byte_fallback=False, pickled=True, steps=5)


@pytest.fixture(scope="session")
def tiny_random(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint with random weights, whose outputs come to no end."""
    return make_tiny_marian(tmp_path_factory.mktemp("tiny") / "random", steps=0)


def make_tiny_marian(
    folder: Path, *, byte_fallback: bool = True, pickled: bool = False, steps: int = 250, seed: int = 7
) -> Path:
    """Train, in a second or two, a Marian model that translates word by word; return the folder.

    With `byte_fallback` it is laid out as the starter is: ids are SentencePiece's, padding first, tags are
    symbols of their own. Without, as OPUS-MT's are: ids are the vocabulary's own, padding last, with a zero
    embedding, and the pieces know no tags. `pickled` saves pytorch_model.bin in place of model.safetensors.
    With `steps=0` its weights stay random.
    """
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    processor, vocab = _vocabulary(folder, byte_fallback=byte_fallback)
    pad, end = vocab["<pad>"], vocab["</s>"]
    config = MarianConfig(
        vocab_size=len(vocab),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        max_position_embeddings=64,
        pad_token_id=pad,
        eos_token_id=end,
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
        bos_token_id=None,
        scale_embedding=True,
        dropout=0.0,
        activation_function="relu" if byte_fallback else "swish",
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a network only waits for a second one
    torch.manual_seed(seed)
    network: Any = MarianMTModel(config)
    network.model.shared.weight.data.normal_(std=0.15)
    if not byte_fallback:
        network.model.shared.weight.data[pad] = 0.0
    for side in (network.model.encoder, network.model.decoder):
        side.embed_positions.weight.requires_grad_(False)  # they are sinusoids, and not saved
    rng = random.Random(seed)
    trained = [weights for weights in network.parameters() if weights.requires_grad]
    optimiser = torch.optim.Adam(trained, lr=8e-3)
    for _ in range(steps):
        sources, targets = [], []
        for _ in range(32):
            words = rng.choices(list(LEXICON), k=rng.randint(1, 5))
            language = rng.randint(0, 1)
            ids = [
                [vocab.get(piece, vocab["<unk>"]) for piece in processor.encode_as_pieces(text)]
                for text in (" ".join(words), " ".join(LEXICON[word][language] for word in words))
            ]
            sources.append([vocab[TAGS[language]], *ids[0], end])
            targets.append([*ids[1], end])
        source, target = _padded(sources, pad), _padded(targets, pad)
        start = torch.full((len(targets), 1), pad)
        logits = network(
            input_ids=source,
            attention_mask=(source != pad).long(),
            decoder_input_ids=torch.cat([start, target[:, :-1]], 1),
        ).logits
        loss = torch.nn.functional.cross_entropy(logits.transpose(1, 2), target, ignore_index=pad)
        optimiser.zero_grad()
        loss.backward()
        if not byte_fallback:
            network.model.shared.weight.grad[pad] = 0.0
        optimiser.step()
    torch.set_num_threads(threads)
    network.save_pretrained(folder)
    if pickled:
        torch.save(network.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    return folder


def _padded(rows: list[list[int]], pad: int) -> Any:
    import torch

    longest = max(map(len, rows))
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])


def _vocabulary(folder: Path, *, byte_fallback: bool) -> tuple[Any, dict[str, int]]:
    """Train the SentencePiece model and write source.spm, target.spm and vocab.json."""
    import sentencepiece

    rng = random.Random(1)
    words = [word for source, targets in LEXICON.items() for word in (source, *targets)]
    text = [" ".join([*rng.sample(words, 6), "12 , . ! ?"]) for _ in range(200)]
    symbols = [f"\u2581{word}" for word in words]  # whole words: short sequences are soon learnt
    if byte_fallback:
        special = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "byte_fallback": True}
        symbols = [*TAGS, *symbols]
    else:
        special = {"pad_id": -1, "eos_id": 0, "unk_id": 1}
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text),
        model_writer=written,
        vocab_size=350 if byte_fallback else 80,
        bos_id=-1,
        user_defined_symbols=symbols,
        hard_vocab_limit=False,
        minloglevel=2,
        **special,
    )
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(written.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    pieces = [processor.id_to_piece(i) for i in range(processor.vocab_size())]
    if not byte_fallback:
        pieces = [*pieces[:2], *TAGS, *reversed(pieces[2:]), "<pad>"]
    vocab = {piece: id_ for id_, piece in enumerate(pieces)}
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False), encoding="utf-8")
    return processor, vocab
