"""What the fields of asset and whereabouts events are called in Chinese, for who reads them; on the wire they have their names."""

COMMANDS_ZH: dict[str, str] = {"WATCH": "协助查找", "STOP_WATCH": "停止协助查找"}
DOMAINS_ZH = {"asset": "财产", "whereabouts": "下落"}
PURPOSES_ZH = {"LOCATE_DEBTOR": "查找被执行人", "FIND_ASSETS": "查找财产", "REFUSAL_EVIDENCE": "拒不执行的证据"}
FIELDS_ZH: dict[str, str] = {
    "account_state": "账户状态", "account_type": "账户类别", "act": "办理事项", "address": "地址", "annual_premium": "年缴保费",
    "area": "面积", "available": "可用余额", "balance": "余额", "bank": "开户行", "beneficiary": "受益人", "birth_date": "出生日期",
    "branch": "网点", "branch_code": "网点代码", "brand": "品牌型号", "cabin": "舱位", "carrier": "承运人", "cash_value": "现金价值",
    "certificate_number": "权证号", "check_in": "入住时间", "check_out": "退房时间", "co_owners": "共有人", "code": "代码",
    "company": "公司名称", "company_uscc": "公司统一社会信用代码", "contact_phone": "联系电话", "counterparty": "债务人",
    "currency": "币种", "custodian": "托管机构", "declared_income": "申报收入", "departure": "出发时间", "destination": "目的地",
    "direction": "方向", "document": "出入境证件", "due_date": "到期日", "engine_number": "发动机号", "former_name": "曾用名",
    "fund_units": "基金份额", "hukou_address": "户籍地址", "institution": "机构", "insurance_product": "保险产品",
    "insured": "被保险人", "invoices": "开票情况", "loan_status": "贷款状态", "location": "坐落", "members": "户内成员",
    "mortgage": "抵押情况", "origin": "出发地", "outcome": "结果", "period": "所属期", "permit_number": "居住证号", "phone": "电话",
    "plate": "号牌号码", "pledge": "质押情况", "pledgee": "质权人", "port": "口岸（船籍港）", "price": "价格",
    "proceeds_account": "回款账户", "project": "项目", "quantity": "数量", "ratio": "持股比例", "redeem_date": "可赎回日",
    "refund": "退税", "registered_address": "登记地址", "registered_on": "登记日期", "registered_phone": "登记电话",
    "registry": "登记机关", "restriction": "限售情况", "right": "权利", "role": "身份", "room": "房号", "sale": "销售渠道",
    "seal": "查封情况", "sealing_organ": "查封机关", "seals": "查封情况", "seat_class": "席别", "service_number": "车次（航班、船次）",
    "sex": "性别", "ship_class": "舱位等级", "star_rating": "星级", "status": "状态", "sub_account": "子账户",
    "temporary_address": "暂住地址", "tradable": "可否交易", "train_type": "列车类型", "type": "类型", "unit_number": "不动产单元号",
    "units": "份额", "use": "用途", "vin": "车辆识别代号", "violations": "违章情况",
}  # fmt: skip
