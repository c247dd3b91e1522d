"""A news article in English, Spanish and Russian, sentence by sentence, and errors planted in it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import cycle

ENGLISH = """The city of Velmora will build a new tram line.
Mayor Elena Brandt presented the plan on 3 May 2024 in the town hall.
The line will be 14 kilometres long and will have 23 stops.
It will cost 1.5 million euros per kilometre, said Brandt.
Work is to begin in September and to last four years.
The engineer Tomas Ruiz leads the project.
According to Ruiz, 37 houses in the suburb of Karden must be bought.
Their owners were told on March 14.
In Karden, many families fear that they will have to move.
A group of neighbours has collected 2,650 signatures against the route.
The group is led by Paula Novak, a retired teacher.
Novak wants the line to follow the river instead.
That would make it 2.8 kilometres longer, the city replied.
The last tram in Velmora ran in 1968.
Since then buses have carried about 45,000 people a day.
The buses are late on one day in five, a study found.
The study by the University of Velmora was published on 21 January 2023.
It says that 62 percent of the people would use a tram.
Brandt called the figure encouraging.
The shopkeepers of the old market are divided.
Some hope for customers, others fear years of noise.
The baker Anton Weiss has already sold his shop.
Weiss said that he had lost a third of his income during the last works.
The city promises to pay up to 900 euros a month to every shop.
The council will vote on 17 June.
If it agrees, the first rails will be laid at the harbour.
The harbour has belonged to the city since 2011.
Ruiz expects the first passengers in the autumn of 2029.
A ticket is to cost 2.40 euros.
Children under 12 will travel free of charge.
More on the plan is at https://tram.example.org/plan on the city's page."""

SPANISH = """La ciudad de Velmora construirá una nueva línea de tranvía.
La alcaldesa Elena Brandt presentó el plan el 3 de mayo de 2024 en el ayuntamiento.
La línea tendrá 14 kilómetros de largo y 23 paradas.
Costará 1,5 millones de euros por kilómetro, dijo Brandt.
Las obras empezarán en septiembre y durarán cuatro años.
El ingeniero Tomás Ruiz dirige el proyecto.
Según Ruiz, hay que comprar 37 casas en el suburbio de Karden.
Sus dueños fueron informados el 14 de marzo.
En Karden, muchas familias temen que tendrán que mudarse.
Un grupo de vecinos ha reunido 2.650 firmas contra el trazado.
El grupo está encabezado por Paula Novak, una maestra jubilada.
Novak quiere que la línea siga el río.
Eso la haría 2,8 kilómetros más larga, respondió la ciudad.
El último tranvía de Velmora circuló en 1968.
Desde entonces los autobuses llevan a unas 45.000 personas al día.
Los autobuses llegan tarde uno de cada cinco días, según un estudio.
El estudio de la Universidad de Velmora se publicó el 21 de enero de 2023.
Dice que el 62 por ciento de la gente usaría un tranvía.
Brandt calificó la cifra de alentadora.
Los comerciantes del mercado viejo están divididos.
Unos esperan clientes, otros temen años de ruido.
El panadero Anton Weiss ya ha vendido su tienda.
Weiss dijo que había perdido un tercio de sus ingresos durante las últimas obras.
La ciudad promete pagar hasta 900 euros al mes a cada tienda.
El concejo votará el 17 de junio.
Si lo aprueba, los primeros raíles se colocarán en el puerto.
El puerto pertenece a la ciudad desde 2011.
Ruiz espera a los primeros pasajeros en el otoño de 2029.
El billete costará 2,40 euros.
Los niños menores de 12 años viajarán gratis.
Más sobre el plan en https://tram.example.org/plan en la página de la ciudad."""

RUSSIAN = """Город Вельмора построит новую трамвайную линию.
Мэр Елена Брандт представила план 03.05.2024 в ратуше.
Линия будет длиной 14 километров, на ней будет 23 остановки.
Она обойдётся в полтора миллиона евро за километр, сказала Брандт.
Работы должны начаться в сентябре и продлиться четыре года.
Проектом руководит инженер Томас Руис.
По словам Руиса, в пригороде Карден придётся выкупить 37 домов.
Их владельцам сообщили об этом 14 марта.
В Кардене многие семьи боятся, что им придётся переехать.
Группа соседей собрала 2650 подписей против маршрута.
Группу возглавляет Паула Новак, учительница на пенсии.
Новак хочет, чтобы линия шла вдоль реки.
Тогда она стала бы на 2,8 километра длиннее, ответили в городе.
Последний трамвай прошёл в Вельморе в 1968 году.
С тех пор автобусы перевозят около 45 000 человек в день.
Автобусы опаздывают один день из пяти, показало исследование.
Исследование университета Вельморы вышло 21 января 2023 г.
В нём говорится, что трамваем пользовались бы 62 процента жителей.
Брандт назвала эту цифру обнадёживающей.
Торговцы старого рынка разделились.
Одни надеются на покупателей, другие боятся долгих лет шума.
Пекарь Антон Вайс уже продал свою лавку.
Вайс сказал, что во время прошлых работ потерял треть дохода.
Город обещает платить каждой лавке до 900 евро в месяц.
Совет будет голосовать 17 июня.
Если он согласится, первые рельсы положат в порту.
Порт принадлежит городу с 2011 года.
Руис ждёт первых пассажиров осенью 2029 года.
Билет будет стоить 2,40 евро.
Дети до 12 лет будут ездить бесплатно.
Подробнее о плане: https://tram.example.org/plan на странице города."""

VERSIONS = {
    language: text.split("\n") for language, text in (("en", ENGLISH), ("es", SPANISH), ("ru", RUSSIAN))
}

ADDED = {
    "es": [
        "El antiguo alcalde no quiso comentar la decisión ante la prensa local.",
        "Un tren regional pasa cerca del estadio todas las tardes de invierno.",
        "La orquesta municipal celebró su aniversario con un concierto gratuito.",
    ],
    "ru": [
        "Бывший мэр отказался обсуждать это решение с местными журналистами.",
        "Зимой мимо стадиона каждый вечер проходит пригородный поезд.",
        "Городской оркестр отметил юбилей бесплатным концертом.",
    ],
}
# Per language: what is replaced in which sentence, and by what.
NUMBERS = {
    "es": [(2, "23", "32"), (3, "1,5", "2,5"), (6, "37", "73"), (9, "2.650", "2.560"), (17, "62", "68")],
    "ru": [
        (2, "14", "41"),
        (3, "полтора миллиона", "три миллиона"),
        (14, "45 000", "54 000"),
        (13, "1968", "1986"),
    ],
}
NUMBERS["ru"] += [(28, "2,40", "4,20"), (29, "12", "21")]
NUMBERS["es"] += [(4, "cuatro", "siete"), (12, "2,8", "3,8"), (28, "2,40", "2,90")]
DATES = {
    "es": [(1, "3 de mayo de 2024", "5 de mayo de 2024"), (7, "14 de marzo", "14 de abril")],
    "ru": [
        (1, "03.05.2024", "03.07.2024"),
        (16, "21 января 2023", "21 июня 2023"),
        (24, "17 июня", "19 июня"),
    ],
}
DATES["es"] += [(16, "21 de enero de 2023", "21 de enero de 2021"), (24, "17 de junio", "17 de julio")]
NAMES = {
    "es": [(1, "Elena Brandt", "Elena Morales"), (5, "Tomás Ruiz", "Tomás Calvo"), (8, "En Karden", "Allí")],
    "ru": [(10, "Паула Новак", "Паула Зимина"), (21, "Антон Вайс", "Антон Глухов"), (6, "Руиса", "инженера")],
}
NAMES["es"] += [(21, "Anton Weiss", "Anton Prieto"), (18, "Brandt", "Novotna")]
NAMES["ru"] += [(3, ", сказала Брандт", ", сказала она")]
MISSING = {"es": [2, 9, 15, 22, 26], "ru": [4, 11, 16, 20, 27]}
ADDED_AFTER = {"es": [5, 12, 20], "ru": [7, 14, 23]}
WEAK = {
    "es": [(19, "El tiempo será soleado en la costa."), (25, "Nadie recuerda ya aquella vieja canción.")],
    "ru": [(19, "На побережье будет солнечно."), (25, "Никто уже не помнит той старой песни.")],
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One error: its kind, the version it is in, that version's sentences, and a word of the English row."""

    kind: str
    language: str
    sentences: list[str]
    row: str


def planted() -> list[Planted]:
    """Return fifty errors, one article each."""
    found = []
    for kind, table in (("number", NUMBERS), ("date", DATES), ("name", NAMES)):
        for language, changes in table.items():
            for index, old, new in changes:
                sentences = VERSIONS[language][:]
                assert old in sentences[index], old
                sentences[index] = sentences[index].replace(old, new)
                found.append(Planted(kind, language, sentences, VERSIONS["en"][index]))
    for language, gone in MISSING.items():
        for index in gone:
            sentences = [s for i, s in enumerate(VERSIONS[language]) if i != index]
            found.append(Planted("missing", language, sentences, VERSIONS["en"][index]))
    for language, places in ADDED_AFTER.items():
        for place, text in zip(places, cycle(ADDED[language]), strict=False):
            sentences = [*VERSIONS[language][:place], text, *VERSIONS[language][place:]]
            found.append(Planted("added", language, sentences, text))
    for language, exchanged in WEAK.items():
        for index, text in exchanged:
            sentences = VERSIONS[language][:]
            sentences[index] = text
            found.append(Planted("weak", language, sentences, VERSIONS["en"][index]))
    random.Random(1).shuffle(found)
    return found
