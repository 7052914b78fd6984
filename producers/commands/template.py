"""A complete file of commands, as a clerk gets it to begin with."""

from ...schemas.problems import Language

TEMPLATE = """\
# A file of commands (court command FILE --court ID). One command, or a list of them; YAML or JSON.
# All people and numbers here are fictitious.

# Tell this court when the debtor shows up (法〔2016〕41号).
- command: watch
  agency: railway-js                # participant id
  case_number: （2026）苏0505执1234号
  document: ruling.pdf              # legal document, path beside this file; only its SHA-256 travels
  document_number: （2026）苏0505执1234号之一
  judge: 王明远
  purpose: LOCATE_DEBTOR            # or FIND_ASSETS, REFUSAL_EVIDENCE
  kinds: [TRAVEL]                   # `court command --kinds` lists all
  until: 2026-12-31                 # last day, in China; or a time like 2026-12-31T18:00:00+08:00
  due_hours: 24                     # the agency answers within
  subject:
    name: 陈思远
    certificates:
      - {type: CN_ID, number: "11010519491231002X"}   # passports also need country, for example KOR

# End a watch at once; needs nothing but its id (also: court command --stop cmd_… --court ID).
# - command: stop-watch
#   stops: cmd_00000000000000000000000000000000
"""


_ZH = """\
# 指令文件（`court command FILE --court ID`）：一条指令，或者多条的列表；YAML 或 JSON。
# 其中人员和号码均为虚构。

# 协助查找：该被执行人出现时告知本院（法〔2016〕41号）。
- command: watch
  agency: railway-js                # 协助单位的编号
  case_number: （2026）苏0505执1234号
  document: ruling.pdf              # 法律文书，路径相对于本文件；只传输其 SHA-256
  document_number: （2026）苏0505执1234号之一
  judge: 王明远
  purpose: LOCATE_DEBTOR            # 查找下落；或 FIND_ASSETS（查找财产）、REFUSAL_EVIDENCE（拒执罪证据）
  kinds: [TRAVEL]                   # 全部类别见 `court command --kinds`
  until: 2026-12-31                 # 最后一日（北京时间）；或写明时间，如 2026-12-31T18:00:00+08:00
  due_hours: 24                     # 协助单位应在多少小时内答复
  subject:
    name: 陈思远
    certificates:
      - {type: CN_ID, number: "11010519491231002X"}   # 护照另须 country，如 KOR

# 立即停止协助查找，只需其编号（也可用：`court command --stop cmd_… --court ID`）。
# - command: stop-watch
#   stops: cmd_00000000000000000000000000000000
"""


def command_template(lang: Language) -> str:
    """Return the file, with what it says of itself in a language."""
    return _ZH if lang == "zh" else TEMPLATE
