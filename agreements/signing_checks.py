"""The rules of the acts from the draft to the second signature and the first day, as those of `checks` are written."""

from django.utils.timezone import localdate

from institutions.models import Level

from .gate import rule


@rule("签订前准备", "文本{thing.edition}有缺失，只能作草稿，不能签订。补全文本后载入新版本")
def text_is_complete(agreement):
    return agreement.edition.complete


@rule("封面、第八十三条", "还有空白没有填：{thing.missing_fields}。在机构档案、经办机构信息或协议草稿里补全")
def nothing_is_blank(agreement):
    return not agreement.missing_fields


@rule(
    "第八十三条",
    "文本印明有效期自{thing.terms.signing.begins}起至{thing.terms.signing.ends}止（月-日），填的是{thing.starts_on}至{thing.ends_on}。改有效期",
)
def term_is_as_printed(agreement):
    return agreement.terms.signing.prints(agreement.starts_on, agreement.ends_on)


@rule("封面", "文本印明的甲方不是{thing.agency}。由文本所载的经办机构签订，或选用其他文本")
def agency_is_the_printed_one(agreement):
    form = agreement.edition.form
    named = any(str(agreement.agency) in line for line in form.cover_lines)
    return "agency_name" in form.placeholders or named


@rule("协商一致（序言）", "乙方还没有确认文本，不能定稿。由乙方登录后确认")
def institution_has_confirmed(agreement):
    return agreement.confirmed_by_id is not None


@rule("序言", "乙方已经确认文本，等待甲方审核定稿")
def not_confirmed_yet(agreement):
    return agreement.confirmed_by_id is None


@rule("办审分离", "起草或修改过草稿的人不能自己审核，由另一人办理")
def checker_is_not_the_drafter(agreement, by):
    written = agreement.events.filter(act__in=["draft", "revise"], actor_id=by.pk)
    return agreement.drafted_by_id != by.pk and not written.exists()


@rule(
    "第七十四条",
    "{thing.agency}是{thing.agency.level_name}经办机构，只能准备协议；签订由市、自治州及以上经办机构办理",
)
def agency_may_sign(agreement):
    return Level(agreement.agency.level).at_least(agreement.terms.signing.lowest_level)


@rule("封面", "双方信息自定稿后有变化：{thing.changed_fields}。退回草拟，核对后重新定稿")
def parties_are_as_printed(agreement):
    return not agreement.changed_fields


@rule("签署页", "签署稿还没有印出，不能签署。到“文书”一栏查看原因并重印")
def signing_copy_is_printed(agreement):
    return agreement.papers.filter(purpose="signing_copy", status="issued").exists()


@rule("签署页", "{thing.agency}已经签署，等待乙方")
def agency_has_not_signed(agreement):
    return not agreement.valid_signatures.filter(side="agency").exists()


@rule("签署页", "{thing.institution}已经签署，等待甲方")
def institution_has_not_signed(agreement):
    return not agreement.valid_signatures.filter(side="institution").exists()


@rule("签署页", "签署日期 {signed_on} 还没有到")
def signed_by_today(agreement, signed_on):
    return signed_on <= localdate()


@rule("签署页", "签署日期 {signed_on} 早于定稿日期 {thing.fixed_on}，核对日期")
def signed_since_fixed(agreement, signed_on):
    return signed_on >= agreement.fixed_on


@rule("第八十三条", "有效期到{thing.ends_on}为止，{signed_on}签署已经没有可以履行的日子。退回草拟后改有效期")
def signed_before_the_end(agreement, signed_on):
    return signed_on <= agreement.ends_on


@rule(
    "第三条",
    "{thing.institution}的执业许可证已于{thing.institution.current.licence_expires_on}到期。先登记新的许可证",
)
def licence_is_valid(agreement):
    expires = agreement.institution.current.licence_expires_on
    return expires is None or expires >= localdate()


@rule(
    "一家机构一份协议",
    "现行协议{thing.live_sibling}到{thing.live_sibling.ends_on}才期满，新协议从次日起。改有效期起，或先办结现行协议",
)
def starts_after_the_live_one(agreement):
    live = agreement.live_sibling
    return live is None or live.ends_on < agreement.starts_on


@rule("签署页", "法定代表人签署的，姓名应与封面一致；不是法定代表人本人的，选“委托代理人”并上传授权委托书")
def agency_signer_is_on_the_cover(agreement, name, capacity):
    return capacity != "legal" or name == agreement.agency.current.legal_representative


@rule("签署页", "法定代表人签署的，姓名应与封面一致；不是法定代表人本人的，选“委托代理人”并上传授权委托书")
def institution_signer_is_on_the_cover(agreement, name, capacity):
    return capacity != "legal" or name == agreement.institution.current.legal_representative


@rule("封面", "委托代理人应与封面所载一致：{thing.agency_agent_or_none}。要换人，退回草拟后改")
def agency_agent_is_on_the_cover(agreement, name, capacity):
    return capacity != "agent" or name == agreement.agency_agent


@rule("封面", "委托代理人应与封面所载一致：{thing.institution_agent_or_none}。要换人，退回草拟后改")
def institution_agent_is_on_the_cover(agreement, name, capacity):
    return capacity != "agent" or name == agreement.institution_agent


@rule("封面", "委托代理人签署须上传授权委托书，且签署日在授权期内")
def agent_is_authorised(agreement, capacity, signed_on, authorisation, authorised_from, authorised_until):
    if capacity != "agent":
        return True
    return (
        bool(authorisation and authorised_from and authorised_until)
        and authorised_from <= signed_on <= authorised_until
    )


@rule("签署页", "须上传签章扫描件，或作电子签署声明")
def signature_has_a_proof(agreement, statement, scan):
    return bool(statement or scan)


@rule("第八十三条", "有效期自{thing.starts_on}起，到当日才生效")
def term_has_begun(agreement, today):
    return agreement.starts_on <= today


@rule("第八十三条", "有效期到{thing.ends_on}为止，已经过去。退回草拟后改有效期")
def term_has_not_ended(agreement, today):
    return today <= agreement.ends_on


@rule("一家机构一份协议", "{thing.institution}与{thing.agency}已有一份履行中的协议，先办结那一份")
def no_other_live_agreement(agreement):
    return not agreement.siblings.live().exists()
