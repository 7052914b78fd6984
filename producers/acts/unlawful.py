"""What the law refuses of single acts: every text names its article. Without a title, articles are of 法释〔2017〕7号."""

from typing import ClassVar

from ...schemas.problems import BilingualError, Text


class ActUnlawful(BilingualError):
    """An act the law does not know for this entry, or not with what is stated."""

    http_status: ClassVar[int] = 409
    texts: ClassVar[dict[str, Text]] = {
        "ACT_IN_FUTURE": Text(
            "{day} has not come yet; a decision takes effect when it is made (art. 5 ¶3)",
            "give the day the court acted, today at the latest",
            "{day} 尚未到来；决定自作出之日起生效（第五条第三款）",
            "请填写法院作出行为的日期，最迟为今天",
        ),
        "ACT_BEFORE_PUBLICATION": Text(
            "{day} is before {published}, the day the entry was published: arts. 9 and 10 end and correct what is published",
            "give the day the court acted; correct publish_date if it is wrong",
            "{day} 早于条目的发布日期 {published}；第九条、第十条所撤销、更正、删除的是已经发布的信息",
            "请填写法院作出行为的日期；发布日期有误的，请先更正",
        ),
        "TERM_NOT_OVER": Text(
            "the term runs until {last} 24:00; an entry is deleted for its term after that day (art. 10 ¶2)",
            "wait for the day after; before it only a decision under art. 2 ¶2 deletes: reason EARLY",
            "纳入期限至 {last} 24 时届满，届满之后方可以期限届满为由删除（第十条第二款）",
            "请待届满次日；提前删除须依第二条第二款作出决定，事由填 EARLY",
        ),
        "EARLY_DECISION_MISSING": Text(
            "early deletion is a decision of the court (art. 2 ¶2): its number or who signed it is missing",
            "give --decision NUMBER and --signed-by NAME",
            "提前删除须由人民法院决定（第二条第二款），缺少决定书文号或者签发人",
            "请填写 --decision 文号和 --signed-by 签发人",
        ),
        "EARLY_CAUSE_UNKNOWN": Text(
            "art. 2 ¶2 knows two causes of early deletion: active performance, and the debtor's own correction of the conduct",
            "give --cause PERFORMED_ACTIVELY or --cause CONDUCT_CORRECTED",
            "第二条第二款规定的提前删除情形只有两种：积极履行义务、主动纠正失信行为",
            "请填写 --cause PERFORMED_ACTIVELY（积极履行）或 CONDUCT_CORRECTED（主动纠正）",
        ),
        "RULING_NUMBER_MISSING": Text(
            "reason {reason} rests on a ruling (art. 10 ¶1), whose number is missing",
            "give --decision NUMBER of the ruling",
            "事由 {reason} 以裁定为前提（第十条第一款），缺少裁定书文号",
            "请用 --decision 填写裁定书文号",
        ),
        "ROUND_DAY_MISSING": Text(
            "reason D4 counts queries after the round of enforcement was ended (终本, art. 10 ¶1 (4)), and the day of that ruling is missing",
            "give --decided-on DAY of the ruling that ended the round",
            "事由 D4 以终结本次执行程序之后的查询为前提（第十条第一款第四项），缺少终本裁定的日期",
            "请用 --decided-on 填写终本裁定的日期",
        ),
        "QUERIES_MISSING": Text(
            "reason D4 rests on two networked queries at least that found no property (art. 10 ¶1 (4)); {given} are given",
            "give --query NUMBER@DAY for each of two different queries after the ruling",
            "事由 D4 须通过网络执行查控系统查询两次以上未发现财产（第十条第一款第四项），已填写 {given} 次",
            "请用 --query 编号@日期 逐次填写终本裁定之后的两次不同查询",
        ),
        "QUERY_DAY_WRONG": Text(
            "{day} does not lie after the ruling of {ended} that ended the round, and no later than the act on {acted} (art. 10 ¶1 (4))",
            "give queries that were answered between the ruling and the act; correct --decided-on if the ruling's day is wrong",
            "{day} 不在 {ended} 终本裁定之后、{acted} 删除之日以前（第十条第一款第四项）",
            "请填写裁定之后、删除之前已反馈的查询；裁定日期有误的，请更正 --decided-on",
        ),
        "MINOR_UNKNOWN_AGE": Text(
            "no certificate of the entry carries a birth date, so nothing shows that the debtor was a minor (art. 4)",
            "give --born DAY as the documents have it",
            "条目中的证件不含出生日期，无法认定其为未成年人（第四条）",
            "请按案卷用 --born 填写出生日期",
        ),
        "MINOR_OF_AGE": Text(
            "the debtor was of age on {day}: art. 4 is no reason",
            "if the listing was decided earlier, give its day with --decided-on; if the certificate is another person's, "
            "revoke for WRONG_PERSON or correct it (art. 9)",
            "被执行人在 {day} 已经成年，不属于第四条情形",
            "纳入决定更早作出的，请用 --decided-on 填写决定日期；证件属于他人的，以 WRONG_PERSON 撤销或者予以更正（第九条）",
        ),
        "MINOR_NOT_A_PERSON": Text(
            "the entry is about an entity; art. 4 protects natural persons",
            "give the reason that holds (art. 9)",
            "该条目的被执行人是单位，第四条保护的是自然人",
            "请填写成立的事由（第九条）",
        ),
        "DECIDED_AFTER_PUBLICATION": Text(
            "the listing cannot have been decided on {day}, after its publication on {published} (arts. 5, 7)",
            "give the day of the listing decision",
            "纳入决定不可能于发布日 {published} 之后的 {day} 作出（第五条、第七条）",
            "请填写纳入决定的日期",
        ),
        "EXEMPT_NUMBER_MISSING": Text(
            "art. 3 has four cases, and the decision says which",
            "give --cause 1 (security), 2 (property seized is enough), 3 (the debtor's turn has not come) or 4 (others)",
            "第三条规定了四项情形，应当写明属于哪一项",
            "请填写 --cause 1（提供担保）、2（查控财产足以清偿）、3（依法不应强制执行）或 4（其他情形）",
        ),
        "EXEMPT_OTHER_GROUND": Text(
            "art. 3 exempts from ground ① alone; this entry rests on {grounds}",
            "revoke for NO_GROUND if none of the grounds was there, or correct the grounds (art. 9)",
            "第三条仅排除第一项情形，而该条目的情形为 {grounds}",
            "各项情形均不存在的，以 NO_GROUND 撤销；部分不存在的，更正情形（第九条）",
        ),
        "OBJECTION_MISSING": Text(
            "an entry is shielded while an objection that was filed is under review (arts. 11, 12), and its number is missing",
            "give --objection NUMBER",
            "纠正申请已提出并在审查期间的方可屏蔽（第十一条、第十二条），缺少申请编号",
            "请用 --objection 填写编号",
        ),
        "EXTENSION_DECISION_MISSING": Text(
            "a term is extended by a decision (art. 2 ¶1; 执行程序解释 for exit bans): its number or who signed it is missing",
            "give --decision NUMBER, and for list entries --signed-by NAME",
            "延长期限须有决定（第二条第一款；限制出境依执行程序解释），缺少决定书文号或者签发人",
            "请填写 --decision 文号；名单条目还须填写 --signed-by 签发人",
        ),
        "TERM_MISSING": Text(
            "this entry has no term (art. 2 gives ground ① none)",
            "an entry without a term needs no extension",
            "该条目没有期限（第二条未对第一项情形规定期限）",
            "没有期限的条目无需延长",
        ),
        "TERM_UNSTATED": Text(
            "art. 2 does not say whether an entry on ground ① and another one has a term, and the court stated none",
            "the court states it: `court correct --set term_end=DAY`, then extend; nothing is chosen for it",
            "第二条未规定同时具有第一项和其他情形的条目是否有期限，法院也未写明",
            "请由法院写明：`court correct --set term_end=日期`，然后再延长；系统不代为选择",
        ),
        "TERM_OVER": Text(
            "the term ended on {last}; what has ended is not extended (art. 10 ¶2)",
            "delete it for TERM; conduct that goes on needs a new decision (art. 10 ¶3)",
            "期限已于 {last} 届满，不得再延长（第十条第二款）",
            "请以 TERM 删除；仍有失信行为的须作出新的决定（第十条第三款）",
        ),
        "EXTENSION_UNLAWFUL": Text(
            "a list entry is extended by one to three years (art. 2 ¶1)",
            "give --months 12 to 36",
            "名单条目的延长为一年至三年（第二条第一款）",
            "请填写 --months 12 至 36",
        ),
        "EXTENSION_TOO_LONG": Text(
            "{day} is later than art. 2 ¶1 allows: three years in all, by however many decisions",
            "the last lawful day is {longest}",
            "{day} 晚于第二条第一款允许的最后日期：历次延长合计不超过三年",
            "最后的合法日期为 {longest}",
        ),
        "EXTENSION_CAUSE_UNLAWFUL": Text(
            "art. 2 ¶1 extends for serious violence or threat (ground ②), or for several acts; this entry rests on {grounds}",
            "leave the term as it is; correct the grounds if the decision names more (art. 9)",
            "第二条第一款仅对以暴力、威胁（第二项）情节严重或者具有多项失信行为的延长，而该条目为 {grounds}",
            "请维持原期限；决定书载有其他情形的，请先更正（第九条）",
        ),
        "EXTENSION_GRAVITY_UNSTATED": Text(
            "violence or threat extends the term only where it is serious (art. 2 ¶1): state why it is serious",
            "give reason SERIOUS if the decision finds it serious, with its words in --cause; else leave the term as it is",
            "暴力、威胁须情节严重方可延长（第二条第一款）：请写明为何严重",
            "决定书认定情节严重的，事由填 SERIOUS，并用 --cause 填写所述情节；否则维持原期限",
        ),
        "EXTENSION_REASON_OTHER": Text(
            "{reason} is no reason for this instrument: a list entry is extended for SERIOUS or SEVERAL (art. 2 ¶1), an exit ban "
            "or order with a term is RENEWED (执行程序解释)",
            "give the reason of the decision",
            "事由 {reason} 不适用于此类措施：名单条目以 SERIOUS 或 SEVERAL 延长（第二条第一款），有期限的限制出境、限制消费令用 RENEWED（执行程序解释）",
            "请按决定书填写",
        ),
        "RENEWAL_NOT_LATER": Text(
            "the order runs until {last}; a renewal by decision (执行程序解释) gives a later day",
            "give it with --until",
            "该措施的期限至 {last}；续期决定（执行程序解释）须有更晚的届满日",
            "请用 --until 填写",
        ),
    }
