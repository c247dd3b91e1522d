#!/usr/bin/env python3
"""How fast the engines translate, how much memory they take, how soon the first translation is there.

    python benchmarks/translate.py                        every part; memory takes the longest, some minutes
    python benchmarks/translate.py --part speed --runs 5
    python benchmarks/translate.py --part memory --sentences 1000

Memory is measured over many sentences with outputs of two tokens, so that it can be waited for, and at each
of its ten steps over 16 sentences with outputs of full length, which take the most.

No model is needed: it makes one with random weights, in the exact shape of OPUS-MT's transformer checkpoints
(width 512, feed-forward 2048, 6 + 6 layers, 8 heads, 58,101 pieces). Its `</s>` is barred, so that every
output has the same length whatever the engine. All variants run in one process, in turn, several times; the
table gives medians. Tokens are target tokens. "starter" needs the shipped checkpoint; without it that line is
left out. Where other programs want the same cores, --threads 1 tells more: threads wait for each other.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.engine import Engine
    from models.store import Store

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ID = "opus-mt-en-es"
WORDS = 2000
FULL = 64  # tokens of an output of full length, where memory is measured


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--part", choices=("speed", "starter", "memory", "cold"), action="append", help="default: all"
    )
    parser.add_argument("--runs", type=int, default=3, help="of each variant; the median counts")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="for every variant")
    parser.add_argument("--output-tokens", type=int, default=32, help="length of every output in speed")
    parser.add_argument("--sentences", type=int, default=10_000, help="for memory")
    parser.add_argument(
        "--keep", type=Path, help="make the random checkpoint here, or use the one that is here"
    )
    parser.add_argument("--child", choices=("memory", "cold"), help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.child == "memory":
        memory_child(args.keep, args.sentences, args.threads)
        return 0
    if args.child == "cold":
        cold_child(args.keep, args.threads)
        return 0
    parts = args.part or ["speed", "starter", "memory", "cold"]
    place = args.keep or Path(tempfile.mkdtemp(prefix="triptych-benchmark-"))
    try:
        store = prepare(place)
        if "speed" in parts:
            speed(store, args.runs, args.threads, args.output_tokens)
        if "starter" in parts:
            starter(args.runs, args.threads)
        if "memory" in parts:
            memory(place, args.sentences, args.threads)
        if "cold" in parts:
            cold(place, args.runs, args.threads)
    finally:
        if not args.keep:
            shutil.rmtree(place, ignore_errors=True)
    return 0


def prepare(place: Path) -> Store:
    """Make a store that holds the random checkpoint under an OPUS-MT id, converted to int8."""
    from models import Store, read_catalog

    store = Store(place / "store", read_catalog(), place)
    if not store.whole(ID):
        store.import_folder(random_opus(place / "random"), ID)
    store.convert(ID)
    return store


def random_opus(folder: Path) -> Path:
    """Save a Marian model of OPUS-MT's shape with random weights; return its folder."""
    import io

    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    words = vocabulary()
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(" ".join(random.Random(i).choices(words, k=20)) for i in range(3000)),
        model_writer=written,
        vocab_size=4000,
        hard_vocab_limit=False,
        pad_id=-1,
        bos_id=-1,
        eos_id=0,
        unk_id=1,
        minloglevel=2,
    )
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(written.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())
    pieces = [processor.id_to_piece(i) for i in range(processor.vocab_size())]
    pieces += [f"filler{i}" for i in range(58_100 - len(pieces))] + ["<pad>"]
    (folder / "vocab.json").write_text(
        json.dumps({piece: i for i, piece in enumerate(pieces)}), encoding="utf-8"
    )
    torch.manual_seed(1)
    network: Any = MarianMTModel(
        MarianConfig(
            vocab_size=58_101,
            d_model=512,
            encoder_layers=6,
            decoder_layers=6,
            encoder_ffn_dim=2048,
            decoder_ffn_dim=2048,
            encoder_attention_heads=8,
            decoder_attention_heads=8,
            max_position_embeddings=512,
            pad_token_id=58_100,
            eos_token_id=0,
            decoder_start_token_id=58_100,
            forced_eos_token_id=None,
            bos_token_id=None,
            scale_embedding=True,
            activation_function="swish",
        )
    )
    network.model.shared.weight.data[58_100] = 0.0
    network.final_logits_bias[0, 0] = -1e4  # no output comes to an end by itself
    network.save_pretrained(folder)
    return folder


def vocabulary() -> list[str]:
    """Pronounceable words, always the same."""
    rng = random.Random(0)
    return [
        "".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(1 + i % 4))
        for i in range(WORDS)
    ]


def sentences(number: int, seed: int) -> list[str]:
    """Sentences of random words, 3 to 40 long, in random order."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(vocabulary(), k=rng.randint(3, 40))) for _ in range(number)]


def speed(store: Store, runs: int, threads: int, output_tokens: int) -> None:
    """Compare the engines with a plain loop of generate() and with CTranslate2 bare, on 64 sentences."""
    import ctranslate2  # type: ignore[import-untyped]
    import torch
    from transformers import MarianMTModel

    from models import DecodingSettings
    from models.ctranslate import load_ctranslate_engine
    from models.marian import load_torch_engine
    from models.tokenizer import load_tokenizer

    settings = DecodingSettings(beams=4, max_new_tokens=output_tokens)
    folder, converted = store.open(ID), store.convert(ID)
    tokenizer = load_tokenizer(folder, normalise=True)
    texts = sentences(64, seed=1)
    sources = [tokenizer.encode(text).ids for text in texts]
    pieces = {
        id_: piece for piece, id_ in json.loads((folder / "vocab.json").read_text(encoding="utf-8")).items()
    }
    strings = [[pieces[id_] for id_ in source] for source in sources]
    torch.set_num_threads(threads)
    plain: Any = MarianMTModel.from_pretrained(folder, dtype=torch.float32)
    raw = ctranslate2.Translator(str(converted), compute_type="int8", inter_threads=1, intra_threads=threads)
    engines: dict[str, Engine] = {
        "our engine, torch float32": load_torch_engine(folder, device="cpu", threads=threads),
        "our engine, CTranslate2 int8": load_ctranslate_engine(
            converted, quantization="int8", threads=threads
        ),
    }
    fast = engines["our engine, CTranslate2 int8"]

    def generate_in_order() -> None:
        for start in range(0, len(sources), 16):
            batch = sources[start : start + 16]
            longest = max(map(len, batch))
            ids = torch.tensor([[*source, *[58_100] * (longest - len(source))] for source in batch])
            with torch.inference_mode():
                plain.generate(
                    input_ids=ids,
                    attention_mask=(ids != 58_100).long(),
                    num_beams=4,
                    max_new_tokens=output_tokens,
                    bad_words_ids=[[58_100]],
                )

    def bare() -> None:
        raw.translate_batch(strings, beam_size=4, max_decoding_length=output_tokens, return_scores=True)

    finished = [hypothesis.ids for hypothesis in fast.generate(sources, settings)]

    def attention() -> None:
        fast.attend(sources, finished)

    def text_to_text() -> list[str]:
        found = fast.generate([tokenizer.encode(text).ids for text in texts], settings)
        return [tokenizer.decode(hypothesis.ids) for hypothesis in found]

    variants: dict[str, Callable[[], object]] = {
        "transformers generate(), 16 a batch, in order": generate_in_order,
        **{name: partial(engine.generate, sources, settings) for name, engine in engines.items()},
        "ctranslate2.Translator.translate_batch, int8": bare,
        "our engine and tokenizer, text to text, int8": text_to_text,
        "attention of finished outputs (markup only), int8": attention,
    }
    seconds = in_turn(variants, runs)
    tokens = output_tokens * len(sources)
    print(f"\nspeed: 64 sentences of 3 to 40 words, {output_tokens} tokens each, beam 4, {threads} threads")
    loop = seconds["transformers generate(), 16 a batch, in order"]
    bareback = seconds["ctranslate2.Translator.translate_batch, int8"]
    print(f"  {'':50} {'tokens/s':>9} {'x loop':>7} {'x bare':>7}")
    for name, spent in seconds.items():
        print(f"  {name:50} {tokens / spent:9.0f} {loop / spent:7.2f} {bareback / spent:7.2f}")


def starter(runs: int, threads: int) -> None:
    """Translate with the shipped checkpoint at beam 1."""
    from models import default_store
    from models.ctranslate import load_ctranslate_engine
    from models.decoding import DecodingSettings
    from models.tokenizer import load_tokenizer

    store = default_store()
    if not store.whole("starter"):
        print("\nstarter: not shipped here, left out")
        return
    article = [
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if len(line.split()) > 5
    ]
    tokenizer = load_tokenizer(store.folder("starter"), normalise=False)
    sources = [tokenizer.encode(line, ">>spa<<").ids for line in (article * 64)[:64]]
    engine = load_ctranslate_engine(store.convert("starter"), quantization="int8", threads=threads)
    settings = DecodingSettings(beams=1)
    tokens = sum(len(hypothesis.ids) + 1 for hypothesis in engine.generate(sources, settings))
    seconds = in_turn({"starter": lambda: engine.generate(sources, settings)}, runs)["starter"]
    print(f"\nstarter: 64 sentences, beam 1, int8, {threads} threads: {tokens / seconds:.0f} tokens/s")


def in_turn(variants: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Run each variant once to warm up, then all in turn; give each one's median seconds."""
    spent: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(runs + 1):
        for name, variant in variants.items():
            began = time.perf_counter()
            variant()
            if turn:
                spent[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in spent.items()}


def memory(place: Path, number: int, threads: int) -> None:
    """Translate many sentences in a process of its own, which tells its resident memory as it goes."""
    print(f"\nmemory: {number:,} sentences of 3 to 40 words, OPUS-MT's shape, int8, beam 4", flush=True)
    print(f"  (outputs of 2 tokens; at each step 16 sentences with outputs of {FULL})", flush=True)
    subprocess.run(_child("memory", place, threads, number), check=True)


def memory_child(place: Path, number: int, threads: int) -> None:
    """Be the process that is measured."""
    from models import DecodingSettings, Store, read_catalog
    from models.ctranslate import load_ctranslate_engine
    from models.tokenizer import load_tokenizer

    folder = Store(place / "store", read_catalog(), place).convert(ID)
    tokenizer = load_tokenizer(folder, normalise=True)
    engine = load_ctranslate_engine(folder, quantization="int8", threads=threads)
    print(f"  loaded                 {_resident():>5} MB", flush=True)
    step = max(number // 10, 1)
    for done in range(0, number, step):
        sources = [tokenizer.encode(text).ids for text in sentences(step, seed=done)]
        engine.generate(sources, DecodingSettings(max_new_tokens=2))
        engine.generate(sources[:16], DecodingSettings(max_new_tokens=FULL))
        print(f"  after {done + step:6,} sentences {_resident():>5} MB", flush=True)


def cold(place: Path, runs: int, threads: int) -> None:
    """Start Python, load the converted checkpoint and translate one sentence."""
    command = _child("cold", place, threads, 1)
    spent = in_turn({"cold": lambda: subprocess.run(command, check=True)}, runs)["cold"]
    print(
        f"\ncold start: {spent:.2f} s from nothing to the first translation, OPUS-MT's shape, int8, no torch"
    )


def cold_child(place: Path, threads: int) -> None:
    """Be the process that is measured."""
    from models import DecodingSettings, Store, load_translator, read_catalog

    store = Store(place / "store", read_catalog(), place)
    # An output that does not end is tried again in halves: thrice 12 tokens are one sentence's worth.
    settings = DecodingSettings(max_new_tokens=12)
    translator = load_translator(
        ID, store=store, device="cpu", engine="ctranslate2", threads=threads, settings=settings
    )
    translator.translate(["The mayor opened the bridge."], target="es")
    if "torch" in sys.modules:
        raise SystemExit("torch was imported")


def _child(part: str, place: Path, threads: int, number: int) -> list[str]:
    options = ["--threads", str(threads), "--sentences", str(number), "--keep", str(place)]
    return [sys.executable, __file__, "--child", part, *options]


def _resident() -> int:
    """Give this process's resident memory in MB (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1024


if __name__ == "__main__":
    sys.exit(main())
