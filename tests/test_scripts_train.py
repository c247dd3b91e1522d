from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
import training_toy as toy
from hypothesis import given
from hypothesis import strategies as st
from train import main
from training import log
from training.batches import BatchStream, Cursor, epoch_order, group_by_length, make_batch
from training.config import Batches, Optimiser, load_config
from training.embedding import reduced
from training.errors import CheckpointError, ConfigError, RunBusyError, RunExistsError
from training.export import export_run
from training.model import batch_loss, load_model, marian_config, new_model
from training.optimiser import rate
from training.pool import Pool, Ragged, build_pool, load_pool
from training.session import Limits
from training.start import begin, resume
from training.state import average_snapshots, load_state, locked, save_snapshot
from training.validation import DevelopmentSet, translate, validate
from training.vocabulary import Vocabulary, read_files
from transformers import MarianMTModel, MarianTokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from training.config import Config
    from training.start import Training

STEPS = 120
SOURCES = [source for source, _ in toy.PAIRS]
TRANSLATIONS = [translation for _, translation in toy.PAIRS]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Training, Config]:
    """The toy, trained without a break."""
    config = toy.toy_config(tmp_path_factory.mktemp("learnt"))
    training = toy.train_to(config, STEPS)
    training.model.train(False)
    return training, config


# Training


def test_five_sentences_are_learnt_by_heart(learnt: tuple[Training, Config]) -> None:
    training, _ = learnt
    assert translate(training.model, training.vocabulary, SOURCES, "es") == TRANSLATIONS


def test_a_run_that_was_stopped_and_resumed_matches_an_unbroken_one_bit_for_bit(
    learnt: tuple[Training, Config], tmp_path: Path
) -> None:
    unbroken, config = learnt
    broken = toy.toy_config(tmp_path)
    toy.train_to(broken, 41)
    toy.train_to(broken, 85, go_on=True)
    toy.train_to(broken, STEPS, go_on=True)
    first, second = load_state(config.run), load_state(broken.run)
    assert second.progress.cursor == first.progress.cursor
    assert (second.progress.step, second.progress.tokens) == (STEPS, unbroken.progress.tokens)
    assert first.weights.keys() == second.weights.keys()
    assert all(torch.equal(first.weights[name], second.weights[name]) for name in first.weights)
    assert first.optimiser.keys() == second.optimiser.keys()
    for name, moments in first.optimiser.items():
        assert all(torch.equal(value, second.optimiser[name][key]) for key, value in moments.items())


def test_a_finished_run_is_scored_on_a_development_set(learnt: tuple[Training, Config]) -> None:
    training, _ = learnt
    lines = DevelopmentSet(tuple(SOURCES), {"es": tuple(TRANSLATIONS)})
    score = validate(training.model, training.vocabulary, lines)["es"]
    training.model.train(False)
    assert score.chrf == pytest.approx(100)
    assert score.bleu == pytest.approx(100)
    assert 0 < score.loss < 0.5


def test_a_cool_down_leaves_the_saved_state_undecayed(tmp_path: Path) -> None:
    config = toy.toy_config(tmp_path)
    training = begin(config, None)
    session = toy.session(training, config)
    assert session.run(Limits(minutes=2, cooldown_minutes=1))
    saved = load_state(config.run).progress
    assert 0 < saved.step < training.progress.step
    cooled = [event["rate"] for event in log.read(config.run) if event["event"] == "cooldown"]
    assert all(later < earlier for earlier, later in pairwise(cooled))
    session.export(tmp_path / "cooled", cooled=True)
    state = MarianMTModel.from_pretrained(tmp_path / "cooled").state_dict()
    weight = training.model.model.shared.weight
    assert torch.equal(state["model.shared.weight"], weight.to(torch.float16).float())


def test_a_session_that_was_told_to_stop_saves_and_cools_nothing_down(tmp_path: Path) -> None:
    config = toy.toy_config(tmp_path)
    session = toy.session(begin(config, None), config, stopped=True)
    assert not session.run(Limits(minutes=2, cooldown_minutes=1))
    assert load_state(config.run).progress.step == 0


def test_fine_tuning_begins_from_a_marian_folder_and_a_translation_memory(
    learnt: tuple[Training, Config], tmp_path: Path
) -> None:
    export_run(learnt[1], tmp_path / "marian")
    config = toy.toy_config(tmp_path, config=toy.CONFIG.replace("toy.tsv", "memory.tmx"))
    (tmp_path / "memory.tmx").write_text(toy.TMX, encoding="utf-8")
    training = begin(config, tmp_path / "marian")
    toy.session(training, config).run(Limits(steps=5))
    assert training.vocabulary.size == learnt[0].vocabulary.size
    again = resume(config)
    assert again.progress.step == 5
    assert torch.equal(again.model.model.shared.weight, training.model.model.shared.weight)
    export_run(config, tmp_path / "tuned")
    assert str(tmp_path) not in (tmp_path / "tuned" / "config.json").read_text(encoding="utf-8")


def test_muon_goes_on_from_a_state_of_adamw(tmp_path: Path) -> None:
    config = toy.toy_config(tmp_path)
    toy.train_to(config, 3)
    muon = config.model_copy(update={"optimiser": config.optimiser.model_copy(update={"name": "muon"})})
    training = toy.train_to(muon, 6, go_on=True)
    state = training.optimiser.state()
    assert float(state["model.shared.weight"]["step"]) == 6
    assert "momentum_buffer" in state["model.encoder.layers.0.fc1.weight"]


def test_a_new_encoder_tells_positions_apart_through_all_its_layers(learnt: tuple[Training, Config]) -> None:
    vocabulary = learnt[0].vocabulary
    deep = learnt[1].model.model_copy(update={"encoder_layers": 6})
    model = new_model(marian_config(deep, vocabulary), seed=1).train(False)
    ids = torch.from_numpy(vocabulary.encode_source(SOURCES[:1], "es")[0].astype(np.int64))[None]
    with torch.no_grad():
        states = model.model.encoder(input_ids=ids).last_hidden_state[0]
    assert states.std(dim=0).mean() > 0.5


def test_an_embedding_reduced_from_vectors_keeps_near_what_was_near() -> None:
    generator = np.random.default_rng(0)
    meanings = generator.normal(size=(40, 64))
    vectors = np.concatenate([meanings, meanings + 0.05 * generator.normal(size=(40, 64))]) + 3.0
    rows = reduced(vectors.astype(np.float32), 16, seed=1)
    assert rows.shape == (80, 16)
    assert np.linalg.norm(rows, axis=1).mean() == pytest.approx(1, abs=0.15)
    nearest = (rows[:40] @ rows[40:].T).argmax(axis=1)
    assert (nearest == np.arange(40)).mean() > 0.9


# Loss and rate


def toy_batch(training: Training, group: list[int]) -> tuple[Pool, torch.Tensor]:
    source = Ragged.pack(training.vocabulary.encode_source(SOURCES, "es"))
    target = Ragged.pack(training.vocabulary.encode_target(TRANSLATIONS))
    pool = Pool(source, target, np.zeros(len(SOURCES), np.int16), ("story",))
    return pool, np.array(group)


def test_the_fused_loss_and_its_gradients_are_those_of_plain_cross_entropy(
    learnt: tuple[Training, Config],
) -> None:
    vocabulary = learnt[0].vocabulary
    model = new_model(marian_config(learnt[1].model, vocabulary), seed=3).train(False)
    pool, group = toy_batch(learnt[0], [0, 1, 4])
    batch = make_batch(pool, group, vocabulary.pad, vocabulary.pad)
    loss = batch_loss(model, batch, smoothing=0.1, bfloat16=False)
    loss.backward()
    fused = {
        name: weight.grad.clone() for name, weight in model.named_parameters() if weight.grad is not None
    }
    model.zero_grad()
    logits = model(
        input_ids=batch.source,
        attention_mask=(batch.source != vocabulary.pad).long(),
        decoder_input_ids=batch.decoder,
    ).logits
    real = batch.labels != vocabulary.pad
    assert vocabulary.pad == vocabulary.size - 1  # so that it can be cut off here
    plain = torch.nn.functional.cross_entropy(logits[real][:, :-1], batch.labels[real], label_smoothing=0.1)
    plain.backward()
    assert loss.item() == pytest.approx(plain.item(), rel=1e-5)
    for name, weight in model.named_parameters():
        if weight.grad is not None:
            assert torch.allclose(fused[name], weight.grad, atol=1e-5), name
    assert not fused["model.shared.weight"][vocabulary.pad].any()


def test_a_batch_has_the_mean_loss_of_its_pairs_whatever_the_padding(learnt: tuple[Training, Config]) -> None:
    training = learnt[0]
    pad = training.vocabulary.pad
    pool, group = toy_batch(training, [0, 1, 2, 3, 4])
    together = batch_loss(training.model, make_batch(pool, group, pad, pad), smoothing=0, bfloat16=False)
    alone = [make_batch(pool, group[[index]], pad, pad) for index in range(5)]
    losses = [batch_loss(training.model, one, smoothing=0, bfloat16=False).item() for one in alone]
    mean = sum(loss * one.tokens for loss, one in zip(losses, alone, strict=True)) / sum(
        one.tokens for one in alone
    )
    assert together.item() == pytest.approx(mean, rel=1e-4)


@pytest.mark.parametrize(("step", "expected"), [(0, 1e-5), (49, 5e-4), (99, 1e-3), (399, 5e-4), (9999, 1e-4)])
def test_the_rate_rises_linearly_then_falls_with_the_inverse_square_root(step: int, expected: float) -> None:
    assert rate(Optimiser(peak=1e-3, warmup=100), step) == pytest.approx(expected)


def test_batches_grow_at_the_updates_named() -> None:
    growth = Batches(growth=((0, 1500), (100, 2500), (200, 4000)))
    assert [growth.budget(step) for step in (0, 99, 100, 199, 200, 5000)] == [
        1500,
        1500,
        2500,
        2500,
        4000,
        4000,
    ]


# Batches


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=60),
    st.integers(40, 200),
)
def test_groups_partition_the_pairs_within_the_budget(sizes: list[tuple[int, int]], budget: int) -> None:
    source, target = (np.array(side) for side in zip(*sizes, strict=True))
    groups = group_by_length(np.arange(len(sizes)), source, target, budget)
    assert sorted(index for group in groups for index in group) == list(range(len(sizes)))
    for group in groups:
        assert len(group) * max(source[group].max(), target[group].max()) <= budget


@given(st.integers(0, 1000), st.integers(0, 5))
def test_an_epoch_shows_a_pair_as_often_as_its_weight_says(seed: int, epoch: int) -> None:
    weights = np.array([0.0, 1.0, 3.0, 0.5])
    shown = np.bincount(epoch_order(weights, seed, epoch), minlength=4)
    assert shown[:3].tolist() == [0, 1, 3]
    assert shown[3] in (0, 1)


def test_a_stream_goes_on_from_any_cursor_as_if_it_had_never_stopped(learnt: tuple[Training, Config]) -> None:
    pool, _ = toy_batch(learnt[0], [])

    def stream() -> BatchStream:
        return BatchStream(
            pool,
            np.array([2.0, 1.0, 0.5, 1.0, 1.0]),
            seed=7,
            shard_pairs=3,
            budget=lambda step: 40 if step < 5 else 60,
            pad=learnt[0].vocabulary.pad,
            start=learnt[0].vocabulary.pad,
        )

    one, cursor = stream(), Cursor()
    for step in range(20):
        batch, after = one.draw(cursor, step)
        same, same_after = stream().draw(cursor, step)
        assert torch.equal(batch.source, same.source)
        assert torch.equal(batch.labels, same.labels)
        assert after == same_after
        cursor = after
    assert cursor.epoch > 1


# Vocabulary and pool


def test_the_vocabulary_has_padding_last_the_tag_first_and_every_byte(
    learnt: tuple[Training, Config],
) -> None:
    vocabulary = learnt[0].vocabulary
    (ids,) = vocabulary.encode_source(["The sea."], "es")
    assert ids[0] == vocabulary.files.pieces[">>spa<<"]
    assert ids[-1] == vocabulary.eos
    assert vocabulary.pad == vocabulary.size - 1
    (ids,) = vocabulary.encode_target(["¿Señor 漢字?"])
    assert vocabulary.unk not in ids
    assert vocabulary.decode([vocabulary.pad, *ids, vocabulary.pad]) == "¿Señor 漢字?"


def test_the_tokenised_corpus_is_kept_and_read_again_as_it_was(
    learnt: tuple[Training, Config], tmp_path: Path
) -> None:
    config, vocabulary = learnt[1], learnt[0].vocabulary
    built = build_pool(config.corpus, vocabulary)
    for pool in (
        load_pool(tmp_path, config.corpus, vocabulary),
        load_pool(tmp_path, config.corpus, vocabulary),
    ):
        assert pool.domains == built.domains == ("story",)
        assert np.array_equal(pool.source.values, built.source.values)
        assert np.array_equal(pool.target.offsets, built.target.offsets)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_corpus_that_was_edited_is_read_again_though_it_is_as_long_as_before(
    learnt: tuple[Training, Config], tmp_path: Path
) -> None:
    config = toy.toy_config(tmp_path)
    vocabulary, file = learnt[0].vocabulary, config.corpus.files[0].path
    before = load_pool(tmp_path, config.corpus, vocabulary)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("calm", "cold"), encoding="utf-8")
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))  # however coarse the clock is
    after = load_pool(tmp_path, config.corpus, vocabulary)
    assert not np.array_equal(before.source.values, after.source.values)


# State, snapshots, log


def test_an_export_averages_the_newest_snapshots(tmp_path: Path) -> None:
    for step, value in enumerate([9.0, 1.0, 3.0]):
        save_snapshot(tmp_path, step, {"model.shared.weight": torch.full((2, 2), value)}, keep=2)
    assert len(list((tmp_path / "snapshots").iterdir())) == 2
    assert torch.equal(average_snapshots(tmp_path, 2)["model.shared.weight"], torch.full((2, 2), 2.0))
    assert torch.equal(average_snapshots(tmp_path, 1)["model.shared.weight"], torch.full((2, 2), 3.0))


def test_two_processes_never_train_in_one_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(RunBusyError, match="another process"), locked(tmp_path):
        pass


def test_a_new_run_does_not_overwrite_a_state(learnt: tuple[Training, Config]) -> None:
    with pytest.raises(RunExistsError, match="--resume"):
        begin(learnt[1], None)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("source.spm", b"no model", "source.spm is not a SentencePiece model"),
        ("vocab.json", b"[]", "vocab.json is not a JSON object"),
        ("vocab.json", b'{"</s>": 0, "<unk>": 1}', "vocab.json has no <pad>"),
    ],
)
def test_a_folder_with_a_vocabulary_that_is_none_is_named(
    learnt: tuple[Training, Config], tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    learnt[0].vocabulary.files.write(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=problem):
        read_files(tmp_path)


def test_a_folder_with_damaged_weights_is_named(learnt: tuple[Training, Config], tmp_path: Path) -> None:
    export_run(learnt[1], tmp_path / "marian")
    weights = tmp_path / "marian" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])
    with pytest.raises(CheckpointError, match="not a Marian folder"):
        load_model(tmp_path / "marian")


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"half a state")
    with pytest.raises(CheckpointError, match="not a state of this trainer"):
        load_state(tmp_path)


def test_the_log_tells_the_run_and_survives_a_line_cut_short(learnt: tuple[Training, Config]) -> None:
    run = learnt[1].run
    events = log.read(run)
    updates = [event for event in events if event["event"] == "train"]
    assert [event["step"] for event in updates] == list(range(10, STEPS + 1, 10))
    assert updates[-1]["loss"] < updates[0]["loss"] / 3
    assert (run / "curve.png").read_bytes().startswith(b"\x89PNG")
    with (run / log.NAME).open("a", encoding="utf-8") as file:
        file.write('{"event": "tra')
    assert log.read(run) == events


# Export


def test_an_export_translates_alike_in_transformers_and_ctranslate2(
    learnt: tuple[Training, Config], tmp_path: Path
) -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    from ctranslate2.converters import TransformersConverter

    folder = tmp_path / "marian"
    export_run(learnt[1], folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "source.spm",
        "target.spm",
        "tokenizer_config.json",
        "vocab.json",
    ]
    model = MarianMTModel.from_pretrained(folder)
    assert model.dtype == torch.float32
    tokenizer = MarianTokenizer.from_pretrained(folder)
    tagged = [f">>spa<< {source}" for source in SOURCES]
    written = model.generate(
        **tokenizer(tagged, return_tensors="pt", padding=True), num_beams=1, max_new_tokens=60
    )
    assert tokenizer.batch_decode(written, skip_special_tokens=True) == TRANSLATIONS

    TransformersConverter(str(folder)).convert(str(tmp_path / "converted"))
    engine = ctranslate2.Translator(str(tmp_path / "converted"), intra_threads=1)
    tokens = [tokenizer.convert_ids_to_tokens(ids) for ids in tokenizer(tagged)["input_ids"]]
    results = engine.translate_batch(tokens, beam_size=1)
    pieces = [tokenizer.convert_tokens_to_ids(result.hypotheses[0]) for result in results]
    assert tokenizer.batch_decode(pieces, skip_special_tokens=True) == TRANSLATIONS


def test_an_export_replaces_the_one_before(learnt: tuple[Training, Config], tmp_path: Path) -> None:
    (tmp_path / "marian").mkdir()
    (tmp_path / "marian" / "stale").touch()
    export_run(learnt[1], tmp_path / "marian")
    assert [path.name for path in tmp_path.iterdir()] == ["marian"]
    assert not (tmp_path / "marian" / "stale").exists()
    assert read_files(tmp_path / "marian").pieces == learnt[0].vocabulary.files.pieces
    assert Vocabulary(read_files(tmp_path / "marian"), {"es": ">>spa<<"}).tags.keys() == {"es"}


# Configuration and command line


def test_the_starter_configuration_is_valid_and_begins_with_prose() -> None:
    config = load_config(toy.SCRIPTS / "starter.toml")
    assert config.targets == ("es", "ru")
    assert config.corpus.weights["news"] > config.corpus.weights["ui"]
    assert all(file.path.is_absolute() for file in config.corpus.files)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[session]", "[session]\nsead = 3", "session.sead"),
        ("heads = 2", "heads = 0", "model.heads"),
        ("d_model = 32", "d_model = 30", "model.d_model"),
        ("growth = [[0, 80], [20, 120]]", "growth = [[5, 80]]", "batches.growth"),
        ('tags = { es = ">>spa<<" }', "tags = {}", "vocabulary.tags.es"),
    ],
)
def test_a_wrong_key_is_named(old: str, new: str, key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(toy.write_toy(tmp_path, toy.CONFIG.replace(old, new)))
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("d_model", "d_modell"), "model.d_modell: no such key"),
        (("toy.tsv", "nowhere.tsv"), "nowhere.tsv does not exist"),
        (("toy.tsv", "empty.tsv"), "no usable pair in empty.tsv"),
        (("[corpus]", "[corpus"), "not TOML"),
    ],
)
def test_bad_input_ends_with_2_and_one_line(
    change: tuple[str, str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.tsv").touch()
    path = toy.write_toy(tmp_path, toy.CONFIG.replace(*change))
    assert main([str(path), "--minutes", "1"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_resuming_what_never_began_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(toy.write_toy(tmp_path)), "--resume"]) == 2
    assert "no state to resume" in capsys.readouterr().err


def test_sigterm_saves_and_ends_with_0(tmp_path: Path) -> None:
    path = toy.write_toy(tmp_path)
    command = [sys.executable, str(toy.SCRIPTS / "train.py"), str(path), "--threads", "1", "--minutes", "5"]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())  # ten updates are made
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(timeout=60) == 0
    assert first["event"] == "train"
    assert load_state(tmp_path / "run").progress.step >= 10
