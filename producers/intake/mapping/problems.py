"""What can be wrong with a mapping; every text names the line of the mapping that is to be corrected."""

from typing import ClassVar

from ....schemas.problems import Text, UsageProblem


class MappingProblem(UsageProblem):
    """A mapping that cannot be used, or not with this export."""

    texts: ClassVar[dict[str, Text]] = {
        "MAPPING_UNREADABLE": Text(
            "{file} is no mapping: {why}",
            "write YAML of keys and values, each key once, without aliases; docs/court-mapping.yaml is an example",
            "{file} 不是映射文件：{why}",
            "请使用 YAML 键值格式，键不得重复，不得使用别名；示例见 docs/court-mapping.yaml",
        ),
        "MAPPING_KEY": Text(
            "line {line}: a mapping has no {key}",
            "correct or remove it; known are {known}",
            "第 {line} 行：映射文件没有“{key}”项",
            "请更正或删除；可用的有 {known}",
        ),
        "MAPPING_FORM": Text(
            "line {line}: {key} is not of the form wanted there",
            "columns, values, dates and constants hold keys with one text each (values: codes with one text each); ignore is a list",
            "第 {line} 行：“{key}”的格式不正确",
            "columns、values、dates、constants 下为键和单个文本（values 下为代码和单个文本）；ignore 为列表",
        ),
        "MAPPING_COLUMN": Text(
            "line {line}: there is no column {column}",
            "correct it; columns are {known}",
            "第 {line} 行：没有名为“{column}”的列",
            "请更正；可用的列：{known}",
        ),
        "MAPPING_TITLE_TWICE": Text(
            "line {line}: {title} stands for two columns, or a column has both a title and a constant",
            "let each title mean one column; a constant is for columns the export has not",
            "第 {line} 行：“{title}”对应了两列，或者同一列既有列名又有固定值",
            "每个列名只对应一列；固定值仅用于导出文件中没有的列",
        ),
        "MAPPING_VALUE": Text(
            "line {line}: “{value}” is no value of {column}",
            "use one of {known}",
            "第 {line} 行：“{value}”不是 {column} 的取值",
            "可用取值：{known}",
        ),
        "MAPPING_NOT_CODED": Text(
            "line {line}: {column} has no codes to be translated",
            "remove it; codes are translated in {known}",
            "第 {line} 行：{column} 不是代码列，不能换算",
            "请删除；可换算代码的列：{known}",
        ),
        "MAPPING_NOT_DATE": Text(
            "line {line}: {column} holds no days",
            "remove it; days stand in {known}",
            "第 {line} 行：{column} 不是日期列",
            "请删除；日期列有 {known}",
        ),
        "MAPPING_DATE_PATTERN": Text(
            "line {line}: the pattern of {column} names no day",
            "write year, month and day in their order, as yyyyMMdd, yyyy/M/d, yyyy年M月d日, dd.MM.yyyy HH:mm:ss; or excel for its day numbers",
            "第 {line} 行：{column} 的日期格式无效",
            "请按顺序写明年月日，如 yyyyMMdd、yyyy/M/d、yyyy年M月d日、dd.MM.yyyy HH:mm:ss；Excel 日期序号请写 excel",
        ),
        "MAPPING_NEEDED": Text(
            "line {line}: columns names no title for {missing}",
            "name the export's titles for these columns: no row can be read without",
            "第 {line} 行：columns 未指明 {missing} 对应的列名",
            "请写明这些列在导出文件中的列名，缺少则无法读取",
        ),
        "MAPPING_TITLE_MISSING": Text(
            "line {line}: the export has no title {title}; it has {found}",
            "write the title as it stands in the export, or take the line out",
            "第 {line} 行：导出文件中没有列名“{title}”；其列名为 {found}",
            "请按导出文件中的列名填写，或删除该行",
        ),
        "MAPPING_FORMAT": Text(
            "rows of the public list need no mapping",
            "leave out --mapping, or --format zxgk",
            "公开名单格式的行无需映射文件",
            "请去掉 --mapping，或去掉 --format zxgk",
        ),
    }
