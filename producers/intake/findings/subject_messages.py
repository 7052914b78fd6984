"""Texts of the intake codes about who is meant; those of certificates stand beside their rules."""

from ....schemas.problems import Text

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
        "one row is one subject: give each its own row, or remove the wrong number",
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
        "this is no name: {found}",
        "type the name as in the decision, whole and without marks, and save the file as UTF-8",
        "这不是姓名或名称：{found}",
        "请按决定书完整录入，不加标记，并以 UTF-8 保存文件",
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
    "BIRTH_IMPLAUSIBLE": Text(
        "the number says that the person was born more than 150 years ago",
        "compare digits 7 to 14 with the certificate",
        "按号码推算，该人出生已逾 150 年",
        "请与证件核对第 7 至 14 位",
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
        "make sure that the order is meant for them",
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
    "STATE_ORGAN_POLICY": Text(
        "this installation lists no state organs (state_organ_listing: refuse); art. 8 ¶4 orders that the superior unit be notified "
        "and does not forbid listing",
        "notify its superior unit or the department in charge; to list it, set LIANDONG_STATE_ORGAN_LISTING=second-approval",
        "本系统设置为不纳入国家机关（state_organ_listing: refuse）；第八条第四款要求通报其上级单位，并未禁止纳入",
        "请通报其上级单位或者主管部门；需要纳入的，请设置 LIANDONG_STATE_ORGAN_LISTING=second-approval",
    ),
    "STATE_ORGAN_WAITS": Text(
        "the debtor is a state organ: what is new or corrected waits for a second approval, and with it goes a sealed notice to the superior court "
        "(state_organ_listing: second-approval; art. 8 ¶4 orders that the superior unit be notified)",
        "let another person of the court approve it: `liandong court approve --list`",
        "被执行人为国家机关：新增或者更正须经第二审批，批准时一并向上级法院发出密封通报（state_organ_listing: second-approval；第八条第四款要求通报其上级单位）",
        "请由本院另一人审批：`liandong court approve --list`",
    ),
    "STATE_ORGAN_NOTIFY": Text(
        "the debtor is a state organ: its superior unit or the department in charge is to be notified (art. 8 ¶4)",
        "send the notice",
        "被执行人为国家机关：应当通报其上级单位或者主管部门（第八条第四款）",
        "请发出通报",
    ),
    "OPERATOR_MISSING": Text(
        "of an individual business the operator is the party, shown with its trade name (民诉法解释 art. 59), and is not named",
        "fill legal_representative with the operator's name",
        "个体工商户以营业执照上登记的经营者为当事人，有字号的同时注明（民诉法解释第五十九条），缺少经营者",
        "请在“法定代表人”列填写经营者姓名",
    ),
    "EXIT_BAN_CONTROLLER": Text(
        "an exit ban on an entity's account hits its legal representative, principal and directly responsible persons, not its "
        "actual controller (执行程序解释 art. 24)",
        "name the role in which the person is bound; a consumption order may bind a controller (法释〔2015〕17号 art. 3 ¶2)",
        "对单位被执行人限制出境的，限于法定代表人、主要负责人和直接责任人员，不包括实际控制人（执行程序解释第二十四条）",
        "请填写该人所负责任的身份；对实际控制人可以限制消费（法释〔2015〕17号第三条第二款）",
    ),
    "ROLE_EXIT_BAN_ONLY": Text(
        "a statutory agent is bound by an exit ban alone (执行程序解释 art. 24); art. 3 ¶2 of 法释〔2015〕17号 does not know the role",
        "correct the role or the instrument",
        "法定代理人仅适用于限制出境（执行程序解释第二十四条）；法释〔2015〕17号第三条第二款没有这一身份",
        "请更正身份或者文书种类",
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
        "name the person and their role",
        "限制出境只适用于自然人",
        "请写明该自然人及其身份",
    ),
}
