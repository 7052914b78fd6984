"""The texts of the intake's own codes: here those of files and rows; those of subject and law stand beside."""

from ....schemas.problems import Text
from .beginning_messages import BEGINNING_TEXTS
from .legal_messages import LEGAL_TEXTS
from .subject_messages import SUBJECT_TEXTS

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
    "NOT_XLSX": Text(
        "this is no Excel workbook (.xlsx) that can be read",
        "save it in Excel as “Excel workbook (.xlsx)”, without a password; an old .xls file, too",
        "这不是可读取的 Excel 工作簿（.xlsx）",
        "请在 Excel 中另存为“Excel 工作簿（.xlsx）”，不设密码；旧版 .xls 文件同样处理",
    ),
    "WORKBOOK_TOO_LARGE": Text(
        "the workbook unpacks to more than can be read",
        "save the sheet as “CSV UTF-8 (comma delimited)” and publish that, or divide it",
        "工作簿解压后过大，无法读取",
        "请将工作表另存为“CSV UTF-8（逗号分隔）”后发布，或分成几个文件",
    ),
    "SHEETS_NOT_READ": Text(
        "only the first sheet ({read}) is read; not read: {others}",
        "put all rows into the first sheet, or publish the others as workbooks of their own",
        "只读取第一个工作表（{read}）；未读取：{others}",
        "请将所有行放入第一个工作表，或将其他工作表另存为单独的工作簿发布",
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
    "COLUMNS_UNKNOWN_MORE": Text(
        "{times} more unknown keys stood in objects and were not read; {named} are named",
        "keys seem to be data here: export objects with the same keys in each row",
        "另有 {times} 处未识别的键，未予读取；已列出 {named} 个",
        "键名似乎是数据：请导出每行键名相同的对象",
    ),
    "MAPPING_TITLE_UNSEEN": Text(
        "no object has the key {title} that line {line} of the mapping names",
        "write the key as it stands in the export, or take the line out of the mapping",
        "没有任何对象含有映射文件第 {line} 行所列的键 {title}",
        "请按导出文件中的键名填写，或从映射文件中删除该行",
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
    "MAPPING_CODE_UNKNOWN": Text(
        "the mapping does not say what {code_found} means here (line {line})",
        "add the code below line {line} of the mapping, or correct the row",
        "映射文件未说明此处 {code_found} 的含义（第 {line} 行）",
        "请在映射文件第 {line} 行之下补充该代码，或更正该行数据",
    ),
    "MAPPING_DAY_UNREADABLE": Text(
        "this is no day written as {pattern} (line {line} of the mapping)",
        "correct the pattern in the mapping, or the row",
        "不是按 {pattern} 书写的日期（映射文件第 {line} 行）",
        "请更正映射文件中的格式，或更正该行数据",
    ),
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
        "请按“退回原文”的内容补录各列，或删除本行",
    ),
    "NOT_AN_OBJECT": Text(
        "this is JSON, but no object",
        "give one object of column names and values for each listing",
        "这是 JSON，但不是对象",
        "每条记录请给出一个由列名和值组成的对象",
    ),
    "KEY_TWICE": Text(
        "a key stands twice in this object: nobody knows which of the two counts",
        "keep one of them and send the row again",
        "本对象中同一个键出现两次，无法判断以哪个为准",
        "请只保留一个后重新提交本行",
    ),
    "COLUMN_TWICE": Text(
        "two keys give the same column: {twice}",
        "keep one of them and send the row again",
        "有两个键表示同一列：{twice}",
        "请只保留一个后重新提交本行",
    ),
    "NOT_TEXT": Text(
        "an object, a list, NaN or a truth value stands where text or a number belongs",
        "give text in quotation marks, or a number; null or nothing where there is none",
        "应为文本或数字之处是对象、列表、NaN 或布尔值",
        "请填写带引号的文本或数字；没有内容时请填 null 或不填",
    ),
    "CERTIFICATES_TOO_MANY": Text(
        "the row names more than {limit} certificates",
        "give the {limit} that agencies meet most often, the identity number first",
        "本行的证件多于 {limit} 个",
        "请填写最常用的 {limit} 个证件，身份证在前",
    ),
    "TEXT_CONTROL": Text(
        "the text holds control characters, or characters that turn the direction of writing and hide what stands there",
        "type the text again; do not copy it from a web page or a PDF",
        "文本含有控制字符，或含有改变书写方向、遮掩内容的字符",
        "请重新录入该文本，不要从网页或 PDF 复制",
    ),
    "CELL_FORMULA": Text(
        "the cell holds a formula; what it shows may differ from machine to machine",
        "copy the cell and paste it as a value, then send the row again",
        "单元格内为公式，其显示结果可能因计算机而异",
        "请复制该单元格并“选择性粘贴—数值”后重新提交本行",
    ),
    "CELL_TYPE": Text(
        "a date, a time or a truth value stands in a cell where text belongs",
        "format the column as text and type the value as in the document",
        "应为文本的单元格内是日期、时间或布尔值",
        "请将该列设为“文本”格式，并按文书录入",
    ),
    "SPREADSHEET_ERROR": Text(
        "an error of a spreadsheet stands in the cell (#REF!, #VALUE!, ########) instead of its value",
        "correct the formula or widen the column in the spreadsheet, and export it again",
        "单元格内容为表格软件的错误值（如 #REF!、#VALUE!、########），而非实际内容",
        "请在表格中更正公式或加宽列后重新导出",
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
}
"""What concerns a row before its meaning is looked at."""

INTAKE_TEXTS = FILE_TEXTS | ROW_TEXTS | SUBJECT_TEXTS | LEGAL_TEXTS | BEGINNING_TEXTS
