"""Numbers that name a person, an organisation, a telephone or a vehicle: checked and brought to one form."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from operator import mul

from safecommunity.core.messages import RefusedError

PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
ORGANISATION_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_VALUES = {letter: value for value, letter in enumerate(ORGANISATION_LETTERS)}
ORGANISATION_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
PLATE_PLACES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新使"
PLATES = re.compile(
    rf"[{PLATE_PLACES}][A-HJ-NP-Z]([A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳领]"
    r"|[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK])"
)
MOBILES = re.compile(r"1[3-9][0-9]{9}")
PHONES = re.compile(
    r"1[3-9]\d{9}|0\d{2,3}-\d{7,8}(-\d{1,6})?|400-?\d{3}-?\d{4}|800-?\d{3}-?\d{4}|1\d{2,4}|9[56]\d{3,4}"
)


def plain(text: str) -> str:
    """NFKC (full-width letters become ordinary ones), without any blank."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def resident_check(first17: str) -> str:
    """The check character of GB 11643-1999 for the first 17 digits."""
    return RESIDENT_CHECKS[sum(w * int(d) for w, d in zip(RESIDENT_WEIGHTS, first17, strict=True)) % 11]


def resident_id(text: str) -> str:
    """The 18-character resident identity number in one form. Raises RefusedError. Source: GB 11643-1999."""
    number = plain(text).upper()
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise RefusedError("公民身份号码应为18位：前17位是数字，末位是数字或X")
    if not PROVINCES.match(number):
        raise RefusedError("公民身份号码前两位不是省级代码")
    try:
        born = birth_date(number)
    except ValueError as error:
        raise RefusedError("公民身份号码第7至14位不是一个日期") from error
    if born.year < 1850:
        raise RefusedError("公民身份号码第7至14位不是一个日期")
    if resident_check(number[:17]) != number[17]:
        raise RefusedError("公民身份号码校验位不符，请核对是否抄错")
    return number


def birth_date(number: str) -> date:
    """The day of birth inside a resident identity number. Raises ValueError when it is no date."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> str:
    """ "male" or "female", from the 17th digit of a resident identity number."""
    return "male" if int(number[16]) % 2 else "female"


def organisation_check(first17: str) -> str:
    """The check character of GB 32100-2015 for the first 17 characters."""
    total = sum(map(mul, ORGANISATION_WEIGHTS, map(ORGANISATION_VALUES.__getitem__, first17)))
    return ORGANISATION_LETTERS[-total % 31]


def uscc(text: str) -> str:
    """The 18-character unified social credit code in one form. Raises RefusedError. Source: GB 32100-2015."""
    code = plain(text).upper()
    if len(code) != 18:
        raise RefusedError("统一社会信用代码应为18位，现为%(length)s位", length=len(code))
    if not ORGANISATION_VALUES.keys() >= set(code):
        raise RefusedError("统一社会信用代码只含数字和大写字母，不含I、O、S、V、Z")
    if organisation_check(code[:17]) != code[17]:
        raise RefusedError("统一社会信用代码校验位不符，请核对是否抄错")
    return code


def phone(text: str) -> str:
    """A telephone number: 11-digit mobile, area code with hyphen, 400/800, or a short service number."""
    if MOBILES.fullmatch(text):
        return text
    number = re.sub(r"^(\+|00)86-?", "", plain(text).replace("—", "-").replace("(", "").replace(")", "-"))
    if re.fullmatch(r"1[3-9]\d-\d{4}-\d{4}", number):
        number = number.replace("-", "")
    if re.fullmatch(r"0(10|2\d)\d{8}", number):
        number = f"{number[:3]}-{number[3:]}"
    elif re.fullmatch(r"0[3-9]\d{2}\d{7,8}", number):
        number = f"{number[:4]}-{number[4:]}"
    if not PHONES.fullmatch(number):
        raise RefusedError("电话号码应为11位手机号，或带区号的固定电话（如 0311-86012345）")
    return number


def plate(text: str) -> str:
    """A vehicle plate without blanks and dots, in upper case (not checked: see `is_plate`)."""
    return re.sub(r"[·.•-]", "", plain(text)).upper()


def is_plate(number: str) -> bool:
    """Whether it looks like a civil plate of GA 36 (7 places, 8 for new-energy vehicles); others exist."""
    return PLATES.fullmatch(number) is not None
