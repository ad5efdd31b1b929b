"""Codes of the field and their check digits. Pure functions; each refusal is a sentence for a person."""

import re

from django.core.exceptions import ValidationError

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
USCC_WEIGHTS = [pow(3, i, 31) for i in range(17)]
INSTITUTION_CODE = re.compile(r"H\d{11}")
STAFF_CODE = re.compile(r"[DN]\d{12}|H[YJ]\d{12}")


def uscc_check_digit(first_17):
    """The 18th character of a 统一社会信用代码 whose first 17 are given (GB 32100-2015)."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first_17, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def validate_uscc(code):
    if len(code) != 18:
        raise ValidationError(f"统一社会信用代码应为18位，现为{len(code)}位")
    if strange := sorted(set(code) - set(USCC_ALPHABET)):
        raise ValidationError(
            f"统一社会信用代码不能含有“{'、'.join(strange)}”，只用数字和除 I、O、S、V、Z 外的大写字母"
        )
    if code[-1] != uscc_check_digit(code[:-1]):
        raise ValidationError("统一社会信用代码的校验位不符，核对是否抄错一位")


def validate_institution_code(code):
    if not INSTITUTION_CODE.fullmatch(code):
        raise ValidationError("医保代码应为 H 加11位数字，例如 H63010500137")


def validate_agency_code(code):
    if not re.fullmatch(r"[0-9A-Z-]{4,20}", code):
        raise ValidationError("经办机构代码应为4至20位数字、大写字母或短横线")


def validate_staff_code(code):
    if not STAFF_CODE.fullmatch(code):
        raise ValidationError("人员编码应为 D、N、HY 或 HJ 加12位数字")


def validate_printable(text):
    """Refuses control characters, which no screen shows, no font draws and no spreadsheet accepts."""
    if strange := sorted({f"U+{ord(char):04X}" for char in text if not char.isprintable()}):
        raise ValidationError(f"含有看不见的字符（{'、'.join(strange)}），删去后再填")


def validate_postcode(code):
    if not re.fullmatch(r"\d{6}", code):
        raise ValidationError("邮政编码应为6位数字")


def validate_bank_account(account):
    if not re.fullmatch(r"\d{8,32}", account):
        raise ValidationError("银行账号应为8至32位数字")
