"""Administrative division codes (行政区划代码).

A code is written by its significant prefix: 2 digits for a province, 4 prefecture, 6 county, 9 sub-district
or township, 12 neighbourhood; 15 digits name a grid inside a neighbourhood. The parent's code is a prefix of
the child's, so everything below a division is one range of strings.

Sources, found in public material: GB/T 2260 (six digits), the statistical division codes (twelve digits and
the three-digit urban-rural class), and the practice of grid numbers with three more digits.
"""

from enum import IntEnum


class Level(IntEnum):
    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    SUB_DISTRICT = 4
    NEIGHBOURHOOD = 5


LENGTHS: dict[Level, int] = {
    Level.PROVINCE: 2,
    Level.PREFECTURE: 4,
    Level.COUNTY: 6,
    Level.SUB_DISTRICT: 9,
    Level.NEIGHBOURHOOD: 12,
}
LEVELS: dict[int, Level] = {length: level for level, length in LENGTHS.items()}
FULL_LENGTH = 12
GRID_LENGTH = 15

URBAN_RURAL: dict[str, tuple[str, str]] = {
    "111": ("主城区", "main city"),
    "112": ("城乡结合区", "urban–rural fringe"),
    "121": ("镇中心区", "town centre"),
    "122": ("镇乡结合区", "town fringe"),
    "123": ("特殊区域", "special area"),
    "210": ("乡中心区", "township centre"),
    "220": ("村庄", "village"),
}
"""Urban-rural class → label in Chinese and in English."""


class CodeError(ValueError):
    """A division or grid code that cannot be right; the message says why, in Chinese."""


def level_of(code: str) -> Level:
    """The level a significant prefix stands for; raises CodeError for anything else."""
    if not (code.isascii() and code.isdigit()):
        raise CodeError(f"区划代码“{code}”含有数字以外的字符")
    if len(code) not in LEVELS:
        raise CodeError(f"区划代码“{code}”有 {len(code)} 位，应为 2、4、6、9 或 12 位")
    if code.startswith("0"):
        raise CodeError(f"区划代码“{code}”不应以 0 开头")
    return LEVELS[len(code)]


def at_level(code: str, level: Level) -> str:
    """The significant prefix of a code that may be padded with zeros, when its level is known.

    `130102000000` at COUNTY gives `130102`. The level cannot be guessed from the zeros: 441900 is the one
    county of 4419. Raises CodeError when the code is too short or digits other than zero would be cut off.
    """
    prefix, rest = code[: LENGTHS[level]], code[LENGTHS[level] :]
    if level_of(prefix) is not level or rest.strip("0"):
        raise CodeError(f"区划代码“{code}”不是第 {int(level)} 级的代码")
    return prefix


def padded(code: str) -> str:
    """The code as official tables print it: twelve digits, zeros behind the significant part."""
    level_of(code)
    return code.ljust(FULL_LENGTH, "0")


def parent_of(code: str) -> str:
    """The code one level up; the empty string for a province."""
    level = level_of(code)
    return "" if level is Level.PROVINCE else code[: LENGTHS[Level(level - 1)]]


def ancestors_of(code: str) -> tuple[str, ...]:
    """All codes above, province first, without the code itself."""
    level = level_of(code)
    return tuple(code[: LENGTHS[Level(above)]] for above in range(1, level))


def below(code: str) -> tuple[str, str]:
    """The half-open range of strings [first, next) that holds the code and everything inside it.

    The end is the code with its last character raised by one, which sorts after every longer string that
    begins with the code. Digits end at "9", whose next character is ":", so no carrying is needed.
    """
    return code, code[:-1] + chr(ord(code[-1]) + 1)


def grid_code(neighbourhood: str, serial: int) -> str:
    """Fifteen digits: the neighbourhood's twelve and a serial of 1 to 999."""
    if level_of(neighbourhood) is not Level.NEIGHBOURHOOD:
        raise CodeError(f"网格应设在社区（村）之下，“{neighbourhood}”不是 12 位代码")
    if not 1 <= serial <= 999:
        raise CodeError(f"网格序号 {serial} 应在 1 至 999 之间")
    return f"{neighbourhood}{serial:03d}"


def split_grid(code: str) -> tuple[str, int]:
    """The neighbourhood code and the serial of a grid code; raises CodeError."""
    if len(code) != GRID_LENGTH or not (code.isascii() and code.isdigit()):
        raise CodeError(f"网格代码“{code}”应为 15 位数字")
    neighbourhood, serial = code[:FULL_LENGTH], int(code[FULL_LENGTH:])
    grid_code(neighbourhood, serial)
    return neighbourhood, serial


def check_urban_rural(code: str) -> str:
    """The urban-rural class if it is one of the list, or the empty string; raises CodeError."""
    if code and code not in URBAN_RURAL:
        raise CodeError(f"城乡分类代码“{code}”不在 {'、'.join(URBAN_RURAL)} 之中")
    return code
