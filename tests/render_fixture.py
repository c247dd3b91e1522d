"""An article in three versions with everything the forms must show.

The English is the source; the Spanish was written by people, with two sentences merged, one split, one left
out and one added; the Russian plays a machine-made version in which three sentences went wrong.
"""

from __future__ import annotations

from alignment.beads import Row
from alignment.findings import Code, Finding, Severity
from models.translation import Translation
from service.article import Article, Block, Format, Kind, Sentence
from service.result import Aligned, Origin, Version

H1, H2, P = (Kind.HEADING, 1), (Kind.HEADING, 2), (Kind.PARAGRAPH, 0)
LI, QUOTE, CAPTION = (Kind.LIST_ITEM, 0), (Kind.QUOTE, 0), (Kind.CAPTION, 0)
CODE, RULE = (Kind.CODE, 0), (Kind.RULE, 0)

BlockText = tuple[tuple[Kind, int], str | list[str]]

SIGNATURE = "triptych 0.1.0 · starter@e59a01 · beams 4 · max 256 · float32 · use-multilingual 3 · align 1"

TIMETABLE = """\
Mon 12 Jan   06:10-10:00   18:35-22:20
Tue 13 Jan   07:05-10:55   19:25-23:15
Wed 14 Jan   08:00-11:50   20:15-00:05"""

ENGLISH: list[BlockText] = [
    (H1, ["The tide mill turns again in Port Brannoch"]),
    (CAPTION, ["The restored wheel on Friday, an hour after high water."]),
    (
        P,
        [
            "PORT BRANNOCH — For the first time in 83 years, the sea has ground flour in Port Brannoch.",
            "On Friday morning, as the tide went out, volunteers opened the sluice of the old mill, and a "
            "wheel "
            "of green oak began to turn.",
            "About 400 people stood on the quay and clapped.",
        ],
    ),
    (
        P,
        [
            "The mill had been silent since 1943, when its last miller, Agnes Tully, locked the door and "
            "moved "
            "inland.",
            "Nobody expected it to work again.",
            "“We found her apron still on its hook,” said Daniel Orr, who leads the project.",
        ],
    ),
    (H2, ["What it cost"]),
    (
        P,
        [
            "The work took six years and cost £1.2 million, most of it raised in sums of less than £50.",
            "The county paid for the sluice gates.",
            "A bakery in the town has ordered the first 300 kilos of flour, and a second one, across the "
            "bay in "
            "Kilmorran, is waiting for its turn.",
        ],
    ),
    (LI, ["Wheel: 5.4 metres across, 32 paddles."]),
    (LI, ["Stones: two pairs, one of them cut in 1790."]),
    (LI, ["Output: up to 90 kilos of flour an hour."]),
    (H2, ["Living by the tide"]),
    (
        P,
        [
            "The mill can run for about four hours twice a day, and the moon sets its timetable.",
            "The volunteers publish it every week:",
        ],
    ),
    (CODE, TIMETABLE),
    (QUOTE, ["“You don’t tell the sea when to work,” Orr said.", "“It tells you.”"]),
    (
        P,
        [
            "Not everyone is pleased.",
            "Some fishermen say that the gates hold back silt and that the channel has grown shallower.",
            "The harbour office will sound it every month for a year and publish the figures at "
            "https://www.portbrannoch.example/harbour/soundings/2026/channel-depth-monthly.",
        ],
    ),
    (RULE, ""),
    (P, ["School visits begin in March.", "Children under 12 go in free."]),
]

SPANISH: list[BlockText] = [
    (H1, ["El molino de mareas vuelve a girar en Port Brannoch"]),
    (CAPTION, ["La rueda restaurada, el viernes, una hora después de la pleamar."]),
    (
        P,
        [
            "PORT BRANNOCH — Por primera vez en 83 años, el mar ha molido harina en Port Brannoch.",
            "El viernes por la mañana, con la marea ya en descenso, los voluntarios abrieron la compuerta "
            "del viejo "
            "molino.",
            "Una rueda de roble verde empezó a girar.",
            "Unas 400 personas aplaudieron desde el muelle.",
        ],
    ),
    (
        P,
        [
            "El molino llevaba en silencio desde 1943, cuando su última molinera, Agnes Tully, cerró la "
            "puerta y se "
            "mudó tierra adentro, y nadie esperaba que volviera a funcionar.",
            "«Encontramos su delantal todavía en el gancho», cuenta Daniel Orr, que dirige el proyecto.",
        ],
    ),
    (H2, ["Lo que ha costado"]),
    (
        P,
        [
            "Las obras duraron seis años y costaron 1,4 millones de libras, reunidas en su mayor parte con "
            "aportaciones de menos de 50 libras.",
            "Una panadería del pueblo ya ha encargado los primeros 300 kilos de harina, y otra, al otro "
            "lado de la "
            "bahía, en Kilmorran, espera su turno.",
        ],
    ),
    (LI, ["Rueda: 5,4 metros de diámetro, 32 palas."]),
    (LI, ["Muelas: dos pares, uno de ellos tallado en 1790."]),
    (LI, ["Producción: hasta 90 kilos de harina por hora."]),
    (H2, ["Al ritmo de la marea"]),
    (
        P,
        [
            "El molino puede trabajar unas cuatro horas dos veces al día, y el horario lo pone la luna.",
            "Los voluntarios lo publican cada semana:",
        ],
    ),
    (CODE, TIMETABLE),
    (QUOTE, ["«Al mar no se le dice cuándo trabajar —dijo Orr—.", "Te lo dice él»."]),
    (
        P,
        [
            "No todos están contentos.",
            "Algunos pescadores dicen que las compuertas retienen el fango y que el canal ha perdido calado.",
            "La oficina del puerto lo sondeará todos los meses durante un año y publicará los datos en "
            "https://www.portbrannoch.example/harbour/soundings/2026/channel-depth-monthly.",
        ],
    ),
    (RULE, ""),
    (
        P,
        [
            "Las visitas escolares empiezan en marzo.",
            "Los menores de 12 años entran gratis.",
            "Hay aparcamiento junto a la lonja.",
        ],
    ),
]

RUSSIAN: list[BlockText] = [
    (H1, ["Приливная мельница в Порт-Бранноке снова работает"]),
    (CAPTION, ["Восстановленное колесо в пятницу, через час после полной воды."]),
    (
        P,
        [
            "ПОРТ-БРАННОК — Впервые за 83 года море смололо муку в Порт-Бранноке.",
            "В пятницу утром, когда начался отлив, добровольцы открыли шлюз старой мельницы, и колесо из "
            "зелёного "
            "дуба начало вращаться.",
            "Около 400 человек стояли на набережной и аплодировали.",
        ],
    ),
    (
        P,
        [
            "Мельница молчала с 1943 года, когда её последняя хозяйка, Агнес Талли, заперла дверь и "
            "переехала вглубь "
            "страны.",
            "Никто не ожидал, что она снова заработает.",
            "«Мы нашли её фартук, он всё ещё висел на крючке, на крючке, на крючке, на крючке», — сказал "
            "Дэниел Орр.",
        ],
    ),
    (H2, ["Сколько это стоило"]),
    (
        P,
        [
            "Работы заняли шесть лет и обошлись в 1,2 миллиона фунтов, собранных в основном взносами "
            "меньше 50 "
            "фунтов.",
            "Графство оплатило ворота шлюза.",
            "Городская пекарня заказала первые 300 килограммов муки, а вторая, за заливом, в Килморране, "
            "ждёт своей "
            "очереди.",
        ],
    ),
    (LI, ["Колесо: 5,4 метра в поперечнике, 30 лопастей."]),
    (LI, ["Жернова: две пары, одна из них 1790 года."]),
    (LI, ["Output: up to 90 kilos of flour an hour."]),
    (H2, ["Жизнь по приливу"]),
    (
        P,
        [
            "Мельница может работать около четырёх часов два раза в день, и расписание ей задаёт луна.",
            "Добровольцы публикуют его каждую неделю:",
        ],
    ),
    (CODE, TIMETABLE),
    (QUOTE, ["«Не вы говорите морю, когда работать, — сказал Орр.", "— Оно говорит вам»."]),
    (
        P,
        [
            "Довольны не все.",
            "Некоторые рыбаки говорят, что ворота задерживают ил и фарватер обмелел.",
            "Портовая служба будет измерять его каждый месяц в течение года и публиковать данные на "
            "https://www.portbrannoch.example/harbour/soundings/2026/channel-depth-monthly.",
        ],
    ),
    (RULE, ""),
    (P, ["Школьные экскурсии начнутся в марте.", "Дети до 12 лет проходят бесплатно."]),
]

# English, Spanish and Russian sentences of each row, and its score.
ROWS: list[tuple[str, str, str, float]] = [
    ("0", "0", "0", 0.9412),
    ("1", "1", "1", 0.8968),
    ("2", "2", "2", 0.9277),
    ("3", "3 4", "3", 0.8431),
    ("4", "5", "4", 0.8874),
    ("5 6", "6", "5 6", 0.8619),
    ("7", "7", "7", 0.6312),
    ("8", "8", "8", 0.8203),
    ("9", "9", "9", 0.8745),
    ("10", "", "10", 0.7621),
    ("11", "10", "11", 0.8937),
    ("12", "11", "12", 0.8114),
    ("13", "12", "13", 0.8466),
    ("14", "13", "14", 0.9051),
    ("15", "14", "15", 0.7749),
    ("16", "15", "16", 0.9082),
    ("17", "16", "17", 0.8713),
    ("18", "17", "18", 0.8245),
    ("19", "18", "19", 0.7936),
    ("20", "19", "20", 0.9124),
    ("21", "20", "21", 0.8832),
    ("22", "21", "22", 0.9309),
    ("23", "22", "23", 0.8917),
    ("24", "23", "24", 0.9018),
    ("", "24", "", 0.0),
]

FLAGS: dict[int, tuple[str, ...]] = {7: ("repetition",), 12: ("numbers",), 14: ("copy",)}

FINDINGS = (
    Finding.of(Code.NUMBER_DIFFERS, "es", Severity.WARNING, row=8, original="en", ours="1.2", theirs="1,4"),
    Finding.of(Code.MISSING, "es", Severity.WARNING, row=9, original="en"),
    Finding.of(Code.WEAK, "ru", Severity.NOTE, row=6, original="en"),
    Finding.of(Code.ADDED, "es", Severity.NOTE, row=24, original="en"),
)


def article(language: str, blocks: list[BlockText]) -> Article:
    """Build an article as a reader would: sentences one space apart, blocks one blank line apart."""
    text, built = "", []
    for (kind, level), content in blocks:
        text += "\n\n" if text else ""
        start = len(text)
        if isinstance(content, str):
            text += content
            built.append(Block(kind, start, len(text), (), level))
            continue
        sentences = []
        for sentence in content:
            text += " " if sentences else ""
            sentences.append(Sentence(len(text), len(text) + len(sentence), sentence))
            text += sentence
        built.append(Block(kind, start, len(text), tuple(sentences), level))
    frame = ("", *["\n\n"] * (len(built) - 1), "")
    return Article(language, Format.TEXT, text, text, tuple(built), frame)


def given(language: str, blocks: list[BlockText]) -> Version:
    """Build a version as people give it."""
    return Version(article(language, blocks), Origin.GIVEN)


def made(language: str, blocks: list[BlockText], flags: dict[int, tuple[str, ...]] | None = None) -> Version:
    """Build a version as the starter would make it, with flags on some of its sentences."""
    built = article(language, blocks)
    translations = tuple(
        Translation(
            sentence.text,
            -1.8765 if flags and index in flags else -0.41234,
            (flags or {}).get(index, ()),
            0.81234,
        )
        for index, sentence in enumerate(built.sentences)
    )
    return Version(built, Origin.MACHINE, translations, "starter")


def row(score: float = 0.9, **sentences: str) -> Row:
    """Build a row: row(en="0 1", es="0")."""
    return Row({language: tuple(map(int, held.split())) for language, held in sentences.items()}, score)


def demo() -> Aligned:
    """Return the whole demonstration."""
    return Aligned(
        versions=(given("en", ENGLISH), given("es", SPANISH), made("ru", RUSSIAN, FLAGS)),
        rows=tuple(row(score, en=en, es=es, ru=ru) for en, es, ru, score in ROWS),
        signature=SIGNATURE,
        findings=FINDINGS,
    )


def small(*texts: str) -> Aligned:
    """Return English and Spanish versions that both consist of `texts`, a paragraph each, aligned one to "
    "one."""
    blocks: list[BlockText] = [(P, [text]) for text in texts]
    return Aligned(
        versions=(given("en", blocks), given("es", blocks)),
        rows=tuple(row(en=str(index), es=str(index)) for index in range(len(texts))),
        signature=SIGNATURE,
    )
