#!/bin/sh
# Installs Liandong from this folder, without network:  ./install.sh FOLDER
# Needs Python with venv, of the version the bundle was made for (machine.json); PYTHON=… names one that is not on the path.
# 从本文件夹安装联动，无需联网：./install.sh 目标文件夹。需要 machine.json 所列版本的 Python（含 venv），可用 PYTHON=… 指定。
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
wanted=$(sed -n 's/.*"python": "\([0-9.]*\)".*/\1/p' "$here/machine.json")
for python in "${PYTHON:-}" "python$wanted" python3; do
  if [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 &&
    [ "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$wanted" ]; then
    exec "$python" "$here/install.py" "$@"
  fi
done
echo "错误：需要 Python $wanted，本机没有找到；如已安装在别处，请用 PYTHON=/路径/python$wanted $0 …" >&2
echo "error: this needs Python $wanted, and none was found here; if it is somewhere else: PYTHON=/path/to/python$wanted $0 …" >&2
exit 1
