"""The texts of the intake's own codes; those of certificates, case numbers and dates stand beside their rules."""

from ...schemas.problems import Text

FILE_TEXTS = {
    "EMPTY_FILE": Text(
        "the file is empty",
        "export it again; an empty file never means that everybody is to be deleted",
        "文件为空",
        "请重新导出；空文件绝不表示删除全部人员",
    ),
    "NOT_CSV": Text(
        "this is no CSV file but {found}",
        "save it as CSV UTF-8 (or take `liandong court template`), or name its format with --format",
        "这不是 CSV 文件，而是{found}",
        "请另存为“CSV UTF-8”（或使用 liandong court template 的模板），或用 --format 指明格式",
    ),
    "NOT_JSON": Text(
        "this is no JSON file but {found}",
        "give one JSON object per line or one JSON array of objects",
        "这不是 JSON 文件，而是{found}",
        "请每行给出一个 JSON 对象，或给出一个对象数组",
    ),
    "ENCODING_UTF16": Text(
        "the file is UTF-16 text",
        "save it as CSV UTF-8 (in Excel: “CSV UTF-8 (comma delimited)”)",
        "文件编码为 UTF-16",
        "请另存为“CSV UTF-8（逗号分隔）”",
    ),
    "HEADER_MISSING": Text(
        "the first row names no known column",
        "put a header row first; known columns: {known}",
        "首行没有任何可识别的列名",
        "请在首行填写列名；可用列名：{known}",
    ),
    "HEADER_INCOMPLETE": Text(
        "the header lacks: {missing}",
        "add these columns; known columns: {known}",
        "缺少列：{missing}",
        "请补充上述列；可用列名：{known}",
    ),
    "HEADER_TWICE": Text(
        "two headers mean the same column: {twice}",
        "keep one of them",
        "有两列含义相同：{twice}",
        "请只保留一列",
    ),
    "COLUMN_UNKNOWN": Text(
        "the column {column} is not known and is not read",
        "correct its header if it should be; known columns: {known}",
        "未识别的列 {column}，不予读取",
        "如需读取请更正列名；可用列名：{known}",
    ),
}
"""What concerns a file as a whole."""

ROW_TEXTS = {
    "TRUNCATED_ROW": Text(
        "the file ends in the middle of this row",
        "export the file again, or complete the row and send it again",
        "文件在本行中间截断",
        "请重新导出文件，或补全本行后重新提交",
    ),
    "UNCLOSED_QUOTE": Text(
        "a quotation mark in this row is not closed",
        "close or remove it and send the row again",
        "本行有引号未闭合",
        "请补全或删除引号后重新提交本行",
    ),
    "ROW_UNREADABLE": Text(
        "the row breaks the rules of the format",
        "correct the quotation marks or brackets and send the row again",
        "本行不符合文件格式",
        "请更正引号或括号后重新提交本行",
    ),
    "COLUMN_COUNT": Text(
        "the row has {found} cells where the header has {expected}",
        "add or remove separators so that each value stands below its header; quote values that hold a separator",
        "本行有 {found} 个单元格，表头为 {expected} 个",
        "请增减分隔符使各值与表头对应；含分隔符的值请加引号",
    ),
    "NUL_BYTE": Text(
        "the row holds zero bytes: it was damaged on the way",
        "export the row again",
        "本行含有空字节，传输中已损坏",
        "请重新导出本行",
    ),
    "ENCODING": Text(
        "the row is not valid {encoding} text",
        "export it again as UTF-8; characters were lost",
        "本行不是有效的 {encoding} 文本",
        "请以 UTF-8 重新导出；已有字符丢失",
    ),
    "LINE_TOO_LONG": Text(
        "the row is longer than a mebibyte",
        "check that line ends were not lost in the export",
        "本行超过 1 MiB",
        "请检查导出时换行是否丢失",
    ),
    "NOT_CORRECTED": Text(
        "this row could not be read before and has not been filled in since",
        "fill the columns from what stands in reject_line, or delete the row",
        "本行此前无法读取，仍未补录",
        "请按 reject_line 的内容补录各列，或删除本行",
    ),
    "NOT_AN_OBJECT": Text(
        "this is JSON, but no object",
        "give one object of column names and values for each listing",
        "这是 JSON，但不是对象",
        "每条记录请给出一个由列名和值组成的对象",
    ),
    "VALUE_UNKNOWN": Text(
        "this is none of the values of the column",
        "give one of: {allowed}",
        "不是该列允许的值",
        "请填写以下之一：{allowed}",
    ),
    "TEXT_TOO_LONG": Text(
        "the text is longer than {limit} characters",
        "check that columns were not shifted",
        "文本超过 {limit} 个字符",
        "请检查各列是否错位",
    ),
    "DUPLICATE_ROW": Text(
        "the row repeats row {first}",
        "nothing to do: it was taken once",
        "本行与第 {first} 行重复",
        "无需处理：已按一次收录",
    ),
    "DUPLICATE_CONFLICT": Text(
        "row {first} has the same subject in the same case with other contents",
        "keep the right one; changes of a published entry are made with `liandong court correct`",
        "与第 {first} 行为同一主体同一案件，但内容不同",
        "请保留正确的一行；已发布条目的变更请用 liandong court correct",
    ),
}
"""What concerns a row before its meaning is looked at, or between rows."""

SUBJECT_TEXTS = {
    "QUARANTINED_NO_CERTIFICATE": Text(
        "there is no certificate number: the subject cannot be told from others of the same name",
        "give the full number; until then the row is kept apart and nobody is matched by it",
        "没有证件号码，无法与同名者区分",
        "请填写完整证件号码；补充前本行隔离，不用于比对",
    ),
    "CERTIFICATE_TYPE_NEEDED": Text(
        "the number alone does not tell which certificate it is",
        "fill certificate_type (and kind)",
        "仅凭号码无法判明证件类型",
        "请填写证件类型（及主体类型）",
    ),
    "CERTIFICATE_CONFLICT": Text(
        "the row names two certificates of the same kind that belong to different subjects",
        "one row is one subject: give each his own row, or remove the wrong number",
        "本行有两个同类但不同的证件号码，属于不同主体",
        "一行只能是一个主体：请分行填写，或删除错误号码",
    ),
    "CERTIFICATE_TWICE": Text(
        "the row names the same certificate twice",
        "nothing to do: it was taken once",
        "同一证件填写了两次",
        "无需处理：已按一次收录",
    ),
    "KIND_MISMATCH": Text(
        "kind and certificate contradict each other: one is a natural person's, the other an entity's",
        "correct the kind or the certificate; an individual business is an entity row of its own",
        "主体类型与证件不符：一为自然人，一为单位",
        "请更正主体类型或证件；个体工商户另行按单位填写一行",
    ),
    "NAME_EMPTY": Text("there is no name", "give the name as in the decision", "没有姓名或名称", "请按决定书填写"),
    "NAME_DAMAGED": Text(
        "the name holds characters that stand for lost or hidden ones (?, *, �)",
        "type the name as in the decision and save the file as UTF-8",
        "姓名或名称含有表示字符丢失或隐藏的符号（?、*、�）",
        "请按决定书录入，并以 UTF-8 保存文件",
    ),
    "NAME_HOLDS_NUMBER": Text(
        "the name holds a long number, perhaps a certificate number in the wrong column",
        "put the number into certificate_number",
        "姓名或名称中含有长数字，疑为证件号码错列",
        "请将号码填入证件号码列",
    ),
    "NAME_PRIVATE_USE": Text(
        "the name holds a private-use character that others cannot read",
        "replace it by the character's Unicode code point if there is one (GB 18030-2022)",
        "姓名含有专用区字符，其他单位无法识别",
        "如该字已有统一编码（GB 18030-2022），请替换",
    ),
    "NAME_ANONYMISED": Text(
        "the name looks anonymised (某); agencies will hold every match for a person to look at",
        "give the full name",
        "姓名疑似经过匿名处理（某），各单位命中后均需人工复核",
        "请填写真实姓名",
    ),
    "SEX_MISMATCH": Text(
        "sex and the 17th digit of the ID number disagree",
        "compare both with the certificate",
        "性别与身份证号第 17 位不符",
        "请与证件核对",
    ),
    "BIRTH_MISMATCH": Text(
        "birth_date and the ID number disagree",
        "compare both with the certificate",
        "出生日期与身份证号不符",
        "请与证件核对",
    ),
    "AGE_UNKNOWN": Text(
        "no certificate tells the birth date; it cannot be checked that the person is of age",
        "fill birth_date",
        "证件不含出生日期，无法核验是否成年",
        "请填写出生日期",
    ),
    "MINOR": Text(
        "the person is a minor on the day of publication (art. 4: minors are not listed)",
        "do not list; if the number is wrong, correct it",
        "发布时该人未成年（第四条：不得将未成年人纳入）",
        "不得纳入；如号码有误请更正",
    ),
    "MINOR_ORDER": Text(
        "the person restricted by this order is a minor",
        "make sure that the order is meant for him",
        "该限制措施的对象为未成年人",
        "请确认对象无误",
    ),
    "REGION_UNKNOWN": Text(
        "the region code of the number is not known",
        "compare the first six digits with the certificate; retired codes stay valid",
        "号码的行政区划代码未识别",
        "请核对前六位；已撤销的区划代码仍然有效",
    ),
    "PASSPORT_UNUSUAL": Text(
        "the number does not look like a Chinese passport's",
        "compare it with the passport",
        "号码不像中国护照号码",
        "请与护照核对",
    ),
    "CAMPUS_LOAN_STUDENT": Text(
        "full-time students in campus-loan cases are normally not listed (法发〔2019〕35号)",
        "make sure that the exemption was considered",
        "全日制在校学生因“校园贷”纠纷成为被执行人的，一般不得纳入（法发〔2019〕35号）",
        "请确认已审查该情形",
    ),
    "STATE_ORGAN_NOT_PUBLIC": Text(
        "state organs are not published but reported to their superior unit (art. 8)",
        "keep the case for `liandong court state-organ-cases`, which makes the sealed export",
        "国家机关不予公布，应通报其上级单位（第八条）",
        "请使用 liandong court state-organ-cases 生成密封报送",
    ),
    "ROLE_NOT_LISTED": Text(
        "only the debtor itself is listed; an entity's listing does not list its representatives (法发〔2019〕35号)",
        "use a consumption order (instrument CONSUMPTION_ORDER) if the court decided one for this person",
        "失信名单只列被执行人；单位失信不得将法定代表人等列入（法发〔2019〕35号）",
        "如法院已对该人决定限制消费，请用限制消费令",
    ),
    "ROLE_NOT_PERSON": Text(
        "a related person of a debtor entity must be a natural person",
        "correct the role or the certificate",
        "被执行单位的相关人员应为自然人",
        "请更正身份或证件",
    ),
    "RELATED_ENTITY_MISSING": Text(
        "an order on a related person must name the debtor entity",
        "fill related_entity",
        "对相关人员的限制措施须写明被执行单位",
        "请填写被执行单位",
    ),
    "EXIT_BAN_ENTITY": Text(
        "an exit ban hits natural persons only",
        "name the person and his role",
        "限制出境只适用于自然人",
        "请写明该自然人及其身份",
    ),
}
"""Who is meant."""

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
    "CASE_NOT_ENFORCEMENT": Text(
        "this is no number of an enforcement case",
        "give the enforcement case here and the judgment in basis_number",
        "不是执行案件案号",
        "此处填写执行案号，判决文号填入执行依据文号",
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
        "the last day is over",
        "do not publish; what has ended is not enforced",
        "届满日已过",
        "不得发布；已届满的不再执行",
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
    "PERFORMED_ALREADY": Text(
        "the duty is fully performed: there is no basis for listing (art. 10)",
        "do not list; delete an entry that exists with reason D1",
        "义务已全部履行，没有纳入依据（第十条）",
        "不得纳入；已有条目请以 D1 删除",
    ),
    "AMOUNT_UNREADABLE": Text(
        "this is no amount in yuan with at most two decimals",
        "write it like 12345.67",
        "不是以元为单位、至多两位小数的金额",
        "请写成 12345.67",
    ),
}
"""What the law asks."""

INTAKE_TEXTS = FILE_TEXTS | ROW_TEXTS | SUBJECT_TEXTS | LEGAL_TEXTS
