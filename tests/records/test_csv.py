"""CSV files as they come: every bad row is named by its line, every bad file by what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from compplan.diagnostics.model import Problems
from compplan.records import csv_text
from compplan.records.csv_text import MAX_LINE
from tests.records.conftest import Company

DEALS = """
deals:
  source: deals.csv
  key: deal
  columns: {deal: text, note: {type: text, optional: true}, amount: money}
"""


def loaded(company: Company, data: str | bytes, records: str = DEALS) -> list[tuple[object, ...]]:
    """The rows; rejects are left to be asked for."""
    company.project(records)
    company.write({"deals.csv": data})
    company.load()
    return company.rows("deals")


@pytest.mark.parametrize(
    "data",
    [
        b"deal,note,amount\nD1,,1\nD2,,2\n",
        b"deal,note,amount\r\nD1,,1\r\nD2,,2\r\n",
        b"deal,note,amount\rD1,,1\rD2,,2\r",
        b"deal,note,amount\r\nD1,,1\nD2,,2\r\n",
        b"deal,note,amount\nD1,,1\r\nD2,,2\n",
        b"\xef\xbb\xbfdeal,note,amount\nD1,,1\nD2,,2",
        b'\xef\xbb\xbf"deal",note,amount\nD1,,1\nD2,,2',
        b"\n\ndeal,note,amount\nD1,,1\n\n\nD2,,2\n\n",
        b"deal,note,amount\nD1,,1\n,,\nD2,,2\n , ,\n",
        b"amount,deal,other,note\n1,D1,x,\n2,D2,y,\n",
        b" deal , note,amount\nD1,,1\nD2,,2\n",
        b'deal,"note",amount\n"D1","",1\n"D2",,"2"\n',
    ],
    ids=["lf", "crlf", "cr", "crlf-lf", "lf-crlf", "bom", "bom-quoted", "blank-lines", "empty-rows", "order", "spaces", "quotes"],
)
def test_the_same_rows_however_the_file_is_written(data: bytes, company: Company) -> None:
    assert [(d, str(a)) for d, _, a in loaded(company, data)] == [("D1", "1.00"), ("D2", "2.00")]
    assert company.rejects() == []


def test_quotes_hold_separators_quotes_and_line_breaks(company: Company) -> None:
    rows = loaded(company, 'deal,note,amount\nD1,"a, ""b""\nand c",1\n')
    assert rows[0][1] == 'a, "b"\nand c'


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_those_of_the_file_after_breaks_in_cells_blank_lines_and_odd_rows(end: str, company: Company) -> None:
    lines = ["deal,note,amount", 'D1,"a', 'b",1', "D2,,x", "", "D3,c", "D4,,4", "D5,,y", "D6,,1,2", 'D7,"z', "", '",oops']
    loaded(company, end.join(lines) + end)
    assert company.rejects() == [
        (4, "amount", "x", "bad-amount"),
        (6, "", "D3,c", "ragged-row"),
        (8, "amount", "y", "bad-amount"),
        (9, "", "D6,,1,2", "ragged-row"),
        (10, "amount", "oops", "bad-amount"),
    ]
    assert [d for d, *_ in company.rows("deals")] == ["D1", "D4"]
    assert company.reasons()[1] == "has 2 cells where the header has 3"
    counted = company.load().kinds["deals"]
    assert (counted.read, counted.rejected) == (7, 5)


def test_a_header_of_two_lines_and_blank_lines_before_it(company: Company) -> None:
    records = 'deals: {source: deals.csv, columns: {amount: {type: money, column: "Amount\\nin USD"}}}'
    loaded(company, '\n"Amount\nin USD",x\n1,\noops,\n', records)
    assert company.rejects() == [(5, "amount", "oops", "bad-amount")]


def test_a_column_on_its_own(company: Company) -> None:
    loaded(company, "amount\n1\n\noops\n\n2\nwrong\n", "deals: {source: deals.csv, columns: {amount: money}}")
    assert [line for line, *_ in company.rejects()] == [4, 7]
    assert len(company.rows("deals")) == 2


def test_lines_of_a_large_file(company: Company) -> None:
    rows = "".join(f'D{i},"note {i}{chr(10) if i % 3 == 0 else ""}",{"x" if i % 10_000 == 0 else i}\n' for i in range(1, 60_001))
    loaded(company, "deal,note,amount\n" + rows)
    text = ("deal,note,amount\n" + rows).split("\n")
    starts = [text.index(f'D{i},"note {i}"' + ",x" if i % 3 else f'D{i},"note {i}') + 1 for i in range(10_000, 60_001, 10_000)]
    assert [line for line, *_ in company.rejects()] == starts


def test_a_quote_that_does_not_close(company: Company) -> None:
    loaded(company, 'deal,note,amount\nD1,,1\nD2,"open,2\n')
    assert [(line, code) for line, _, _, code in company.rejects()] == [(3, "ragged-row")]
    loaded(company, 'deal,note,amount\nD1,"a"b,1\nD2,,2\n')
    assert [(line, code) for line, _, _, code in company.rejects()] == [(2, "ragged-row")]
    assert "a quote that is not closed" in company.reasons()[0]


@pytest.mark.parametrize(
    "rows",
    [
        'D3,"open,3\nD4,,4\nD5,,5\n',
        'D3,"open,3\nD4,,4\nD5,closed",5\n',
        'D3,"open,3\nD4,,4\nD5,"a, b",5\nD6,,6\n',
        'D3,"open,3\nD4,"a note\nof two lines",4\n',
        'D3,"open,3\nD4,a note with words,4\n\nD5,,5\nD6,"x",6\n',
    ],
    ids=["to-the-end", "to-a-quote", "to-a-quoted-cell", "to-a-cell-of-two-lines", "with-a-blank-line"],
)
def test_rows_that_an_open_quote_swallows_are_never_taken_for_one(rows: str, company: Company) -> None:
    code, line, said = refusal(company, "deal,note,amount\nD1,,1\nD2,so so,2\n" + rows)
    assert (code, line) == ("swallowed-rows", 4)
    assert "opens on line 4" in said
    assert "line 5 looks like a row" in said


def test_swallowed_rows_of_one_column(company: Company) -> None:
    company.project("deals: {source: deals.csv, columns: {deal: text}}")
    company.write({"deals.csv": 'deal\nD1\nD2\nD3\n"D4\nD5\n"\n'})
    assert company.refusal().code == "swallowed-rows"


@pytest.mark.parametrize(
    "note",
    [
        "12 Main Street\nSpringfield, IL, 62701",
        "Dear Ana, please note, thanks\nfirst, second, third\nbest, Ben, Sales",
        "said yes\n\n- one, two\n- three",
        "a\n\n\nb",
    ],
)
def test_a_text_of_several_lines_is_one_cell(note: str, company: Company) -> None:
    rows = loaded(company, f'deal,note,amount\nD1,,1\nD2,"{note}",2\nD3,fine,3\n')
    assert company.rejects() == []
    assert [d for d, *_ in rows] == ["D1", "D2", "D3"]
    assert rows[1][1] == note.replace('""', '"')


def test_two_exports_pasted_together(company: Company) -> None:
    loaded(company, "deal,note,amount\nD1,,1\ndeal,note,amount\nD2,,2\n")
    assert company.rejects() == [(3, "", "", "repeated-header")]


def test_tabs_and_other_separators(company: Company) -> None:
    company.project("deals: {source: deals.tsv, columns: {deal: text, amount: money}}")
    company.write({"deals.tsv": "deal\tamount\nA, B\t1\n"})
    company.load()
    assert company.rows("deals")[0][0] == "A, B"
    semicolons = 'deals: {source: deals.csv, delimiter: ";", columns: {amount: {type: money, decimal: ","}}}'
    assert [str(a) for (a,) in loaded(company, "deal;amount\nD1;1,5\n", semicolons)] == ["1.50"]


@pytest.mark.parametrize("encoding", ["windows-1252", "latin-1", "utf-16"])
def test_other_encodings_can_be_declared(encoding: str, company: Company) -> None:
    records = DEALS.replace("key:", f"encoding: {encoding}\n  key:")
    assert loaded(company, "deal,note,amount\nD1,Zoë,1\nD2,,x\n".encode(encoding), records)[0][1] == "Zoë"
    assert company.rejects()[0][0] == 3


def refusal(company: Company, data: str | bytes, records: str = DEALS) -> tuple[str, int, str]:
    """Code, line, and all that is said, of the reason why a file is not read at all."""
    company.project(records)
    company.write({"deals.csv": data})
    problem = company.refusal()
    assert problem.span is not None
    assert problem.span.file == str(company.root / "deals.csv")
    return problem.code, problem.span.line, f"{problem.message} {problem.hint}"


def test_an_empty_file(company: Company) -> None:
    assert refusal(company, "")[0] == "empty-file"
    assert refusal(company, b"\xef\xbb\xbf")[0] in {"empty-file", "no-header"}
    assert refusal(company, "\n\n\n")[0] in {"no-header", "missing-column"}


def test_a_header_alone_is_no_rows(company: Company) -> None:
    assert loaded(company, "deal,note,amount\n") == []
    assert loaded(company, "deal,note,amount") == []


def test_a_missing_column_is_asked_for_by_its_nearest_header(company: Company) -> None:
    code, line, said = refusal(company, "deal,note,amout\nD1,,1\n")
    assert (code, line) == ("missing-column", 1)
    assert "Did you mean “amout” for “amount”?" in said


def test_a_header_that_stands_twice(company: Company) -> None:
    assert refusal(company, "deal,note,amount,amount\nD1,,1,2\n")[0] == "header-twice"
    assert len(loaded(company, "deal,note,amount,x,x\nD1,,1,2,3\n")) == 1


def test_another_separator_is_noticed(company: Company) -> None:
    assert 'delimiter: ";"' in refusal(company, "deal;note;amount\nD1;;1\n")[2]


def test_another_encoding_is_named_with_its_line(company: Company) -> None:
    code, line, said = refusal(company, "deal,note,amount\nD1,,1\nD2,Zoë,2\n".encode("latin-1"))
    assert (code, line) == ("wrong-encoding", 3)
    assert "near “D2,Zoë,2”" in said
    assert "windows-1252" in said
    assert "`encoding: utf-16`" in refusal(company, "deal,note,amount\nD1,,1\n".encode("utf-16"))[2]
    assert "`encoding: utf-16`" in refusal(company, "deal,note,amount\nD1,,1\n".encode("utf-16-le"))[2]
    assert refusal(company, b"deal,note,amount\nD1,Zo" + b"\xc3")[0] == "wrong-encoding"
    declared = DEALS.replace("key:", "encoding: utf-16\n  key:")
    assert refusal(company, b"deal,note,amount\nD1,,1\nodd", declared)[0] == "wrong-encoding"


def test_what_is_no_text(company: Company) -> None:
    assert refusal(company, b"PK\x03\x04\x14\x00\xff\xfe\x00")[0] == "not-text"
    assert refusal(company, b"deal,note,amount\n\x00\x00\n")[:2] == ("not-text", 2)


def test_an_endless_line_is_refused_without_reading_on(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.project(DEALS)
    company.write({"people.csv": "person\n" + "x" * (MAX_LINE + 1), "deals.csv": "deal,note,amount\nD1,,1\n"})
    with (company.root / "deals.csv").open("ab") as stream:
        for _ in range(24):
            stream.write(b"x" * (1 << 20))
    monkeypatch.setattr(csv_text, "_header", lambda *_: pytest.fail("the file should not be opened again"))
    with pytest.raises(Problems) as raised:
        company.load()
    assert [(d.code, d.span.line if d.span else 0) for d in raised.value.diagnostics] == [("line-too-long", 2), ("line-too-long", 3)]


def test_a_row_of_many_lines_may_not_be_endless_either(company: Company) -> None:
    rows = 'D2,"' + ("a line of the cell\n" * (MAX_LINE // 19 + 10)) + '",2\n'
    company.project(DEALS)
    company.write({"deals.csv": "deal,note,amount\nD1,,1\n" + rows + "D3,,3\n"})
    problem = company.refusal()
    assert problem.code == "unpaired-quotes"
    assert problem.span is not None
    assert problem.span.line == 3


def test_a_source_that_is_not_there(company: Company) -> None:
    company.project(DEALS.replace("deals.csv", "data/deals.csv"))
    company.write({"data/deal.csv": "deal,note,amount\n"})
    problem = company.refusal()
    assert problem.code == "source-missing"
    assert problem.hint == "Did you mean “deal.csv”?"
    assert problem.span is not None
    assert problem.span.file.endswith("compplan.yaml")


def test_all_files_that_cannot_be_read_are_told_at_once(company: Company) -> None:
    company.project(DEALS)
    company.write({"people.csv": "", "deals.csv": "deal\n"})
    with pytest.raises(Problems) as raised:
        company.load()
    assert [d.code for d in raised.value.diagnostics] == ["empty-file", "missing-column"]


def test_a_link_out_of_the_project_is_refused(company: Company, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere: Path = tmp_path_factory.mktemp("elsewhere") / "deals.csv"
    elsewhere.write_text("deal,note,amount\n")
    company.project(DEALS)
    (company.root / "deals.csv").symlink_to(elsewhere)
    assert company.refusal().code == "outside-project"


def test_many_files_are_one_kind_each_with_its_own_lines(company: Company) -> None:
    company.project(DEALS.replace("deals.csv", "[late.csv, 'deals-*.csv']"))
    company.write(
        {
            "deals-1.csv": "deal,note,amount\nD1,,1\nD2,,x\n",
            "deals-2.csv": "amount,deal,note\n3,D3,\ny,D4,\n",
            "late.csv": "deal,note,amount\nD5,,5\n",
        }
    )
    loaded = company.load()
    found = company.connection.execute("SELECT file, line, value FROM records.rejects").fetchall()
    assert found == [("deals-1.csv", 3, "x"), ("deals-2.csv", 3, "y")]
    assert [d for d, *_ in company.rows("deals")] == ["D5", "D1", "D3"]
    assert list(loaded.hashes) == ["deals-1.csv", "deals-2.csv", "late.csv", "people.csv"]


def test_names_of_files_cannot_reach_into_sql(company: Company) -> None:
    name = 'it\'s [a] "deal"; DROP TABLE x --.csv'
    company.project(f"deals:\n  source: '{name.replace(chr(39), chr(39) * 2)}'\n  columns: {{deal: text}}")
    company.write({name: "deal\nD1\n"})
    company.load()
    assert company.rows("deals") == [("D1",)]


def test_an_unknown_kind_of_file(company: Company) -> None:
    company.project(DEALS.replace("deals.csv", "deals.xls"))
    company.write({"deals.xls": "x"})
    problem = company.refusal()
    assert problem.code == "unknown-format"
    assert "Save it as .xlsx" in (problem.hint or "")
