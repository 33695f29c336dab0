"""Every import command says the same of a path that is no file."""

import json

import pytest
from django.core.management import call_command

COMMANDS = {
    "import_divisions": {"level": "town"},
    "import_grids": {},
    "import_households": {},
    "import_members": {},
    "import_assignments": {},
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_file_and_a_folder_are_told_in_a_sentence(db, tmp_path, capsys, command):
    for path, sentence in ((tmp_path / "没有.csv", "没有“"), (tmp_path, "文件夹")):
        with pytest.raises(SystemExit) as stop:
            call_command(command, path, json=True, **COMMANDS[command])
        assert stop.value.code == 1
        said = capsys.readouterr()
        assert sentence in said.err
        assert "Traceback" not in said.err
        answer = json.loads(said.out.splitlines()[-1])
        assert (answer["ok"], answer["code"]) == (False, "file_not_usable")
