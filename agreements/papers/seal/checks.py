"""The rules of seals, counter-signatures and sealed scans."""

from django.utils import timezone

from ...gate import rule

BOTH = "both"
SEALS = {"agency": {"agency"}, "institution": {"institution"}, BOTH: {"agency", "institution"}}


@rule("印章管理", "证书已于{thing.not_after:%Y-%m-%d}到期，不能启用。请登记新的证书")
def certificate_is_valid(seal):
    return seal.not_before <= timezone.now() <= seal.not_after


@rule("印章管理", "登记印章的人不能自己启用，由另一人核对后启用")
def another_person_releases(seal, by):
    return seal.registered_by_id != by.pk


@rule("印章管理", "{thing.agency}已有使用中的印章，先停用那一枚")
def no_other_seal_in_use(seal):
    return not seal.siblings.filter(status="released").exists()


@rule("印章管理", "密钥不能使用：{why}")
def key_fits(seal):
    return {"why": why} if (why := seal.key_problem()) else True


@rule("印章管理", "已经是电子签章")
def is_on_paper(seal):
    return not seal.electronic


@rule("印章管理", "已经改为纸质签章")
def is_electronic(seal):
    return seal.electronic


@rule("签署页", "{thing.number}是{thing.title}，不用双方签章")
def is_sealed_by_both(paper):
    return paper.purpose in paper.SEALED_BY_BOTH


@rule("签署页", "{thing.number}没有甲方的电子签章，请在纸上签章后上传扫描件")
def agency_has_sealed(paper):
    from .verification import ends_of_signed_parts

    try:
        return bool(ends_of_signed_parts(paper.read()))
    except ValueError:  # PaperDamaged: gone, or not the file that was issued
        return False


@rule("签署页", "乙方已经加签，不能再次加签")
def not_countersigned_yet(paper):
    return not paper.revisions.exists()


@rule("签署页", "{why}")
def is_our_paper_with_one_signature_more(paper, content):
    from .verification import refuse_counter_signature

    why = refuse_counter_signature(paper.read(), content, paper.agreement.institution.name)
    return {"why": why} if why else True


@rule("签署页", "填写的文号“{number}”与这份文书不符，应为{thing.number}。请核对手里的文书")
def number_is_the_papers(paper, number):
    return "".join(number.split()) == paper.number


@rule("签署页", "扫描件上的二维码是另一份文书的（{code}），不是{thing.number}。请核对手里的文书")
def square_in_scan_is_the_papers(paper, scan):
    from .scans import foreign_code

    code = foreign_code(scan, paper)
    return {"code": code} if code else True


@rule("签署页", "{already}的盖章件已经上传。有误的，先与对方核实，再作废文书重印")
def not_sealed_twice(paper, seals):
    names = {"agency": "甲方", "institution": "乙方"}
    twice = SEALS[seals] & paper.sealed_sides
    return {"already": "、".join(names[side] for side in sorted(twice))} if twice else True


@rule("签署页", "甲方的印章由甲方上传，或待双方都盖章后上传")
def own_seal_or_both(paper, seals, by):
    own = "institution" if by.institution_id else "agency"
    return seals in (own, BOTH)


@rule("签署页", "扫描件上的二维码是另一份文书的（{code}），不是这份协议的签署稿。请核对手里的文书")
def scan_is_of_the_signing_copy(agreement, scan):
    from .scans import code_in

    if not scan or not (code := code_in(scan)):
        return True
    ours = agreement.papers.filter(purpose="signing_copy", status="issued", code=code)
    return True if ours.exists() else {"code": code}
