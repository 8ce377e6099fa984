"""What is advised about refused rows: the format that dates have, a file that was cut off, a header that stands among the rows."""

from __future__ import annotations

import pytest

from compplan.diagnostics.model import Diagnostic
from tests.records.conftest import Company


def advice(company: Company, column: str, *cells: str) -> str:
    (problem,) = company.deals(column, *cells).diagnostics
    assert problem.code == "bad-date"
    return problem.hint or ""


def test_dates_tell_how_they_are_written(company: Company) -> None:
    assert advice(company, "date", "1/31/2027", "2/3/2027") == 'All of them fit `format: "%m/%d/%Y"`: say so at the column.'


@pytest.mark.parametrize(
    ("written", "date_format"),
    [
        ("31.1.2027", "%d.%m.%Y"),
        ("20270131", "%Y%m%d"),
        ("31-Jan-2027", "%d-%b-%Y"),
        ("1/31/27", "%m/%d/%y"),
        ("1/31/2027 13:05", "%m/%d/%Y %H:%M"),
    ],
)
def test_the_advice_works(company: Company, written: str, date_format: str) -> None:
    assert f'`format: "{date_format}"`' in advice(company, "date", written)
    assert company.deals(f'{{type: date, format: "{date_format}"}}', written).diagnostics == ()


def test_day_and_month_are_not_guessed(company: Company) -> None:
    both = '`format: "%m/%d/%Y"` or `format: "%d/%m/%Y"`'
    assert advice(company, "date", "1/2/2027") == f"They can be read in more than one way: say at the column which it is, {both}."


def test_rows_that_were_read_with_the_wrong_format_are_mentioned(company: Company) -> None:
    said = advice(company, '{type: date, format: "%d/%m/%Y"}', "1/31/2027", "2/28/2027", "3/4/2027")
    assert said.startswith('All of them fit `format: "%m/%d/%Y"`: say so at the column. The other row was read')


def test_a_few_dates_written_otherwise_are_the_sources_business(company: Company) -> None:
    said = advice(company, "date", "2027-01-31", "2027-02-01", "31.1.2027")
    assert said == 'They are written as "%d.%m.%Y", otherwise than the rest of the column: correct them at the source.'


def test_what_is_no_date_at_all(company: Company) -> None:
    assert advice(company, "date", "soon").startswith("If all dates are written otherwise")


def cut(company: Company, content: str) -> Diagnostic:
    company.deals("number", "1")
    company.write({"deals.csv": content})
    (problem,) = company.load().diagnostics
    return problem


def test_a_file_that_ends_within_a_row_may_have_been_cut_off(company: Company) -> None:
    assert "so it may have been cut off" in cut(company, "deal,x\nD1,1\nD2").message
    assert "cut off" not in cut(company, "deal,x\nD1\nD2,2\n").message


def test_of_a_header_among_the_rows_only_that_is_said(company: Company) -> None:
    company.project("""
        deals:
          source: deals.csv
          key: deal
          columns: {deal: text, owner: people, closed: date}""")
    header, row = "deal,owner,closed\n", "D{},Anna,2027-01-31\n"
    company.write({"deals.csv": header + row.format(1) + header + row.format(2) + header})
    loaded = company.load()
    assert [d.code for d in loaded.diagnostics] == ["repeated-header"]
    assert loaded.kinds["deals"].rejected == 2
    assert [(line, code) for line, _, _, code in company.rejects()] == [(3, "repeated-header"), (5, "repeated-header")]


def test_problems_of_a_row_come_in_the_order_of_its_columns(company: Company) -> None:
    company.project("deals:\n  source: deals.csv\n  columns: {opened: date, closed: date, amount: money}")
    company.write({"deals.csv": "opened,closed,amount\nsoon,later,much\n"})
    assert [d.title.split("`")[1] for d in company.load().diagnostics] == ["opened", "closed", "amount"]


def hint_of(company: Company, column: str, *cells: str) -> str:
    (problem,) = company.deals(column, *cells).diagnostics
    return problem.hint or ""


@pytest.mark.parametrize(
    ("written", "in_the_way", "settings"),
    [
        ("$3,300.00", "“$”", 'Say `thousands: ","` at the column.'),
        ("EUR 3.300,00", "“EUR”", 'Say `thousands: "."` and `decimal: ","` at the column.'),
        ("3300 USD", "“USD”", ""),
        ("1.250,50", "", 'Say `thousands: "."` and `decimal: ","` at the column.'),
        ("12,5", "", 'Say `decimal: ","` at the column.'),
        ("(1250)", "brackets", ""),
        ("100-", "not behind it", ""),
    ],
)
def test_amounts_tell_what_is_in_the_way(company: Company, written: str, in_the_way: str, settings: str) -> None:
    said = hint_of(company, "money", written)
    assert in_the_way in said
    assert said.endswith(settings)


def test_amounts_that_are_none_are_not_advised_on_by_guess(company: Company) -> None:
    assert hint_of(company, "money", "$3,300.00", "soon").startswith("Write digits only")


def test_as_many_decimals_are_named_as_are_needed(company: Company) -> None:
    assert "`decimals: 3`" in hint_of(company, "money", "1.125", "2.5")
    assert "`decimals: 4`" in hint_of(company, "{type: ratio, decimals: 3}", "12.25%")
    assert "12 digits are the most" in hint_of(company, "money", "1.1234567890123")


def test_the_map_of_yes_and_no_is_ready_to_be_pasted(company: Company) -> None:
    said = hint_of(company, "yes/no", "Y", "N", "y")
    assert said == 'Say what they mean at the column: `values: {"N": no, "Y": yes, "y": yes}`.'
    assert company.deals(f"{{type: yes/no, {said.split('`')[1]}}}", "Y", "N", "y").diagnostics == ()
    assert hint_of(company, "yes/no", "Y", "perhaps").startswith("Write yes or no")


def test_a_space_that_nobody_sees_is_told(company: Company) -> None:
    assert "It has a space before or after it" in hint_of(company, "people", "Anna ")
    company.write({"people.csv": "person\nAnna \nBen\n"})
    assert "In people it stands with a space" in hint_of(company, "people", "Anna")


def test_headers_that_differ_in_capitals_are_given_to_paste(company: Company) -> None:
    company.project("deals: {source: deals.csv, columns: {deal: text, amount: money}}")
    company.write({"deals.csv": "Deal,AMOUNT\nD1,1\n"})
    said = company.refusal().hint or ""
    assert said.endswith('say `column: "Deal"` at `deal`, `column: "AMOUNT"` at `amount`.')


@pytest.mark.parametrize(
    ("rows", "line", "column", "width"),
    [
        ("D1,x,oops\n", 2, 6, 4),
        ('"D, 1","x",oops\n', 2, 12, 4),
        ('D1,"two\nlines",1\nD2,,"oops"\n', 4, 6, 4),
        ('D1,"a ""b""",oops\n', 2, 14, 4),
    ],
)
def test_a_message_points_at_the_cell(company: Company, rows: str, line: int, column: int, width: int) -> None:
    company.project("deals: {source: deals.csv, columns: {deal: text, note: {type: text, optional: true}, amount: money}}")
    company.write({"deals.csv": "deal,note,amount\n" + rows})
    span = company.load().diagnostics[0].span
    assert span is not None
    assert (span.line, span.column, span.end_column - span.column) == (line, column, width)


def test_a_cell_that_cannot_be_found_in_its_line_leaves_the_row(company: Company) -> None:
    company.project("deals: {source: deals.csv, columns: {deal: text, amount: money}}")
    company.write({"deals.csv": 'deal,amount\nD1,"1\n2"\n'})
    span = company.load().diagnostics[0].span
    assert span is not None
    assert (span.line, span.column) == (2, 1)
