"""Texts of the intake codes about what the law asks; those of case numbers and dates stand beside their rules."""

from ....schemas.problems import Text

LEGAL_TEXTS = {
    "COURT_MISSING": Text(
        "there is no court",
        "name it with --court or in the column court_code",
        "没有法院",
        "请用 --court 或“法院代码”列指明",
    ),
    "COURT_MISMATCH": Text(
        "the row belongs to another court than the one that publishes",
        "publish it by its own court",
        "本行所属法院与发布法院不一致",
        "请由所属法院发布",
    ),
    "CASE_NOT_OF_COURT": Text(
        "the case number carries another court's token than the publishing court's",
        "correct the case number, or publish it by its own court",
        "案号中的法院代字与发布法院不符",
        "请更正案号，或由所属法院发布",
    ),
    "CASE_SET_APART": Text(
        "cases of courts of the Xinjiang corps (兵) and of military courts (军) do not go over the shared topics of this installation",
        "publish them in an installation of their own; if both sides have agreed to share them here, set corps_and_military_courts: shared "
        "for every process (docs/reference-config.yaml)",
        "新疆生产建设兵团法院（兵）和军事法院（军）的案件不经本系统的共享主题公布",
        "请使用其专用系统公布；双方已同意在此共享的，请为每个进程设置 corps_and_military_courts: shared（见 docs/reference-config.yaml）",
    ),
    "CASE_YEAR_FUTURE": Text(
        "the year of the case lies in the future",
        "compare it with the document",
        "案号年份晚于今年",
        "请与文书核对",
    ),
    "CASE_SUFFIX": Text(
        "the suffix 之… belongs to a ruling, not to the case, and was left out",
        "nothing to do",
        "“之…”为文书序号而非案号，已略去",
        "无需处理",
    ),
    "RESUMED_WITHOUT_PREVIOUS": Text(
        "a resumed case does not say which case it resumes; the old entry stays beside the new one",
        "fill previous_case_number",
        "恢复执行案件未注明原案号，原条目将与新条目并存",
        "请填写原案号",
    ),
    "DATE_FUTURE": Text(
        "the day lies in the future",
        "compare it with the document",
        "日期晚于今天",
        "请与文书核对",
    ),
    "DATE_ZERO": Text(
        "this is the day that databases and spreadsheets write where there is none",
        "leave the cell empty if there is no day, else compare it with the document",
        "这是数据库或表格软件在没有日期时写入的默认值",
        "没有日期请留空；有日期请与文书核对后更正",
    ),
    "DATE_BEFORE_CASE": Text(
        "the day lies before the case, which is of {year}",
        "compare the day and the case number with the documents; a resumed case names the earlier one in previous_case_number",
        "日期早于案件年份（{year} 年）",
        "请将日期和案号与文书核对；恢复执行案件请在“原案号”列填写原案号",
    ),
    "DATE_ORDER": Text(
        "the day of publication is before the day of filing",
        "compare both with the documents",
        "发布日期早于立案日期",
        "请与文书核对",
    ),
    "DECISION_MISSING": Text(
        "there is no decision number; the decision is what takes effect (art. 5)",
        "fill decision_number",
        "没有决定书文号；决定书作出即生效（第五条）",
        "请填写决定书文号",
    ),
    "EXIT_BAN_DECISION": Text(
        "an exit ban needs a decision of its own",
        "fill decision_number",
        "限制出境须有单独的决定",
        "请填写决定书文号",
    ),
    "GROUND_MISSING": Text(
        "a list entry needs a ground of art. 1",
        "fill grounds with G1 to G6 or the words of the law",
        "纳入名单须有第一条所列情形",
        "请填写 G1 至 G6 或法条原文",
    ),
    "GROUND_UNKNOWN": Text(
        "the text names none of the six grounds of art. 1",
        "give G1 to G6 or the words of the law; other wordings are taken only from before 1 May 2017",
        "文字不属于第一条六种情形",
        "请填写 G1 至 G6 或法条原文；其他表述仅限 2017 年 5 月 1 日前发布的条目",
    ),
    "TERM_ON_G1": Text(
        "ground one has no term, but a last day is given",
        "leave term_end empty; the entry ends by a deletion ground of art. 10",
        "第一项情形没有期限，却填写了届满日",
        "请将届满日留空；条目依第十条事由删除",
    ),
    "TERM_MISSING": Text(
        "grounds two to six need a term of two years (art. 2), but no last day is given",
        "fill term_start and term_end{computed}",
        "第二至六项情形的纳入期限为二年（第二条），但未填届满日",
        "请填写期限起算日和届满日{computed}",
    ),
    "TERM_TOO_LONG": Text(
        "the last day is later than the law allows: {computed}",
        "correct term_end, or give the extension the court decided in extension_months",
        "届满日晚于法定期限：{computed}",
        "请更正届满日；法院决定延长的，请填写延长月数",
    ),
    "TERM_SHORT": Text(
        "the last day is earlier than two years and the extension give: {computed}",
        "nothing to do if the court decided so",
        "届满日早于法定期限：{computed}",
        "如法院如此决定则无需处理",
    ),
    "TERM_START_ASSUMED": Text(
        "no term_start is given; the day of publication was taken",
        "fill term_start if the term runs from the decision",
        "未填期限起算日，已按发布日期计算",
        "如自决定日起算，请填写期限起算日",
    ),
    "TERM_OVER": Text(
        "the last day is over; what has ended is not enforced (for entries of the list art. 10 ¶2)",
        "do not publish: take the row out of the export",
        "届满日已过，已届满的不再执行（名单条目见第十条第二款）",
        "不得发布，请从导出文件中去掉该行",
    ),
    "TERM_FROM_PUBLICATION": Text(
        "the public list tells no term: two years from publication were taken (art. 2), to {computed}",
        "give term_start and term_end beside the list's fields if the decision says otherwise",
        "公布信息不含纳入期限，已按自发布之日起二年计算（第二条），至 {computed}",
        "决定书另有期限的，请在公布字段之外填写期限起算日和期限届满日",
    ),
    "TERM_OVER_ASK_COURT": Text(
        "the public list tells no term, and two years from publication were over on {computed}; the row is not published",
        "ask the court that decided: if it extended the term, give term_start, term_end and extension_months; else the site must "
        "delete the entry",
        "公布信息不含纳入期限，自发布之日起二年已于 {computed} 届满，本行不予发布",
        "请向作出决定的法院核实：已延长的，请填写期限起算日、期限届满日和延长月数；未延长的，公布网站应予删除",
    ),
    "TERM_BACKWARDS": Text(
        "the last day is before the first",
        "compare both with the decision",
        "届满日早于起算日",
        "请与决定书核对",
    ),
    "EXIT_BAN_TERM": Text(
        "an exit ban needs a last day: it lapses if it is not renewed",
        "fill term_end from the decision",
        "限制出境须有届满日：不续控即失效",
        "请按决定书填写届满日",
    ),
    "EXTENSION_UNLAWFUL": Text(
        "an extension is one to three years (art. 2)",
        "give 12 to 36 months, or leave it empty",
        "延长期限为一年至三年（第二条）",
        "请填写 12 至 36，或留空",
    ),
    "EXTENSION_CAUSE_UNLAWFUL": Text(
        "art. 2 ¶1 extends for serious violence or threat (ground ②), or for several dishonest acts; these grounds are neither",
        "leave the extension empty, or give all grounds that the decision names",
        "第二条第一款仅对以暴力、威胁（第二项）情节严重或者具有多项失信行为的延长，本行均不属于",
        "请将延长月数留空，或者填写决定书所载的全部情形",
    ),
    "EXTENSION_GRAVITY_UNSTATED": Text(
        "violence or threat extends the term only where it is serious (art. 2 ¶1): state why it is serious",
        "fill extension_gravity with SERIOUS if the decision finds so, or leave the extension empty",
        "暴力、威胁须情节严重方可延长（第二条第一款）：请写明为何严重",
        "决定书认定情节严重的，在“延长情节”列填“严重”；否则将延长月数留空",
    ),
    "TERM_UNSTATED": Text(
        "art. 2 does not say whether an entry on ground ① and another one has a term; the court has to state it",
        "fill term_end with the last day, or with NO_TERM",
        "第二条未规定同时具有第一项和其他情形的条目是否有期限，须由法院写明",
        "请填写届满日，或者填“无期限”",
    ),
    "APPLIED_AFTER_PUBLICATION": Text(
        "the creditor cannot have applied after the publication (art. 5 ¶2)",
        "compare both days with the application and the decision",
        "申请日期不可能晚于发布日期（第五条第二款）",
        "请与申请书和决定书核对",
    ),
    "PERFORMED_ALREADY": Text(
        "the duty is fully performed: there is no basis for listing (art. 10)",
        "do not list; delete an entry that exists with reason D1",
        "义务已全部履行，没有纳入依据（第十条）",
        "不得纳入；已有条目请以 D1 删除",
    ),
    "PERFORMED_NO_ORDER": Text(
        "the duty is fully performed: an order must then be lifted, none is made (法释〔2015〕17号 art. 9 ¶2)",
        "do not order; lift an order that exists with reason PERFORMED",
        "义务已全部履行：应当解除限制消费令，不得再采取（法释〔2015〕17号第九条第二款）",
        "不得采取；已有限制消费令的，以 PERFORMED 解除",
    ),
    "PERFORMED_NO_EXIT_BAN": Text(
        "the duty is fully performed: an exit ban is then lifted, none is made (执行程序解释 arts. 23, 26)",
        "do not ban; lift a ban that exists with reason PERFORMED",
        "义务已全部履行：应当解除限制出境，不得再采取（执行程序解释第二十三条、第二十六条）",
        "不得采取；已有限制出境的，以 PERFORMED 解除",
    ),
    "GROUND_DENIED": Text(
        "the text denies the grounds it speaks of; art. 1 needs that one of them is there",
        "give the ground that the decision found, G1 to G6 or in the words of the law; without one do not list",
        "文字否认了所述情形；纳入名单须具有第一条所列情形之一",
        "请按决定书填写 G1 至 G6 或法条原文；没有的不得纳入",
    ),
    "LISTED_WITHOUT_ORDER": Text(
        "the debtor is listed, and no live consumption order on him in the same case is known (法释〔2015〕17号 art. 1 ¶2: must)",
        "publish the order too; `liandong court status` shows what is left",
        "被执行人已纳入名单，但没有同案针对其本人的有效限制消费令（法释〔2015〕17号第一条第二款：应当限制）",
        "请一并发布限制消费令；可用 `liandong court status` 查看未办事项",
    ),
    "AMOUNT_UNREADABLE": Text(
        "this is no amount in yuan with at most two decimals",
        "write it like 12345.67",
        "不是以元为单位、至多两位小数的金额",
        "请写成 12345.67",
    ),
}
